"""What a student's function returned, read as plain data. Runs in the worker.

Everything is read through the methods of the built-in base class, never through the object's own:
an int with a strange `__eq__` is the int that it holds, a list with a strange `__iter__` the list
that it holds. Nothing here protects the grader (the decoder on the other side does); it makes
that honest results of every style arrive as what they mean.
"""

from __future__ import annotations

import math
import numbers
import sys
from typing import TYPE_CHECKING, Any, Final

from grader.sandbox import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.model import Value

NAMED: Final = frozenset(
    name
    for names in (
        "generator coroutine async_generator set frozenset bytes bytearray memoryview slice",
        "map filter zip enumerate reversed list_iterator tuple_iterator ellipsis object",
        "dict_keys dict_values dict_items function builtin_function_or_method method type module",
        "Fraction Decimal date datetime timedelta array NotImplementedType",
    )
    for name in names.split()
)
"""Types that a refusal may name, by their own name; any other is "a class of its own"."""

_BORROWED: Final = {
    ("fractions", "Fraction"),
    ("decimal", "Decimal"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("array", "array"),
    ("collections", "deque"),
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("collections", "Counter"),
}
_OF_NO_PLAIN_KIND: Final = frozenset(
    {"own_class", "own_number", "iterator", "exception", "dtype", "meta_tensor"}
)
_PLAIN_DICTS: Final = frozenset({"OrderedDict", "defaultdict", "Counter"})


class Refusal(Exception):
    """The value cannot cross; `code` is one of the grader's own words for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def simplify(value: object, *, max_bytes: int) -> tuple[Value, tuple[str, ...]]:
    """Read `value` as plain data; return it with the notes on what was converted.

    Raises Refusal for anything that has no plain meaning, or too much of it.
    """
    reader = _Reader(max_bytes)
    plain = reader.read(value, 0)
    return plain, tuple(sorted(reader.notes))


class _Reader:
    """One conversion: its notes, and how much may still come."""

    def __init__(self, max_bytes: int) -> None:
        self.notes: set[str] = set()
        self.nodes = wire.MAX_NODES
        self.max_bytes = max_bytes

    def read(self, value: object, depth: int) -> Any:
        self.nodes -= 1
        if self.nodes < 0:
            raise Refusal("too_large")
        kind = type(value)
        if kind in _ATOMS:
            if kind is int and value.bit_length() // 8 >= wire.MAX_INT_BYTES:  # type: ignore[attr-defined]
                raise Refusal("huge_int")
            return value
        if depth > wire.MAX_DEPTH:
            raise Refusal("too_deep")
        if kind is list:
            return self._sequence(value, depth)  # type: ignore[arg-type]
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy is not None and _is(kind, numpy.generic) and not _is_from_a_statement(kind):
            return self._numpy_scalar(value, numpy)
        if numpy is not None and _is(kind, numpy.ndarray):
            return self._array(value, numpy, depth)
        if torch is not None and _is(kind, getattr(torch, "Tensor", None)):
            return self._tensor(value, torch, numpy, depth)
        if _is_sparse(kind):
            return self._sparse(value, depth)
        if kind is range:
            return self._sequence(value, depth)  # type: ignore[arg-type]
        for base, read in _READ_BASE:
            if _is(kind, base):
                self.notes.add("subclass")
                return self.read(read(value), depth)
        return self._container(value, kind, depth)

    def _container(self, value: Any, kind: type, depth: int) -> Any:
        if _is(kind, list):
            self._note_subclass(kind is not list)
            return self._sequence(list.__iter__(value), depth)
        if _is(kind, tuple):
            self._note_subclass(kind is not tuple)
            return tuple(self._sequence(tuple.__iter__(value), depth))
        if _is(kind, dict):
            self._note_subclass(kind is not dict and _name(kind) not in _PLAIN_DICTS)
            return self._mapping(value, depth)
        if _is(kind, BaseException) or (kind is type and _is(value, BaseException)):
            raise Refusal("exception")
        name = _name(kind)
        if name == "deque" or (name == "array" and value.typecode not in "uw"):  # u, w: text
            return self._sequence(value, depth)
        raise Refusal(f"type:{name}" if name in NAMED else _own(kind))

    def _note_subclass(self, is_one: bool) -> None:
        if is_one:
            self.notes.add("subclass")

    def _sequence(self, items: Iterable[object], depth: int) -> list[Any]:
        return [self.read(item, depth + 1) for item in items]

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        plain: dict[Any, Any] = {}
        for key, item in dict.items(value):
            plain_key = self.read(key, depth + 1)
            try:
                stands_twice = plain_key in plain
            except TypeError:
                raise Refusal("key") from None
            if stands_twice:
                raise Refusal("same_keys")
            plain[plain_key] = self._entry(item, depth + 1)
        return plain

    def _entry(self, item: object, depth: int) -> Any:
        """Read one value of a dict: the others do not depend on it, and it may not be asked for."""
        try:
            return self.read(item, depth)
        except Refusal as refusal:
            kind = refusal.code.removeprefix("type:")
            if kind == refusal.code and kind not in _OF_NO_PLAIN_KIND:
                raise
            self.notes.add("entry")
            return f"<{kind}>"

    def _numpy_scalar(self, value: Any, numpy: Any) -> Any:
        self.notes.add("numpy_scalar")
        if _is(type(value), numpy.longdouble):
            return float(value)
        if _is(type(value), numpy.clongdouble):
            return complex(value)
        if _is(type(value), numpy.str_):
            return str.__str__(value)
        # not a record or bytes, and no date either, of which item() may be an int
        if value.dtype.kind not in "biufc":
            raise Refusal("dtype")
        return numpy.generic.item(value)

    def _array(self, value: Any, numpy: Any, depth: int) -> Any:
        kind = type(value)
        if kind is not numpy.ndarray:
            masked = getattr(sys.modules.get("numpy.ma"), "MaskedArray", None)
            self.notes.add("masked" if _is(kind, masked) else "subclass")
            value = numpy.ndarray.view(value, numpy.ndarray)
        if value.nbytes > self.max_bytes:
            raise Refusal("too_large")
        dtype = value.dtype
        if dtype.kind in "OU":
            if value.size > self.nodes:
                raise Refusal("too_large")
            return self.read(value.tolist(), depth)
        if dtype.kind == "f" and dtype.itemsize > 8:
            return value.astype(numpy.float64)
        if dtype.kind == "c" and dtype.itemsize > 16:
            return value.astype(numpy.complex128)
        if dtype.kind not in "biufc":
            raise Refusal("dtype")
        return value

    def _sparse(self, value: Any, depth: int) -> Any:
        self.notes.add("sparse")
        if math.prod(value.shape) * value.dtype.itemsize > self.max_bytes:
            raise Refusal("too_large")
        return self.read(value.toarray(), depth + 1)

    def _tensor(self, value: Any, torch: Any, numpy: Any, depth: int) -> Any:
        self.notes.add("tensor")
        tensor = torch.Tensor.detach(value)
        if tensor.device.type == "meta":
            raise Refusal("meta_tensor")
        if tensor.numel() * tensor.element_size() > self.max_bytes:
            raise Refusal("too_large")
        if tensor.is_quantized:
            tensor = tensor.dequantize()
        if tensor.layout != torch.strided:
            tensor = tensor.to_dense()
        if tensor.is_floating_point() and tensor.dtype not in (
            torch.float16,
            torch.float32,
            torch.float64,
        ):
            self.notes.add("bfloat16")
            tensor = tensor.to(torch.float32)
        return self._array(tensor.cpu().resolve_conj().resolve_neg().numpy(), numpy, depth)


_HEAP_TYPE: Final = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_ATOMS: Final = frozenset({type(None), bool, int, float, complex, str})


_READ_BASE: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = (
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
    (complex, complex.__pos__),
)


def _is(kind: type, base: Any) -> bool:
    """Whether `kind` derives from `base` in fact; an overridden `__class__` does not count."""
    return type(base) is not type(None) and base in _bases(kind)


def _is_sparse(kind: type) -> bool:
    """Whether it is one of SciPy's sparse matrices or arrays."""
    sparse = sys.modules.get("scipy.sparse")
    return any(_is(kind, getattr(sparse, base, None)) for base in ("spmatrix", "sparray"))


def _own(kind: type) -> str:
    """The word for a type that has no name here: what can be made of it, if that is known."""
    if any("__next__" in type.__dict__["__dict__"].__get__(base) for base in _bases(kind)):
        return "iterator"
    return "own_number" if issubclass(kind, numbers.Number) else "own_class"


def _bases(kind: type) -> tuple[type, ...]:
    bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(kind)
    return bases


def _name(kind: type) -> str:
    """Return the name of a well-known type, else an empty text; a class cannot claim one."""
    module = type.__dict__["__module__"].__get__(kind)
    name: str = type.__dict__["__name__"].__get__(kind)
    if type(module) is str and (module, name) in _BORROWED:
        return name if getattr(sys.modules.get(module), name, None) is kind else ""
    return "" if _is_from_a_statement(kind) else name


def _is_from_a_statement(kind: type) -> bool:
    """Whether a class statement made the type (or a C extension of the newer kind did)."""
    return bool(type.__dict__["__flags__"].__get__(kind) & _HEAP_TYPE)
