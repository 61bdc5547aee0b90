"""Draws what is known of a machine before anything is marked on it: the report of `grader doctor`.

It is the attestation that every run makes, told at length: each layer with what it is for, each
probe with whether it was refused, and for whatever is missing what would help.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from grader.model import Isolation
from grader.report.sheet import Sheet, Style
from grader.report.terminal import Screen, draw
from grader.report.text import one_line

LAYERS = {
    "own_user": "a user of its own for each submission, without any right",
    "no_capabilities": "the grader's user, without its capabilities",
    "landlock": "reads the interpreter's libraries, writes its own directory, and nothing else",
    "seccomp": "a list of allowed system calls: no network, no new process, no signal to others",
    "no_new_privs": "no program gives it rights that it does not have",
    "not_dumpable": "no process of the same user reads its memory, or the grader's",
    "limits": "memory, processor time, file size, open files, threads",
    "session": "a session of its own, and none of the grader's signal handling",
    "descriptors": "empty input, and nothing open but its own conversation",
    "environment": "nothing of the grader's in its environment and search path",
    "scratch": "a directory of its own, removed afterwards",
    "oom_score": "the first to go when the machine's memory runs out",
    "dies_with_parent": "ends when the grader does",
    "namespaces": "a network of its own with nothing in it",
}
"""Every layer that there is, the strongest first, and what a submission is left with by it."""

_REMEDIES = {
    "own_user": "run the grader as root, as it is in a container",
    "landlock": "Linux 5.13 or later with landlock among its security modules, and a container "
    "runtime of 2022 or later",
    "seccomp": "Linux on x86-64 or arm64",
    "namespaces": "nothing needs to be done; the other layers do not lean on it, and containers "
    "mostly refuse it",
}
_ALSO = "see what the machine says; the levels below tell whether it matters"

_PROBES = {
    "read_secret": "read a file that only the grader may read",
    "read_memory": "read the grader's memory",
    "signal": "send the grader a signal",
    "trace": "trace the grader as a debugger does",
    "network": "open a socket",
    "fork": "start a process",
    "execute": "run a program",
    "write_outside": "write outside its own directory",
}

_VERDICTS = {
    "strong": "All that was tried was refused. Other people's work can be marked here.",
    "partial": "Marks and hidden cases are safe. Other people's work can be marked here; what "
    "was allowed below could be a nuisance.",
    "none": "Other people's work cannot be marked here. A student's own self-check can run.",
}


class Machine(Struct, frozen=True):
    """A machine as the doctor found it."""

    words: str  # "Python 3.11.7, Linux 6.1 on x86_64, as root"
    isolation: Isolation
    refusal: str = ""  # why a run would stop here, in its own words
    packages: Mapping[str, str | None] = {}  # that submissions may import: the installed version

    @property
    def ready(self) -> bool:
        """Whether every submission can be marked here."""
        return not self.refusal and all(self.packages.values())


def render_machine(machine: Machine, screen: Screen) -> str:
    """Decides what is said of a machine: a verdict, then layers, probes and packages."""
    sheet = Sheet(screen.width, ascii_alone=screen.plain)
    sheet.say(one_line(machine.words), "faint")
    sheet.blank()
    level = "none" if machine.refusal else machine.isolation.level
    style: Style = "good" if level == "strong" else "partly" if level == "partial" else "bad"
    sheet.say(f"isolation {machine.isolation.level}", style)
    sheet.say(_VERDICTS[level])
    if machine.refusal:
        sheet.say(f"A run would stop: {one_line(machine.refusal, 1000)}.", "bad")
    _layers(sheet, machine.isolation)
    _probes(sheet, machine.isolation)
    _packages(sheet, machine.packages)
    return draw(sheet.rows, screen)


def _layers(sheet: Sheet, isolation: Isolation) -> None:
    sheet.blank()
    sheet.say("What holds a submission", "strong")
    order = {layer: place for place, layer in enumerate(LAYERS)}
    for layer in sorted(isolation.layers, key=lambda one: order.get(one, len(order))):
        meaning = LAYERS.get(layer, "")
        _item(sheet, good=True, text=": ".join(filter(None, (one_line(layer, 60), meaning))))
    for reason in isolation.missing:
        layer = reason.partition(":")[0]
        _item(sheet, good=False, text=f"missing {one_line(reason)}")
        sheet.say(_REMEDIES.get(layer, _ALSO), indent=4, lead=f"{sheet.glyphs.help} ")


def _probes(sheet: Sheet, isolation: Isolation) -> None:
    if not isolation.refused:
        return
    sheet.blank()
    sheet.say("What was tried before any submission's code was there", "strong")
    for probe, refused in isolation.refused.items():
        tried = _PROBES.get(probe, one_line(probe, 60))
        _item(sheet, good=refused, text=f"{tried}: {'refused' if refused else 'ALLOWED'}")


def _packages(sheet: Sheet, packages: Mapping[str, str | None]) -> None:
    if not packages:
        return
    sheet.blank()
    sheet.say("What submissions may import", "strong")
    for package, version in packages.items():
        name = one_line(package, 60)
        if version is not None:
            _item(sheet, good=True, text=f"{name} {one_line(version, 60)}")
        else:
            _item(sheet, good=False, text=f"{name} is not installed: what imports it is not marked")
            sheet.say(
                f"install {name} where the grader runs", indent=4, lead=f"{sheet.glyphs.help} "
            )


def _item(sheet: Sheet, *, good: bool, text: str) -> None:
    mark = sheet.glyphs.marks["passed" if good else "failed"]
    sheet.say(text, "" if good else "bad", indent=2, lead=f"{mark} ")
