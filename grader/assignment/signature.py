"""Reads what a reference function takes, and fits what config.yaml writes to it.

YAML knows lists only; the annotations of the reference say whether a list stands for a tuple, a
list or an array. An annotation that is not understood judges nothing.
"""

from __future__ import annotations

import collections.abc
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np
from msgspec import Struct, field

from grader.assignment.findings import brief

if TYPE_CHECKING:
    from grader.model import Value

_LISTS: tuple[Any, ...] = (
    list,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Collection,
    collections.abc.Iterable,
)
_DICTS: tuple[Any, ...] = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_ARRAY_NAME = re.compile(r"(\w+\.)*\w*(Array|ArrayLike|ndarray)\b")
_SCALAR_WORDS: Mapping[Any, str] = {
    int: "a whole number",
    float: "a number",
    complex: "a number",
    bool: "true or false",
    str: "text",
    type(None): "null",
}


class Misfit(Exception):
    """A value that a parameter does not take."""

    def __init__(self, path: tuple[int | str, ...], value: object, wanted: str) -> None:
        self.path, self.value, self.wanted = path, value, wanted
        super().__init__(f"is {brief(value)}")


class Parameters(Struct, frozen=True):
    """What a function takes: by position, and as steps by keyword only."""

    function: str
    names: tuple[str, ...]
    hints: tuple[Any, ...]
    required: int
    rest: Any = None  # the hint of *args
    variadic: bool = False
    steps: Mapping[str, bool] = field(default_factory=dict)  # name -> whether it has a default
    all_steps: bool = False  # **steps

    def __str__(self) -> str:
        names = [*self.names, "*args"] if self.variadic else self.names
        return f"{self.function}({', '.join(names)})"

    def takes(self, count: int) -> bool:
        """Whether so many arguments by position are a call."""
        return self.required <= count and (self.variadic or count <= len(self.names))

    @property
    def counts(self) -> str:
        """How many arguments it takes, in words."""
        if self.variadic:
            return f"at least {self.required}"
        if self.required == len(self.names):
            return str(self.required)
        return f"{self.required} to {len(self.names)}"

    def hint(self, index: int) -> Any:
        return self.hints[index] if index < len(self.hints) else self.rest


def parameters_of(
    function: Callable[..., Any], name: str, *, with_hints: bool = True
) -> Parameters | None:
    """Reads a function's parameters; None if Python knows none (a built-in, say)."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    hints = _hints(function) if with_hints else {}
    kinds = inspect.Parameter
    positional = [
        p for p in found if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    ]
    rest = next((p for p in found if p.kind is kinds.VAR_POSITIONAL), None)
    return Parameters(
        function=name,
        names=tuple(p.name for p in positional),
        hints=tuple(hints.get(p.name, Any) for p in positional),
        required=sum(p.default is kinds.empty for p in positional),
        rest=hints.get(rest.name, Any) if rest else None,
        variadic=rest is not None,
        steps={p.name: p.default is not kinds.empty for p in found if p.kind is kinds.KEYWORD_ONLY},
        all_steps=any(p.kind is kinds.VAR_KEYWORD for p in found),
    )


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations, each resolved as far as it can be."""
    target = inspect.unwrap(function)
    try:
        written = getattr(target, "__annotations__", {})
    except Exception:  # noqa: BLE001 (from Python 3.14 on they are code that runs here)
        return {}
    names = {
        **vars(typing),
        **vars(collections.abc),
        "np": np,
        **getattr(target, "__globals__", {}),
    }
    return {name: _resolved(hint, names) for name, hint in written.items()}


def _resolved(hint: Any, names: dict[str, Any]) -> Any:
    if not isinstance(hint, str):
        return hint
    if _ARRAY_NAME.fullmatch(hint.split("[")[0]) and "|" not in hint:
        try:
            found = _unaliased(eval(hint, names))
        except Exception:  # noqa: BLE001 (an annotation of the author's: any code at all)
            return np.ndarray
        return found if get_origin(found) is np.ndarray else np.ndarray
    try:
        return eval(hint, names)
    except Exception:  # noqa: BLE001 (an annotation of the author's: any code at all)
        return Any


def _unaliased(hint: Any) -> Any:
    """What a `type` statement names: from Python 3.12 on, and NumPy's NDArray is one."""
    alias = get_origin(hint) or hint
    if type(alias).__name__ != "TypeAliasType":
        return hint
    arguments = get_args(hint)
    return alias.__value__[arguments] if arguments else alias.__value__


# --------------------------------------------------------------------------- fitting


def fit(value: Any, hint: Any, path: tuple[int | str, ...] = ()) -> Value:
    """Reads a value as an annotation says.

    >>> fit([3, 4], tuple[int, int])
    (3, 4)

    Raises:
        Misfit: if it is no such value.
    """
    hint = _unaliased(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return fit(value, arguments[0], path)
    if origin in (Union, types.UnionType):
        return _fit_one_of(value, arguments, hint, path)
    if origin is Literal:
        if not any(type(value) is type(word) and value == word for word in arguments):
            raise Misfit(path, value, wanted(hint))
        return value  # type: ignore[no-any-return]
    if hint is None:
        hint = type(None)
    if isinstance(hint, collections.abc.Hashable) and hint in _SCALAR_WORDS:
        return _fit_scalar(value, hint, path)
    kind = origin or hint
    if kind is np.ndarray:
        return _fit_array(value, arguments, path)
    if kind is tuple or kind in _LISTS:
        return _fit_sequence(value, hint, path)
    if kind is collections.abc.Callable or (_is_tensor(kind) and isinstance(value, list | tuple)):
        raise Misfit(path, value, wanted(hint))
    if kind in _DICTS:
        if not isinstance(value, dict):
            raise Misfit(path, value, wanted(hint))
        of_key, of_item = arguments or (Any, Any)
        return {
            fit(key, of_key, (*path, str(key))): fit(item, of_item, (*path, str(key)))
            for key, item in value.items()
        }
    return value  # type: ignore[no-any-return]


def _is_tensor(kind: Any) -> bool:
    """Whether an annotation asks for what cannot cross to a student's process."""
    return isinstance(kind, type) and kind.__name__ == "Tensor"


def _fit_one_of(
    value: Any, options: tuple[Any, ...], hint: Any, path: tuple[int | str, ...]
) -> Value:
    exact = [option for option in options if option is type(value)]
    for option in (*exact, *options):
        try:
            return fit(value, option, path)
        except Misfit:
            continue
    raise Misfit(path, value, wanted(hint))


def _fit_scalar(value: Any, kind: Any, path: tuple[int | str, ...]) -> Value:
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) is kind:
        return value  # type: ignore[no-any-return]
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if kind in (float, complex) and type(value) in (int, float):
        try:
            return kind(value)  # type: ignore[no-any-return]
        except OverflowError:
            pass
    raise Misfit(path, value, wanted(kind))


def _fit_sequence(value: Any, hint: Any, path: tuple[int | str, ...]) -> Value:
    origin, arguments = get_origin(hint) or hint, get_args(hint)
    if not isinstance(value, list | tuple):
        raise Misfit(path, value, wanted(hint))
    if origin is tuple and arguments and arguments[-1] is not ...:
        if len(value) != len(arguments):
            raise Misfit(path, value, wanted(hint))
        return tuple(
            fit(v, h, (*path, i)) for i, (v, h) in enumerate(zip(value, arguments, strict=True))
        )
    of_item = arguments[0] if arguments else Any
    items = [fit(item, of_item, (*path, index)) for index, item in enumerate(value)]
    return tuple(items) if origin is tuple else items


def _fit_array(value: Any, arguments: tuple[Any, ...], path: tuple[int | str, ...]) -> Value:
    if isinstance(value, np.ndarray):
        return value
    try:
        array = np.array(value) if isinstance(value, list | tuple) else None
    except (ValueError, TypeError, OverflowError):
        array = None
    if array is None or array.dtype.kind not in "biufc":
        raise Misfit(path, value, wanted(np.ndarray))
    if array.dtype.kind in "iu":
        array = array.astype(np.int64)
    asked = get_args(arguments[1]) if len(arguments) > 1 else ()
    if asked and isinstance(asked[0], type) and asked[0] in set(np.sctypeDict.values()):
        array = array.astype(asked[0])
    return array


def wanted(hint: Any) -> str:
    """What a parameter takes, in words for an author.

    >>> wanted(int | tuple[int, int])
    'a whole number, or [a whole number, a whole number]'
    """
    hint = type(None) if hint is None else _unaliased(hint)
    if isinstance(hint, collections.abc.Hashable) and hint in _SCALAR_WORDS:
        return _SCALAR_WORDS[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return wanted(arguments[0])
    if origin in (Union, types.UnionType):
        return ", or ".join(wanted(option) for option in arguments)
    if origin is Literal:
        return " or ".join(str(word) for word in arguments)
    kind = origin or hint
    if kind is np.ndarray:
        return "a list of numbers, or equally long rows of them"
    if kind is tuple and arguments and arguments[-1] is not ...:
        return f"[{', '.join(wanted(option) for option in arguments)}]"
    if kind is tuple or kind in _LISTS:
        return f"a list of which each is {wanted(arguments[0])}" if arguments else "a list"
    if _is_tensor(kind):
        return "the annotation np.ndarray: students get arrays, and make tensors of them"
    if kind is collections.abc.Callable:
        return "text: annotate it as str and name the function, which cannot cross itself"
    return "a mapping" if kind in _DICTS else "another value"
