"""Keeps a free text for the person who marks it, and checks only its form.

Words are never scored by a machine: counting passes keyword stuffing and negated answers, and
fails terse right ones. What is found here only tells the marker where to look first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from grader.marking.credit import claim_of
from grader.marking.wording import describe, show
from grader.model import Observation, Question, Returned, TextAnswer, TextForm

_KEPT = 20_000  # characters of one entry
_ENTRIES = 50  # kept
_LOOKED_AT = 10_000  # entries
_NAME = 100  # characters of an entry's name
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def read_text(question: Question, observation: Observation) -> TextAnswer:
    """Decides what was handed in as free text, and what its form shows."""
    form = question.text
    if form is None:
        raise ValueError(f"question={question.id!r} is not marked by a person")
    outcome = observation.outcome
    if not isinstance(outcome, Returned):
        return TextAnswer(text={}, findings=(f"nothing to mark: {claim_of(observation)}",))
    value = outcome.value
    if form.entries:
        if not isinstance(value, dict):
            text = _joined(value)
            kept = {} if text is None else {"": text[:_KEPT]}
            return TextAnswer(kept, (f"a dict of {len(form.entries)} texts was asked",))
        named = {_name(key): item for key, item in islice(value.items(), _LOOKED_AT)}
        asked = {entry: named[entry] for entry in form.entries if entry in named}
        texts = dict(islice((asked | named).items(), _ENTRIES))  # what was asked for comes first
    else:
        asked = texts = {"": value}
    found = {key: _joined(item) for key, item in texts.items()}
    kept = {key: text[:_KEPT] for key, text in found.items() if text is not None}
    findings = [f"{entry}: missing" for entry in form.entries if entry not in texts]
    findings += [f"{key}: was not asked for" for key in texts if form.entries and key not in asked]
    findings += [
        f"{key or 'the answer'}: {describe(item)}, text was asked for"
        for key, item in texts.items()
        if not isinstance(item, str)
    ]
    findings += [
        f"{key or 'the answer'}: only the first {_KEPT} characters were kept"
        for key, text in found.items()
        if text is not None and len(text) > _KEPT
    ]
    findings += _findings(form, kept)
    return TextAnswer(text=kept, findings=tuple(findings))


def _name(key: object) -> str:
    return key[:_NAME] if isinstance(key, str) else show(key)[:_NAME]


def _joined(value: object) -> str | None:
    """A text, also one that was written as several ones; a comma too many makes a tuple of it.

    What stands beside texts and is none is written out, as a mark goes to all who wrote the same.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        named = [(f"{_name(key)}: ", item) for key, item in islice(value.items(), _LOOKED_AT)]
    elif isinstance(value, list | tuple):
        named = [("", item) for item in islice(value, _LOOKED_AT)]
    else:
        return None
    texts = [_joined(item) for _, item in named]
    if all(text is None for text in texts):
        return None
    return "\n".join(
        name + (show(item) if text is None else text)
        for (name, item), text in zip(named, texts, strict=True)
    )


def _findings(form: TextForm, texts: Mapping[str, str]) -> Iterator[str]:
    fewest, most = form.words
    for entry, text in texts.items():
        words = [word.casefold() for word in _WORD.findall(text)]
        place = f"{entry}: " if entry else ""
        there = "1 word" if len(words) == 1 else f"{len(words)} words"
        if len(words) < fewest:
            yield f"{place}{there}, at least {fewest} were asked for"
        elif len(words) > most:
            yield f"{place}{there}, at most {most} were asked for"
        for word in form.misplaced.get(entry, ()):
            if word.casefold() in words:
                yield f'{place}"{word}" fits another entry better'
    seen: dict[str, str] = {}
    for entry, text in texts.items():
        normal = " ".join(_WORD.findall(text.casefold()))
        if normal and normal in seen:
            yield f"{entry}: the same text as {seen[normal]}"
        seen.setdefault(normal, entry)
