"""An audit as plain data, for a file that other programs read."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from grader.audit.report import AuditReport
from grader.audit.words import case_line, happened
from grader.model import Raises

if TYPE_CHECKING:
    from grader.audit.judge import Mutant, Verdict
    from grader.audit.search import Search


def to_json(report: AuditReport) -> dict[str, Any]:
    """Decides the JSON of an audit: numbers, texts, lists and objects, nothing infinite."""
    return {
        "assignment": report.assignment,
        "digest": report.digest,
        "exit_code": report.exit_code,
        "flaws": _plain(report.flaws),
        "mutants": {
            "counts": {
                fate: report.fates[fate] for fate in ("killed", "equivalent", "excused", "survived")
            },
            "each": [_mutant(mutant) for mutant in report.mutants],
            "tried": _plain(report.tried),
        },
        "wrong_answers": [
            _plain(one) | {"missed": list(one.missed), "confused": list(one.confused)}
            for one in report.confusions
        ],
        "right_answers": _plain(report.rights),
        "tolerances": _plain(report.margins),
        "guesses": _plain(report.guesses),
        "cases": _plain(report.tellings),
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


def _plain(value: Any) -> Any:
    """A value of the report as JSON has it; nothing for what is infinite."""
    match value:
        case Struct():
            return _plain(asdict(value))
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case tuple():
            return [_plain(item) for item in value]
        case Decimal() | Fraction():
            return float(value)
        case float() if not isfinite(value):
            return None
        case _:
            return value
