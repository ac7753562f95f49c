"""The checked tree as Polars expressions: a whole book at once, the same digits as one by one.

A missing value is null and an unknown condition is null: Polars' own logic on them is the language's. Numbers are
Int64 where the tree's bounds say that they fit, Int128 where they may not; nothing can outgrow that. Dates are
ordinals.
"""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub
from typing import Any

import polars as pl

from vouch.engine.facts import Value
from vouch.engine.rules.tree import (
    Absolute,
    Among,
    Arithmetic,
    Compare,
    DaysBetween,
    Divide,
    Extreme,
    If,
    IsMissing,
    Literal,
    Logic,
    Mode,
    Name,
    Negation,
    Node,
    OrElse,
    Rescale,
    Round,
    Sort,
    Type,
)

_FITS = 2**62
_FIRST_DAY = date(1970, 1, 1).toordinal()
"""Polars counts days from here."""

_OPERATORS = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "+": add,
    "-": sub,
    "*": mul,
    "and": and_,
    "or": or_,
}
_DTYPES: dict[Sort, type[pl.DataType]] = {
    Sort.TEXT: pl.String,
    Sort.BOOLEAN: pl.Boolean,
    Sort.DATE: pl.Date,
}


def column_of(values: Sequence[Value], kind: Type) -> pl.Series:
    """Return a fact's column; the values' exact types are the caller's to check. Raises TypeError beyond 64 bits."""
    series = pl.Series(values, dtype=_DTYPES.get(kind.sort, pl.Int64))
    return series.to_physical().cast(pl.Int64) + _FIRST_DAY if kind.sort is Sort.DATE else series


def expression(node: Node) -> pl.Expr:
    """Return the expression over columns of the names it uses."""
    match node:
        case Literal():
            return pl.lit(node.value, dtype=_dtype(node.type))
        case Name():
            return pl.col(node.name)
        case Arithmetic():
            # What is multiplied by nothing may be wide although the product is not.
            dtype = _widest(max(node.type.bound, node.left.type.bound, node.right.type.bound))
            found: pl.Expr = _OPERATORS[node.op](_cast(node.left, dtype), _cast(node.right, dtype))
            return found if dtype == _dtype(node.type) else found.cast(_dtype(node.type))
        case Rescale():
            dtype = _widest(node.type.bound)
            return _cast(node.part, dtype) * pl.lit(node.factor, dtype=dtype)
        case Divide():
            dtype = _widest(2 * node.number.type.bound + 2 * node.by.type.bound)
            by = _cast(node.by, dtype)
            nonzero = pl.when(by != pl.lit(0, dtype=dtype)).then(by)
            return _quotient(_cast(node.number, dtype), nonzero, node.mode).cast(_dtype(node.type))
        case Round():
            dtype = _widest(2 * node.part.type.bound + 2 * node.step)
            quotient = _quotient(_cast(node.part, dtype), pl.lit(node.step, dtype=dtype), node.mode)
            return (quotient * pl.lit(node.unit.value, dtype=dtype)).cast(_dtype(node.type))
        case Extreme():
            return _extreme(node)
        case Absolute():
            return expression(node.part).abs()
        case DaysBetween():
            return expression(node.end) - expression(node.start)
        case If():
            dtype = _dtype(node.type)
            condition = pl.when(expression(node.condition))
            return condition.then(_cast(node.then, dtype)).otherwise(_cast(node.other, dtype))
        case OrElse():
            dtype = _dtype(node.type)
            part = _cast(node.part, dtype)
            # Neither fill_null nor coalesce: Polars folds both of a constant to one row and then fails.
            return pl.when(part.is_null()).then(_cast(node.other, dtype)).otherwise(part)
        case _:
            return _condition(node)


def _condition(node: Node) -> pl.Expr:
    match node:
        case Compare():
            dtype = _common(node.left, node.right)
            found: pl.Expr = _OPERATORS[node.op](_cast(node.left, dtype), _cast(node.right, dtype))
            return found
        case Among():
            dtype = _common(node.part, *node.values)
            part = _cast(node.part, dtype)
            return reduce(or_, [part == _cast(literal, dtype) for literal in node.values])
        case Logic():
            return reduce(_OPERATORS[node.op], [expression(part) for part in node.parts])
        case Negation():
            return ~expression(node.part)
        case IsMissing():
            return expression(node.part).is_null()
        case _:
            raise TypeError(type(node).__name__)


def _widest(bound: int) -> Any:
    return pl.Int64 if bound < _FITS else pl.Int128


def _dtype(kind: Type) -> Any:
    if kind.sort in {Sort.TEXT, Sort.BOOLEAN}:
        return _DTYPES[kind.sort]
    return _widest(kind.bound)


def _common(*nodes: Node) -> Any:
    return pl.Int128 if pl.Int128 in {_dtype(node.type) for node in nodes} else _dtype(nodes[0].type)


def _cast(node: Node, dtype: Any) -> pl.Expr:
    found = expression(node)
    return found if _dtype(node.type) == dtype else found.cast(dtype)


def _extreme(node: Extreme) -> pl.Expr:
    """Return min or max pair by pair: Polars' horizontal ones pass over nulls, the language does not."""
    dtype = _dtype(node.type)
    chosen = _cast(node.parts[0], dtype)
    for part in node.parts[1:]:
        other = _cast(part, dtype)
        first = chosen <= other if node.op == "min" else chosen >= other
        chosen = pl.when(first.is_null()).then(None).when(first).then(chosen).otherwise(other)
    return chosen


def _quotient(number: pl.Expr, by: pl.Expr, mode: Mode) -> pl.Expr:
    """Return the rounded integer quotient, null where `by` is null; of sizes, so that no rounding depends on signs."""
    size, unit = number.abs(), by.abs()
    match mode:
        case Mode.DOWN:
            quotient = size // unit
        case Mode.UP:
            quotient = (size + unit - 1) // unit
        case Mode.HALF_UP:
            quotient = (2 * size + unit) // (2 * unit)
    return pl.when((number < 0) == (by < 0)).then(quotient).otherwise(0 - quotient)
