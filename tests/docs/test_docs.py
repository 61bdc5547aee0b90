"""The documents say what is so: commands run, files are what they show, links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from grader import pipeline
from grader.assignment import config_manual, config_schema
from grader.bundle.handout import readme
from grader.classroom import cluster, desk, desks, records, remote, similarity
from grader.pipeline import read_assignment

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> Iterator[str]:
    return (body for kind, body in BLOCK.findall(text) if kind == language)


# --------------------------------------------------------------------------- generated pages


def test_the_key_by_key_reference_is_the_one_that_the_code_makes() -> None:
    """If not: grader config --manual > docs/config.md"""
    assert (DOCS / "config.md").read_text(encoding="utf-8") == config_manual()


def test_every_key_is_in_the_reference() -> None:
    text = config_manual()
    schema = config_schema()
    for name, definition in [("The whole file", schema), *schema["$defs"].items()]:
        assert f"## {name}" in text or f"## `{name}`" in text
        for key in definition["properties"]:
            assert f"`{key}`" in text


def test_the_students_page_is_the_readme_of_this_problem_sets_handout() -> None:
    """If not: unzip the README.md of `grader build`'s handout to docs/students.md."""
    assignment = read_assignment(ROOT / "config.yaml")
    assert (DOCS / "students.md").read_text(encoding="utf-8") == readme(assignment)


# --------------------------------------------------------------------------- results.md


def test_the_example_of_results_keeps_the_contract() -> None:
    (example,) = blocks((DOCS / "results.md").read_text(encoding="utf-8"), "json")
    schema = json.loads((ROOT / "tests" / "gradescope.schema.json").read_text(encoding="utf-8"))
    document = json.loads(example)
    jsonschema.validate(document, schema)
    assert sum(test["score"] for test in document["tests"]) == document["score"]


def test_every_field_of_the_results_is_explained() -> None:
    text = (DOCS / "results.md").read_text(encoding="utf-8")
    schema = json.loads((ROOT / "tests" / "gradescope.schema.json").read_text(encoding="utf-8"))
    fields = set(schema["properties"])
    for name in ("test", "extra", "question"):
        fields |= set(schema["$defs"][name]["properties"])
    for field in fields:
        assert re.search(rf"`[\w.\[\]….]*{field}`", text), field


# --------------------------------------------------------------------------- instructors.md


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the page shows."""
    folder = tmp_path_factory.mktemp("course")
    for name, content in FILE.findall((DOCS / "instructors.md").read_text(encoding="utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def commands(text: str) -> list[tuple[str, str]]:
    """Each command of a page's consoles with the output that is shown below it."""
    found = []
    for body in blocks(text, "console"):
        for part in body.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output.strip("\n")))
    return found


def shows(expected: str, observed: str) -> bool:
    """Whether an output is as shown; `...` stands for anything, on a line or over many."""
    pattern = re.escape(expected).replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, observed.strip("\n"), re.DOTALL) is not None


def test_an_assignment_of_ones_own_is_made_as_the_page_says(course: Path) -> None:
    """All commands, one after the other, as an instructor would."""
    text = (DOCS / "instructors.md").read_text(encoding="utf-8")
    shown = commands(text)
    assert [command.split()[1] for command, _ in shown] == ["config", "check", "build", "grade"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    for command, expected in shown:
        program, *arguments = command.split()
        assert program == "grader"
        done = subprocess.run(
            [sys.executable, "-m", "grader", *arguments],
            cwd=course,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert shows(expected, done.stdout), f"{command}\n{done.stdout}\n{done.stderr}"
    results = json.loads((course / "results" / "ada" / "results.json").read_text(encoding="utf-8"))
    questions = results["extra_data"]["questions"]
    assert questions["size"]["score"] == pytest.approx(3.6)
    assert questions["size"]["basis"] == "wrong_answer"
    assert questions["cells"]["basis"] == "follow_through"
    assert results["score"] == pytest.approx(7.6)
    (example,) = blocks((DOCS / "results.md").read_text(encoding="utf-8"), "json")
    for document in (results, shown_results := json.loads(example)):
        del document["execution_time"], document["extra_data"]["assignment"]
        del document["extra_data"]["isolation"]  # it is the machine's
    as_shown, as_is = (
        json.dumps(one, sort_keys=True, ensure_ascii=False) for one in (shown_results, results)
    )
    assert shows(as_shown, as_is), "docs/results.md shows what Ada gets"


def test_the_handout_of_the_example_checks_itself(course: Path, tmp_path: Path) -> None:
    import zipfile

    from grader.bundle.handout import handout_zip

    config = course / "config.yaml"
    packed = tmp_path / "handout.zip"
    packed.write_bytes(handout_zip(read_assignment(config), config).data)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "homework_1"
    shutil.copy(course / "students" / "ada" / "solution.py", folder / "solution.py")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "3 of 4 public checks passed; 13 hidden cases decide." in done.stdout


def test_the_file_that_is_shown_is_the_one_that_is_meant(course: Path) -> None:
    names = sorted(path.relative_to(course).as_posix() for path in course.rglob("*.py"))
    assert names[:2] == ["reference/pooling.py", "reference/pooling_laws.py"]
    assert "students/ada/solution.py" in names


# --------------------------------------------------------------------------- all pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith(("http:", "https:")):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {
                re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings
            }
            assert anchor in anchors, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    from grader.cli import cli

    text = page.read_text(encoding="utf-8")
    for command, rest in re.findall(r"`(?:python -m )?grader ([a-z]+)([^`]*)`", text):
        assert command in cli.commands, command
        known = {name for option in cli.commands[command].params for name in option.opts}
        for option in re.findall(r"(?<!\S)--[\w-]+", rest):
            assert option in known, f"grader {command} {option}"


def test_the_question_that_the_readme_shows_is_sound(course: Path, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (question,) = re.findall(r"(?m)^    - id: q5\n(?:      .*\n)+", text)
    config = tmp_path / "config.yaml"
    head = 'assignment: "A"\nsubmission: {file: solution.py}\nhidden_seed: 1\nquestions:\n'
    config.write_text(head + question, encoding="utf-8")
    reference = tmp_path / "reference"
    shutil.copytree(course / "reference", reference)
    topic = (reference / "pooling.py").read_text(encoding="utf-8")
    (reference / "my_topic.py").write_text(topic.replace("def sides(", "def random_maps("))
    (known,) = read_assignment(config).questions
    assert (len(known.cases), [wrong.name for wrong in known.wrong_answers]) == (8, ["rounds_up"])


@pytest.mark.parametrize("name", ["README", "design", "security", "scale"])
def test_every_file_and_option_that_is_named_alone_exists(name: str) -> None:
    from grader.cli import cli

    (page,) = (page for page in PAGES if page.stem == name)
    options = {
        option for command in cli.commands.values() for p in command.params for option in p.opts
    }
    options |= {"--nthreads", "--memory-limit"}  # of `dask worker`
    files = {
        path.relative_to(root).as_posix()
        for root in (ROOT, ROOT / "grader")
        for folder in ("grader", "tests", "docs", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.is_relative_to(root)
    }
    names = {Path(file).name for file in files}
    for named in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")):
        if named.startswith("--"):
            assert named.split()[0] in options, named
        elif re.fullmatch(r"\w[\w/]*\.py", named) and not named.startswith("reference/"):
            assert named in files or named in names, named


NUMBERS = [
    ("design", "a desk has a launcher for each such set, six at most", desk._MOST_LAUNCHERS, 6),
    ("design", "as far as 16 MB hold it", records._KEPT, 16 << 20),
    ("scale", "the last six of them", desk._MOST_LAUNCHERS, 6),
    ("scale", "desks end after two minutes", remote.Parcel.__struct_defaults__[-1], 120),
    ("scale", "if it ends twice", desks.ATTEMPTS, 2),
    ("scale", "| all workers, for a minute |", cluster.GONE_S, 60),
    ("scale", "two tasks for each thread", cluster._AHEAD, 2),
    ("scale", "refuses more than 5,000 submissions", similarity.MOST_SUBMISSIONS, 5000),
    ("scale", "two time-outs for each question", pipeline._PATIENCE, 2),
]


@pytest.mark.parametrize(("name", "words", "in_code", "told"), NUMBERS, ids=lambda part: str(part))
def test_a_number_that_a_page_tells_is_the_one_in_the_code(
    name: str, words: str, in_code: float, told: float
) -> None:
    page = " ".join((DOCS / f"{name}.md").read_text(encoding="utf-8").split())
    assert words in page
    assert in_code == told, f"{name}.md: {words}"


def test_the_readme_leads_to_every_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert f"(docs/{page.name})" in text, page.name
