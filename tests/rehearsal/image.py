"""Builds what Gradescope builds of an autograder.zip: an image in which setup.sh has run.

The Debian below it is made once and kept in build/. REHEARSAL_SUITE and REHEARSAL_MIRROR name
another; Gradescope's own default is Ubuntu 22.04: REHEARSAL_SUITE=jammy
REHEARSAL_MIRROR=http://archive.ubuntu.com/ubuntu.

Inside, pip is configured as it is outside. What that configuration names of this machine's files
(a folder of wheels, a certificate) is shown inside at the same place.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from container import Container

BUILD = Path(__file__).parents[2] / "build" / "rehearsal"
SUITE = os.environ.get("REHEARSAL_SUITE", "bookworm")
MIRROR = os.environ.get("REHEARSAL_MIRROR", "http://deb.debian.org/debian")
TORCH_INDEX = "GRADER_TORCH_INDEX"
_PACKAGES = "python3,ca-certificates"
_SETUP_S = 1800.0
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class BuildError(Exception):
    """An image could not be built; the message holds the end of what was said."""


def debian() -> Path:
    """The root of a fresh Debian, from build/ if it was made before."""
    root = BUILD / f"debian-{SUITE}"
    if root.is_dir():
        return root
    program = shutil.which("debootstrap", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise BuildError("debootstrap is not installed; apt-get install debootstrap")
    draft = BUILD / f"draft-{os.getpid()}"
    draft.mkdir(parents=True)
    ubuntu = "ubuntu" in MIRROR
    command = [program, "--variant=minbase", f"--include={_PACKAGES}"]
    command += ["--components=main,universe", "--no-check-gpg"] if ubuntu else []
    try:
        made = subprocess.run([*command, SUITE, str(draft), MIRROR], capture_output=True, text=True)
        if made.returncode:
            raise BuildError(f"debootstrap: {(made.stdout + made.stderr)[-2000:]}")
        draft.rename(root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return root


def build(name: str, zipped: bytes) -> Container:
    """Runs setup.sh in a fresh Debian; an image of the same zip is taken from build/."""
    base = debian()
    digest = hashlib.sha256(zipped + SUITE.encode()).hexdigest()[:16]
    folder = BUILD / f"image-{SUITE}-{name}"
    layer = folder / "layer"
    environment, binds = pip_settings()
    image = Container((base,), layer, binds, environment)
    stamp = folder / "digest"
    if stamp.is_file() and stamp.read_text() == digest:
        return image
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(layer, zipped)
    setup = image.run(["/bin/bash", "/autograder/source/setup.sh"], limit_s=_SETUP_S)
    (folder / "setup.log").write_text(setup.output)
    if setup.code != 0:
        raise BuildError(f"setup.sh ended with {setup.code}:\n{setup.output[-4000:]}")
    stamp.write_text(digest)
    return image


def lay_out(layer: Path, zipped: bytes) -> None:
    """Puts things where Gradescope puts them before it runs setup.sh."""
    autograder = layer / "autograder"
    source = autograder / "source"
    source.mkdir(parents=True)
    draft = layer.parent / "autograder.zip"
    draft.write_bytes(zipped)
    with zipfile.ZipFile(draft) as archive:
        archive.extractall(source)
    shutil.copy(source / "run_autograder", autograder / "run_autograder")
    (autograder / "run_autograder").chmod(0o755)
    for name in ("submission", "results"):
        (autograder / name).mkdir()
    for folder in (layer, autograder, source):
        folder.chmod(0o755)
    (layer / "etc").mkdir()
    for name in ("resolv.conf", "hosts"):
        shutil.copyfile(Path("/etc", name), layer / "etc" / name)


def pip_settings() -> tuple[Mapping[str, str], tuple[str, ...]]:
    """How pip is configured here, as environment variables, and the local paths in that."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    settings: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2].replace("-", "_").upper()
        settings.setdefault(f"PIP_{name}", ast.literal_eval(value))  # :env: comes first, and rules
    settings |= {name: os.environ[name] for name in _PROXIES if name in os.environ}
    paths = {path for value in settings.values() for path in _local_paths(value)}
    own_index = {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"} & settings.keys()
    if TORCH_INDEX in os.environ:
        settings[TORCH_INDEX] = os.environ[TORCH_INDEX]
    elif own_index:  # whoever configures where packages come from has decided on torch, too
        settings[TORCH_INDEX] = ""
    return settings, tuple(sorted(paths))


def _local_paths(value: str) -> Iterator[str]:
    for part in value.split():
        path = unquote(urlsplit(part).path) if part.startswith("file://") else part
        if path.startswith("/") and Path(path).exists():
            # an index refers to files beside it, so all of the folder above is shown
            yield str(Path(path).parent) if part.startswith("file://") else path
