"""The author's door to students and to Gradescope: pack the assignment."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import config_option, make_folder, out_option


@click.command(
    epilog="""\b
Example:
  grader build --out dist   hand out dist/handout.zip, upload autograder.zip
"""
)
@out_option("dist", "The folder for both.")
@config_option
def build(out: Path, config_path: Path) -> None:
    """Writes handout.zip for students and autograder.zip for Gradescope.

    The handout holds the shown cases, the templates and the grader, and tells no answer. The
    autograder holds all of the assignment: it is for Gradescope only.
    """
    from grader.bundle import autograder, handout
    from grader.pipeline import read_assignment
    from grader.public import public
    from grader.report.files import write_whole
    from grader.report.text import counted

    assignment = read_assignment(config_path)
    packed = handout.handout_zip(assignment, config_path)
    whole = autograder.autograder_zip(assignment, config_path)  # before either is written
    make_folder(out)
    write_whole(out / handout.NAME, packed.data)
    write_whole(out / autograder.NAME, whole)
    cut = public(assignment)
    shown = counted(sum(len(question.cases) for question in cut.questions), "shown case")
    hidden = sum(question.hidden_count for question in cut.questions)
    click.echo(f"{out / handout.NAME}: for students; {shown}, {hidden} left out")
    for note in packed.notes:
        click.echo(f"  note: {note}")
    click.echo(f"{out / autograder.NAME}: for Gradescope; keep it from students")
