"""The slips that a mutant makes: small rewritings of a syntax tree, one table of them.

They are the slips of people who program: another operator, a term left out, one more or one less,
arguments or names exchanged, a guard forgotten. Each operator takes a node and yields pairs: which
node is replaced (the one it was given, or one inside it), and by what. What it builds is new; the
original's nodes that it takes over are printed as the author wrote them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct, field

T = TypeVar("T")


class Scope(Struct, frozen=True):
    """What is known where a node stands."""

    siblings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # name -> names it is easily taken for: parameters of its kind, its partners in a tuple
    held: frozenset[str] = frozenset()  # names that have had a value before


Rewritings: TypeAlias = Iterator[tuple[ast.AST, ast.AST]]
Operator: TypeAlias = Callable[[ast.AST, Scope], Rewritings]

_ARITHMETIC: Final[Mapping[type[ast.operator], tuple[type[ast.operator], ...]]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
}
_ORDERED: Final = (
    ast.Sub,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.MatMult,
    ast.LShift,
    ast.RShift,
)
_COMPARISONS: Final[Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_TAKEN_FOR: Final[Mapping[str, str]] = {
    "min": "max",
    "max": "min",
    "sum": "max",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "round": "int",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmin": "argmax",
    "argmax": "argmin",
    "mean": "sum",
    "prod": "sum",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "append": "extend",
    "keys": "values",
    "startswith": "endswith",
}
_MODULES: Final = frozenset({"np", "numpy", "math", "torch", "itertools", "functools"})


# --------------------------------------------------------------------------- numbers and logic


def arithmetic(node: ast.AST, scope: Scope) -> Rewritings:
    """Another operator: a + b → a - b; a // b rounded up; a += b → a = b."""
    if isinstance(node, ast.BinOp):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield node, ast.BinOp(node.left, other(), node.right)
        if isinstance(node.op, ast.FloorDiv):
            negated = ast.UnaryOp(ast.USub(), node.left)
            up = ast.UnaryOp(ast.USub(), ast.BinOp(negated, ast.FloorDiv(), node.right))
            yield node, up
    elif isinstance(node, ast.AugAssign):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield node, ast.AugAssign(node.target, other(), node.value)
        yield node, ast.Assign([node.target], node.value)


def dropped_operand(node: ast.AST, scope: Scope) -> Rewritings:
    """A term left out: a + b → a; -a → a; a and b → b."""
    if isinstance(node, ast.BinOp):
        yield node, node.left
        yield node, node.right
    elif isinstance(node, ast.UnaryOp):
        yield node, node.operand
    elif isinstance(node, ast.BoolOp):
        for rest in _one_left_out(node.values):
            yield node, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def swapped_operands(node: ast.AST, scope: Scope) -> Rewritings:
    """a - b → b - a, where order matters."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ORDERED):
        yield node, ast.BinOp(node.right, node.op, node.left)


def constant(node: ast.AST, scope: Scope) -> Rewritings:
    """One more, one less; the other bool; another text; 0 for None."""
    if isinstance(node, ast.JoinedStr):
        yield node, ast.Constant("")
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield node, ast.Constant(not value)
    elif isinstance(value, int | float):
        yield node, ast.Constant(value + 1)
        yield node, _number(value - 1)
    elif isinstance(value, str):
        yield node, ast.Constant(f"{value}?")
    elif value is None:
        yield node, ast.Constant(0)


def comparison(node: ast.AST, scope: Scope) -> Rewritings:
    """Another comparison: a < b → a <= b, a >= b."""
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                ops = [*node.ops[:position], other(), *node.ops[position + 1 :]]
                yield node, ast.Compare(node.left, ops, node.comparators)


def and_or(node: ast.AST, scope: Scope) -> Rewritings:
    """a and b → a or b."""
    if isinstance(node, ast.BoolOp):
        other: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, ast.BoolOp(other, node.values)


def condition(node: ast.AST, scope: Scope) -> Rewritings:
    """A condition turned round, always true, or never (a guard forgotten)."""
    tests: list[ast.expr] = []
    if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        yield test, ast.UnaryOp(ast.Not(), test)
        yield test, ast.Constant(True)
        yield test, ast.Constant(False)


# --------------------------------------------------------------------------- calls and names


def swapped_arguments(node: ast.AST, scope: Scope) -> Rewritings:
    """f(a, b) → f(b, a), for neighbours."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") not in ("min", "max"):
        for args in _neighbours_swapped(node.args):
            yield node, ast.Call(node.func, args, node.keywords)


def dropped_argument(node: ast.AST, scope: Scope) -> Rewritings:
    """f(a, b) → f(a); f(a, axis=0) → f(a)."""
    if isinstance(node, ast.Call):
        if len(node.args) > 1:
            for args in _one_left_out(node.args):
                yield node, ast.Call(node.func, args, node.keywords)
        for keywords in _one_left_out(node.keywords):
            yield node, ast.Call(node.func, node.args, keywords)


def called(node: ast.AST, scope: Scope) -> Rewritings:
    """Another function, min → max; or none: int(a) → a; a.copy() → a; a.T → a."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node, node.value
    if not isinstance(node, ast.Call):
        return
    function, alone = node.func, len(node.args) == 1
    if isinstance(function, ast.Name):
        if function.id in _TAKEN_FOR:
            yield function, ast.Name(_TAKEN_FOR[function.id], ast.Load())
        if alone:
            yield node, node.args[0]
    elif isinstance(function, ast.Attribute):
        if function.attr in _TAKEN_FOR:
            other = _TAKEN_FOR[function.attr]
            yield function, ast.Attribute(function.value, other, ast.Load())
        of_module = isinstance(function.value, ast.Name) and function.value.id in _MODULES
        if not of_module:
            yield node, function.value
        elif alone:
            yield node, node.args[0]


def name(node: ast.AST, scope: Scope) -> Rewritings:
    """A name taken for another of its kind: height → width, i → j."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in scope.siblings.get(node.id, ()):
            yield node, ast.Name(other, ast.Load())


# --------------------------------------------------------------------------- parts and ranges


def bounds(node: ast.AST, scope: Scope) -> Rewritings:
    """A slice that begins or ends one early or late, or lacks a bound or its step."""
    if not isinstance(node, ast.Slice):
        return
    lower, upper, step = node.lower, node.upper, node.step
    for other in _one_off(lower) if lower else (_number(1),):
        yield node, ast.Slice(other, upper, step)
    for other in _one_off(upper) if upper else (_number(-1),):
        yield node, ast.Slice(lower, other, step)
    if lower:
        yield node, ast.Slice(None, upper, step)
    if upper:
        yield node, ast.Slice(lower, None, step)
    if step:
        yield node, ast.Slice(lower, upper, None)


def index(node: ast.AST, scope: Scope) -> Rewritings:
    """a[i] → a[i + 1], a[i - 1]; constants have an operator of their own."""
    if isinstance(node, ast.Subscript):
        place = node.slice
        for position in place.elts if isinstance(place, ast.Tuple) else [place]:
            if not isinstance(position, ast.Slice | ast.Starred | ast.UnaryOp):
                for other in _one_off(position):
                    yield position, other


def reach(node: ast.AST, scope: Scope) -> Rewritings:
    """A range that begins or ends one early or late."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return
    if node.func.id != "range" or node.keywords:
        return
    if len(node.args) == 1:
        yield node, ast.Call(node.func, [_number(1), *node.args], [])
    for argument in node.args[:2]:
        for other in _one_off(argument):
            yield argument, other


def display(node: ast.AST, scope: Scope) -> Rewritings:
    """(a, b) → (b, a); [a, b] → [a]; in a dict, neighbours exchange their values."""
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
        for items in (*_neighbours_swapped(node.elts), *_one_left_out(node.elts)):
            yield node, type(node)(items, ast.Load())
    elif isinstance(node, ast.Dict):
        for values in _neighbours_swapped(node.values):
            yield node, ast.Dict(node.keys, values)
        for pairs in _one_left_out(list(zip(node.keys, node.values, strict=True))):
            yield node, ast.Dict([key for key, _ in pairs], [value for _, value in pairs])


# --------------------------------------------------------------------------- statements


def raised(node: ast.AST, scope: Scope) -> Rewritings:
    """Another exception raised."""
    if isinstance(node, ast.Raise) and node.exc is not None:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(kind, ast.Name):
            other = "ValueError" if kind.id == "TypeError" else "TypeError"
            yield kind, ast.Name(other, ast.Load())


def statement(node: ast.AST, scope: Scope) -> Rewritings:
    """A statement left out, a result not returned, break and continue exchanged."""
    match node:
        case ast.Return(value=ast.expr() as value):
            if not (isinstance(value, ast.Constant) and value.value is None):
                yield node, ast.Return(None)
            yield node, ast.Pass()
        case ast.Break():
            yield node, ast.Continue()
            yield node, ast.Pass()
        case ast.Continue():
            yield node, ast.Break()
            yield node, ast.Pass()
        case ast.Expr(value=value) if not isinstance(value, ast.Constant):
            yield node, ast.Pass()
        case ast.If(orelse=[]):
            yield node, ast.Pass()
        case ast.AugAssign() | ast.Raise() | ast.Assert() | ast.For() | ast.While() | ast.With():
            yield node, ast.Pass()
        case ast.Assign(targets=targets):
            stored = {inner.id for target in targets for inner in _stored(target)}
            if stored <= scope.held:  # else only an undefined name would come of it
                yield node, ast.Pass()


def _stored(target: ast.expr) -> list[ast.Name]:
    return [
        node
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


OPERATORS: Final[Mapping[str, Operator]] = {
    "arithmetic": arithmetic,
    "dropped operand": dropped_operand,
    "swapped operands": swapped_operands,
    "constant": constant,
    "comparison": comparison,
    "and, or": and_or,
    "condition": condition,
    "swapped arguments": swapped_arguments,
    "dropped argument": dropped_argument,
    "call": called,
    "name": name,
    "slice": bounds,
    "index": index,
    "range": reach,
    "display": display,
    "exception": raised,
    "statement": statement,
}


def _number(value: float) -> ast.expr:
    """A number as it is written: -1 is 1 with a sign."""
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _one_off(node: ast.expr) -> tuple[ast.expr, ...]:
    if isinstance(node, ast.Constant):
        return ()  # the operator on constants does that
    return (
        ast.BinOp(node, ast.Add(), ast.Constant(1)),
        ast.BinOp(node, ast.Sub(), ast.Constant(1)),
    )


def _neighbours_swapped(items: Sequence[ast.expr]) -> Iterator[list[ast.expr]]:
    for position in range(len(items) - 1):
        first, second = items[position], items[position + 1]
        starred = isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
        if not starred and ast.dump(first) != ast.dump(second):
            yield [*items[:position], second, first, *items[position + 2 :]]


def _one_left_out(items: Sequence[T]) -> Iterator[list[T]]:
    for position in range(len(items)):
        yield [*items[:position], *items[position + 1 :]]
