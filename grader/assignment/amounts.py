"""Reads what stands for a number in config.yaml: shares, times, sizes and dates."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

AMOUNT: Final = r"[0-9]+(?:\.[0-9]+)?"
"""The number of a time or a size, as a pattern."""
_SECONDS = {"ms": Fraction(1, 1000), "s": Fraction(1), "min": Fraction(60)}
_BYTES = {"MB": 1 << 20, "GB": 1 << 30}
_UNIT_MEANT = {
    **dict.fromkeys(["msec", "millisecond", "milliseconds"], "ms"),
    **dict.fromkeys(["", "sec", "secs", "second", "seconds"], "s"),
    **dict.fromkeys(["m", "mins", "minute", "minutes"], "min"),
}
_SIZE_MEANT = {"": "MB", "m": "MB", "mb": "MB", "mib": "MB", "g": "GB", "gb": "GB", "gib": "GB"}


def exact(number: float) -> Fraction:
    """The number as the author wrote it: 0.1 is a tenth, not the nearest binary fraction."""
    return Fraction(decimal(number))


def decimal(number: float) -> Decimal:
    """As `exact`, in decimals and without a trailing zero: 6.0 is 6."""
    return Decimal(int(number)) if number == int(number) else Decimal(repr(number))


def seconds(text: str) -> float:
    """Reads a duration. `text` fits the pattern of `Duration`.

    >>> seconds("500 ms")
    0.5
    """
    amount, unit = _parts(text)
    return float(Fraction(amount) * _SECONDS[unit])


def moment(text: str) -> datetime:
    """Reads a date with time and zone. `text` fits the pattern of `Moment`.

    >>> moment("2026-10-01 23:59 -06:00").isoformat()
    '2026-10-01T23:59:00-06:00'

    Raises:
        ValueError: there is no such day, hour or zone.
    """
    day, clock, zone = text.split(" ")
    return datetime.fromisoformat(f"{day}T{clock}:00{zone}")


def size_bytes(text: str) -> int:
    """Reads a size. `text` fits the pattern of `Size`; 1 GB is 2**30 bytes.

    >>> size_bytes("1 GB") == 2**30
    True
    """
    amount, unit = _parts(text)
    return int(Fraction(amount) * _BYTES[unit])


def _parts(text: str) -> tuple[str, str]:
    match = re.match(rf"({AMOUNT})\s*(.*)$", text.strip())
    return (match[1], match[2]) if match else ("", text)


def meant_amount(value: object, kind: Literal["duration", "size"]) -> str | None:
    """What a time or a size with a wrong unit was meant to be, if that is plain.

    >>> meant_amount("30 sec", "duration")
    '30 s'
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    amount, unit = _parts(str(value))
    unit = unit.lower()
    if kind == "size":
        meant = _SIZE_MEANT.get(unit)
    else:
        meant = unit if unit in _SECONDS else _UNIT_MEANT.get(unit)
    return f"{amount} {meant}" if amount and meant else None
