"""An audit as plain data, for a file that other programs read."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from grader.audit.report import AuditReport
from grader.audit.words import case_line, happened
from grader.model import Raises

if TYPE_CHECKING:
    from grader.audit.confusion import Confusion
    from grader.audit.judge import Mutant, Verdict
    from grader.audit.margins import Margin
    from grader.audit.search import Search


def to_json(report: AuditReport) -> dict[str, Any]:
    """Decides the JSON of an audit: numbers, texts, lists and objects, nothing infinite."""
    return {
        "assignment": report.assignment,
        "digest": report.digest,
        "exit_code": report.exit_code,
        "flaws": [asdict(flaw) for flaw in report.flaws],
        "mutants": {
            "counts": {
                fate: report.fates[fate] for fate in ("killed", "equivalent", "excused", "survived")
            },
            "each": [_mutant(mutant) for mutant in report.mutants],
            "tried": [asdict(tried) for tried in report.tried],
        },
        "wrong_answers": [_confusion(confusion) for confusion in report.confusions],
        "right_answers": [
            {
                "question": right.question,
                "name": right.name,
                "runs": right.runs,
                "share": float(right.share),
                "failed": list(right.failed),
            }
            for right in report.rights
        ],
        "tolerances": [_margin(margin) for margin in report.margins],
        "guesses": [
            {
                "name": guess.name,
                "total": float(guess.total),
                "best": float(guess.best),
                "draws": guess.draws,
                "scores": {question: float(score) for question, score in guess.scores},
            }
            for guess in report.guesses
        ],
        "cases": [
            {
                "question": telling.question,
                "things": telling.things,
                "cases": [
                    {
                        "name": worth.case,
                        "tells": worth.tells,
                        "alone": worth.alone,
                        "needed": worth.needed,
                    }
                    for worth in telling.cases
                ],
            }
            for telling in report.tellings
        ],
        "seeds": {
            "tried": list(report.seeds),
            "refused": {str(seed): problem for seed, problem in report.refused_seeds},
        },
        "run": {
            "wall_s": round(report.wall_s, 3),
            "workers": report.workers,
            "mutants_per_s": round(report.mutants_per_s, 2),
            "isolation": report.isolation,
        },
    }


def _mutant(mutant: Mutant) -> dict[str, Any]:
    return asdict(mutant) | {"verdicts": [_verdict(verdict) for verdict in mutant.verdicts]}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "question": verdict.question,
        "killed": verdict.killed,
        "share": float(verdict.share),
        "failed": list(verdict.failed),
        "diagnosis": list(verdict.diagnosis),
        "search": _search(verdict.search) if verdict.search else None,
    }


def _search(search: Search) -> dict[str, Any]:
    found: dict[str, Any] = {
        "compared": search.compared,
        "unreached": search.unreached,
        "rulings": dict(search.rulings),
        "witness": None,
    }
    if search.witness is not None:
        expected = search.witness.expected
        found["witness"] = {
            "case": case_line(search.witness),
            "raises": expected.exception if isinstance(expected, Raises) else None,
            "observed": happened(search.witness.observed.outcome),
        }
    return found


def _confusion(confusion: Confusion) -> dict[str, Any]:
    return {
        "question": confusion.question,
        "name": confusion.name,
        "worth": float(confusion.worth),
        "twins": list(confusion.twins),
        "missed": list(confusion.missed),
        "confused": list(confusion.confused),
        "forms": [
            {
                "name": form.name,
                "diagnosis": list(form.diagnosis),
                "failed": list(form.failed),
                "share": float(form.share),
                "score": float(form.score),
            }
            for form in confusion.forms
        ],
    }


def _margin(margin: Margin) -> dict[str, Any]:
    return {
        "question": margin.question,
        "case": margin.case,
        "tolerance": margin.largest,
        "used": margin.used,
        "used_by": margin.used_by,
        "nearest": margin.nearest if isfinite(margin.nearest) else None,
        "nearest_by": margin.nearest_by,
        "slips": [{"name": name, "ratio": ratio} for name, ratio in margin.slips],
    }
