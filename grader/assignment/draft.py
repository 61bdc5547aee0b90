"""Reads the data of config.yaml into its structs, and goes on after each mistake.

msgspec alone stops at the first mistake of a struct. So each key is converted on its own here:
what is sound is kept, what is not becomes a problem with its place and its remedy.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from grader.assignment.amounts import meant_amount
from grader.assignment.config import (
    BuildsOnConfig,
    CaseConfig,
    CompareConfig,
    Config,
    FormConfig,
    GradescopeConfig,
    LateConfig,
    LimitsConfig,
    QuestionConfig,
    SubmissionConfig,
)
from grader.assignment.document import Document, KeyPath
from grader.assignment.findings import Findings, brief, suggest

S = TypeVar("S", bound=Struct)


class _Unsound:
    """Stands for a value that could not be read; its problem has been noted."""


_UNSOUND = _Unsound()
_PLACEHOLDERS: dict[str, Any] = {
    "assignment": "",
    "submission": SubmissionConfig(file="solution.py"),
}


_HOMES: Mapping[type[Struct], str] = {
    Config: "at the top, beside `questions`",
    QuestionConfig: "into a question",
    CaseConfig: "into a case",
    CompareConfig: "into the question's `compare`",
    BuildsOnConfig: "into the question's `builds_on`",
    FormConfig: "into the question's `form`",
    SubmissionConfig: "into `submission`",
    LimitsConfig: "into `limits`",
    GradescopeConfig: "into `gradescope`",
    LateConfig: "into `late` of `gradescope`",
}
"""Where the keys of each mapping belong."""


class CaseDraft(Struct, frozen=True):
    """A case as written, and where."""

    path: KeyPath
    config: CaseConfig


class QuestionDraft(Struct, frozen=True):
    """A question as written, and where. Its sound cases are `cases`, not `config.cases`."""

    path: KeyPath
    config: QuestionConfig
    cases: tuple[CaseDraft, ...]


class Draft(Struct, frozen=True):
    """A config as written. Its sound questions are `questions`, not `config.questions`."""

    config: Config
    questions: tuple[QuestionDraft, ...]
    ids: frozenset[str]  # of all questions, sound or not
    complete: bool  # whether every question and case was sound, so that sums mean something

    @property
    def by_id(self) -> dict[str, QuestionConfig]:
        """The sound questions; of two with one id, the first."""
        return {question.config.id: question.config for question in reversed(self.questions)}


def read_draft(document: Document, findings: Findings) -> Draft:
    """Decides what of the document is sound by itself; the rest becomes findings."""
    reader = _Reader(findings)
    before = len(findings)
    top = reader.struct(Config, document.data, (), apart="questions", fill=_PLACEHOLDERS)
    data = document.data if isinstance(document.data, dict) else {}
    questions = []
    ids = set()
    for path, item in reader.items(Config, "questions", data, ()):
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            ids.add(item["id"])
        question = reader.struct(QuestionConfig, item, path, apart="cases")
        if question is None:
            continue
        cases = [
            CaseDraft(where, case)
            for where, entry in reader.items(QuestionConfig, "cases", item, path)
            if (case := reader.struct(CaseConfig, entry, where)) is not None
        ]
        questions.append(QuestionDraft(path, question, tuple(cases)))
    if top is None:
        top = Config(**_PLACEHOLDERS, questions=())
    return Draft(top, tuple(questions), frozenset(ids), complete=len(findings) == before)


class _Reader:
    """Reads data into a type as far as it goes."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def struct(
        self,
        kind: type[S],
        data: Any,
        path: KeyPath,
        *,
        apart: str = "",
        fill: Mapping[str, Any] | None = None,
    ) -> S | None:
        """The struct, or None when a key that it needs is not sound.

        The key `apart` must be there when it is required, but is left for the caller to read;
        `fill` stands in for keys that are not sound.
        """
        rest = {key: data[key] for key in data if key != apart} if isinstance(data, dict) else None
        if rest is not None and not _holds_null(rest):
            try:
                return msgspec.convert(rest, kind)
            except msgspec.ValidationError:
                pass  # piece by piece, then
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        if not isinstance(data, dict):
            keys = ", ".join(f"{name}: …" for name, field in fields.items() if field.required)
            example = keys or ", ".join(f"{name}: …" for name in list(fields)[:2])
            self.findings.add(path, f"is {brief(data)}", f"write a mapping: {{{example}}}")
            return None
        meant = self._unknown_keys(data, fields, path)
        values: dict[str, Any] = {apart: ()} if apart else {}
        for name, field in fields.items():
            if name in data and name != apart:
                value = self.value(field.type, data[name], (*path, name))
                if value is not _UNSOUND:
                    values[name] = value
            elif field.required and name not in data and name not in meant:
                self.findings.add(
                    path, f"has no `{name}`", f"add `{name}: …`{_purpose(field.type)}"
                )
        values = {**(fill or {}), **values}
        missing = [name for name, field in fields.items() if field.required and name not in values]
        return None if missing else kind(**values)

    def _unknown_keys(
        self, data: dict[Any, Any], fields: Mapping[str, Any], path: KeyPath
    ) -> set[str]:
        """Notes the keys that are not known; returns the ones that they were surely meant for."""
        meant = set()
        for key in data:
            if key in fields:
                continue
            if key == "<<":
                remedy = "write the keys out: merge keys are not part of YAML 1.2"
            else:
                remedy = suggest(key, fields, what="key")
                meant |= {name for name in fields if f"`{name}`" in remedy}
                if not remedy.startswith("did") and (home := _home(key)):
                    remedy = f"put it {home}"
            self.findings.add((*path, key), "is not a known key", remedy)
        for name in meant:
            self.findings.note_misspelt((*path, name))
        return meant

    def items(
        self, kind: type[Struct], name: str, data: dict[Any, Any], path: KeyPath
    ) -> list[tuple[KeyPath, Any]]:
        """The entries of a list of mappings, each with its place."""
        if name not in data:
            return []
        entries, where = data[name], (*path, name)
        if not isinstance(entries, list) or not entries:
            field = next(f for f in msgspec.structs.fields(kind) if f.encode_name == name)
            self._refuse(field.type, entries, where)
            return []
        return [((*where, index), entry) for index, entry in enumerate(entries)]

    def value(self, kind: Any, data: Any, path: KeyPath, hint: str = "") -> Any:
        """The value of one key, or `_UNSOUND` once its problem has been noted."""
        bare, metas = _bare(kind)
        hint = hint or _hint(kind)
        kinds = [option for option in _options(bare) if option is not type(None)]
        if Any in kinds:
            return data
        structs = [option for option in kinds if _is_struct(option)]
        if structs and (isinstance(data, dict) or len(kinds) == 1):
            read = self.struct(structs[0], data, path)
            return _UNSOUND if read is None else read
        kinds = [option for option in kinds if not _is_struct(option)]
        if len(kinds) == 1 and data:
            inner, _ = _bare(kinds[0])
            arguments = get_args(inner)
            if isinstance(data, list) and get_origin(inner) is tuple and arguments[-1] is ...:
                return self._each(arguments[0], data, path, hint)
            if isinstance(data, dict) and get_origin(inner) is dict:
                return self._entries(arguments, data, path, hint)
        try:
            asked = _union(kinds)
            value = msgspec.convert(data, Annotated[(asked, *metas)] if metas else asked)
        except msgspec.ValidationError:
            return self._refuse(kind, data, path, hint)
        return value

    def _each(self, kind: Any, data: list[Any], path: KeyPath, hint: str) -> Any:
        own = _hint(kind) or hint
        values = [self.value(kind, item, (*path, i), own) for i, item in enumerate(data)]
        return tuple(value for value in values if value is not _UNSOUND)

    def _entries(
        self, kinds: tuple[Any, ...], data: dict[Any, Any], path: KeyPath, hint: str
    ) -> Any:
        entries = {}
        for key, item in data.items():
            where = (*path, key)
            try:
                name = msgspec.convert(key, kinds[0])
            except msgspec.ValidationError:
                self.findings.add(where, f"has {brief(key)} as its key", hint)
                continue
            value = self.value(kinds[1], item, where, _hint(kinds[1]) or hint)
            if value is not _UNSOUND:
                entries[name] = value
        return entries

    def _refuse(self, kind: Any, data: Any, path: KeyPath, hint: str = "") -> Any:
        words = _literals(kind)
        meant = None
        pattern = str(_find(kind, "pattern"))
        if "ms|s|min" in pattern:
            meant = meant_amount(data, "duration")
        elif "MB|GB" in pattern:
            meant = meant_amount(data, "size")
        elif _is_unquoted(kind, data):
            meant = f'it in quotes: "{data}"'
        if data is None:
            what, remedy = "is empty", f"{hint or _hint(kind) or 'write a value'}, or leave it out"
        elif meant:
            what, remedy = f"is {brief(data)}", f"write {meant}"
        else:
            what, remedy = f"is {brief(data)}", hint or _hint(kind) or "write " + " or ".join(words)
        self.findings.add(path, what, remedy)
        return _UNSOUND


def _is_unquoted(kind: Any, data: Any) -> bool:
    """Whether a number would be right if it were text, such as the id 1."""
    if isinstance(data, bool) or not isinstance(data, int | float) or _bare(kind)[0] is not str:
        return False
    try:
        msgspec.convert(str(data), kind)
    except msgspec.ValidationError:
        return False
    return True


def _home(key: Any) -> str | None:
    """Where a key belongs that stands somewhere else."""
    homes = (
        home
        for kind, home in _HOMES.items()
        if key in {field.encode_name for field in msgspec.structs.fields(kind)}
    )
    return next(homes, None)


def _holds_null(data: Any) -> bool:
    """Whether a key has no value; only arguments and what is expected may be null."""
    if isinstance(data, dict):
        return any(_holds_null(data[key]) for key in data if key not in ("expect", "args"))
    if isinstance(data, list):
        return any(_holds_null(item) for item in data)
    return data is None


# --------------------------------------------------------------------------- types taken apart


def _bare(kind: Any) -> tuple[Any, tuple[Meta, ...]]:
    """A type without its annotations, and these."""
    if get_origin(kind) is Annotated:
        inner, *metas = get_args(kind)
        return inner, tuple(metas)
    return kind, ()


def _options(kind: Any) -> tuple[Any, ...]:
    """The members of a union, however deeply it is nested."""
    bare, _ = _bare(kind)
    if get_origin(bare) in (Union, types.UnionType):
        found: list[Any] = []
        for option in get_args(bare):
            inner = _bare(option)[0]
            nested = get_origin(inner) in (Union, types.UnionType)
            found += _options(inner) if nested else [option]
        return tuple(found)
    return (kind,)


def _union(kinds: list[Any]) -> Any:
    return kinds[0] if len(kinds) == 1 else Union[tuple(kinds)]  # noqa: UP007 (made at run time)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _find(kind: Any, attribute: str) -> Any:
    """The outermost annotation's attribute that is set."""
    for meta in reversed(_bare(kind)[1]):
        if getattr(meta, attribute) is not None:
            return getattr(meta, attribute)
    for option in get_args(_bare(kind)[0]):
        if get_origin(option) is Annotated and (found := _find(option, attribute)) is not None:
            return found
    return None


def _hint(kind: Any) -> str:
    words = _literals(kind)
    extra = _find(kind, "extra")
    if extra:
        return str(extra["write"])
    return "write " + " or ".join(words) if words else ""


def _purpose(kind: Any) -> str:
    description = _find(kind, "description")
    return f" ({description[0].lower()}{description[1:].rstrip('.')})" if description else ""


def _literals(kind: Any) -> list[str]:
    return [
        str(word)
        for option in _options(kind)
        if get_origin(_bare(option)[0]) is Literal
        for word in get_args(_bare(option)[0])
    ]
