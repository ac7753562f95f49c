"""The checked tree over columns: a whole book at once, the same digits as one by one.

Numbers are int64 wherever they provably or actually fit, and Python integers (object arrays) where they do not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
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

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[Any]
"""int64 or Python integers; for text, objects."""

_FITS = 2**62


@dataclass(frozen=True, slots=True)
class Column:
    """Values (0 or "" where missing) and the mask of missing ones, None if there are none.

    A boolean column holds truth in `values`.
    """

    values: Numbers
    missing: Mask | None = None


def column_of(values: Sequence[Value], kind: Type) -> Column:
    """Return a fact's column for `evaluate`; dates become ordinals."""
    # Polars turns lists with gaps into arrays several times faster than NumPy.
    series = pl.Series(values, dtype=_POLARS.get(kind.sort, pl.Int64))
    missing = series.is_null().to_numpy() if series.null_count() else None
    if kind.sort is Sort.TEXT:
        texts = np.array(values, object)
        return Column(texts if missing is None else np.where(missing, "", texts), missing)
    if kind.sort is Sort.DATE:
        series = series.to_physical().cast(pl.Int64) + _FIRST_DAY
    filled = series if missing is None else series.fill_null(value=False if kind.sort is Sort.BOOLEAN else 0)
    return Column(filled.to_numpy(), missing)


_POLARS: dict[Sort, type[pl.DataType]] = {
    Sort.TEXT: pl.String,
    Sort.BOOLEAN: pl.Boolean,
    Sort.DATE: pl.Date,
}
_FIRST_DAY = date(1970, 1, 1).toordinal()
"""Polars counts days from here."""
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": np.add, "-": np.subtract, "*": np.multiply}


class Evaluator:
    """Evaluates expressions over named columns of `size` rows."""

    def __init__(self, columns: Mapping[str, Column], *, size: int) -> None:
        self._columns = columns
        self._size = size

    def value(self, node: Node) -> Column:
        """Return a number, text or date for every row."""
        column = self._value(node)
        missing = None if column.missing is None else np.broadcast_to(column.missing, self._size)
        return Column(np.broadcast_to(column.values, self._size), missing)

    def truth(self, node: Node) -> tuple[Mask, Mask]:
        """Return where a condition is true and where it is false; it is unknown in neither."""
        yes, no = self._truth(node)
        return np.broadcast_to(yes, self._size), np.broadcast_to(no, self._size)

    def _value(self, node: Node) -> Column:
        """Return the column, or a single value that stands for every row."""
        match node:
            case Literal():
                dtype: Any = object if node.type.sort is Sort.TEXT or node.type.bound >= _FITS else np.int64
                return Column(np.full(1, node.value, dtype))
            case Name():
                return self._columns[node.name]
            case Arithmetic():
                return self._arithmetic(node)
            case Rescale():
                part = self._value(node.part)
                factor = np.full(1, node.factor, np.int64 if node.factor < _FITS else object)
                return Column(_exact("*", part.values, factor, bound=node.type.bound), part.missing)
            case Divide():
                return self._divide(node)
            case Round():
                part = self._value(node.part)
                step = np.full(1, node.step, np.int64 if node.step < _FITS else object)
                quotient = _quotient(part.values, step, node.mode)
                unit = np.full(1, node.unit.value, np.int64)
                return Column(_exact("*", quotient, unit, bound=node.type.bound), part.missing)
            case Extreme():
                return self._extreme(node)
            case Absolute():
                part = self._value(node.part)
                return Column(abs(part.values), part.missing)
            case DaysBetween():
                start, end = self._value(node.start), self._value(node.end)
                return _blanked(end.values - start.values, _either_missing(start, end))
            case If():
                return self._choice(
                    self._truth(node.condition)[0], self._value(node.then), self._value(node.other)
                )
            case OrElse():
                first = self._value(node.part)
                if first.missing is None:
                    return first
                return self._choice(~first.missing, first, self._value(node.other))
            case _:
                raise TypeError(f"{type(node).__name__} is a condition")

    def _truth(self, node: Node) -> tuple[Mask, Mask]:
        match node:
            case Literal():
                yes = np.full(1, bool(node.value))
                return yes, ~yes
            case Name():
                column = self._columns[node.name]
                return _known(column.values, ~column.values, column.missing)
            case Compare():
                left, right = self._value(node.left), self._value(node.right)
                yes = _COMPARE[node.op](left.values, right.values).astype(np.bool_)
                return _known(yes, ~yes, _either_missing(left, right))
            case Among():
                column = self._value(node.part)
                yes = np.zeros(1, np.bool_)
                for literal in node.values:
                    yes = yes | (column.values == literal.value).astype(np.bool_)
                return _known(yes, ~yes, column.missing)
            case Logic():
                yes, no = self._truth(node.parts[0])
                for part in node.parts[1:]:
                    more_yes, more_no = self._truth(part)
                    if node.op == "and":
                        yes, no = yes & more_yes, no | more_no
                    else:
                        yes, no = yes | more_yes, no & more_no
                return yes, no
            case Negation():
                yes, no = self._truth(node.part)
                return no, yes
            case IsMissing():
                absent = self._absent(node.part)
                return absent, ~absent
            case OrElse():
                yes, no = self._truth(node.part)
                more_yes, more_no = self._truth(node.other)
                return yes | (~no & more_yes), no | (~yes & more_no)
            case _:
                raise TypeError(f"{type(node).__name__} is no condition")

    def _absent(self, node: Node) -> Mask:
        if node.type.sort is Sort.BOOLEAN:
            yes, no = self._truth(node)
            return ~(yes | no)
        missing = self._value(node).missing
        return np.zeros(1, np.bool_) if missing is None else missing

    def _arithmetic(self, node: Arithmetic) -> Column:
        left, right = self._value(node.left), self._value(node.right)
        values = _exact(node.op, left.values, right.values, bound=node.type.bound)
        return _blanked(values, _either_missing(left, right))

    def _extreme(self, node: Extreme) -> Column:
        columns = [self._value(part) for part in node.parts]
        pick = np.minimum if node.op == "min" else np.maximum
        values = columns[0].values
        for column in columns[1:]:
            values = pick(values, column.values)
        return _blanked(values, _either_missing(*columns))

    def _divide(self, node: Divide) -> Column:
        left, right = self._value(node.number), self._value(node.by)
        zero = (right.values == 0).astype(np.bool_)
        missing = _either_missing(left, right)
        if zero.any():
            missing = zero if missing is None else missing | zero
        values = _quotient(left.values, np.where(zero, 1, right.values), node.mode)
        return _blanked(values, missing)

    def _choice(self, yes: Mask, then: Column, other: Column) -> Column:
        missing = None
        if then.missing is not None or other.missing is not None:
            none = np.zeros(1, np.bool_)
            missing = np.where(
                yes,
                none if then.missing is None else then.missing,
                none if other.missing is None else other.missing,
            )
        return Column(np.where(yes, then.values, other.values), missing)


def _either_missing(*columns: Column) -> Mask | None:
    found: Mask | None = None
    for column in columns:
        if column.missing is not None:
            found = column.missing if found is None else found | column.missing
    return found


def _known(yes: Mask, no: Mask, missing: Mask | None) -> tuple[Mask, Mask]:
    return (yes, no) if missing is None else (yes & ~missing, no & ~missing)


def _blanked(values: Numbers, missing: Mask | None) -> Column:
    """Return the column with 0 where it is missing, so that no stray number grows further on."""
    return Column(values, None) if missing is None else Column(np.where(missing, 0, values), missing)


def _widest(values: Numbers) -> int:
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


def _exact(op: str, left: Numbers, right: Numbers, *, bound: int) -> Numbers:
    """Return `left op right`, in int64 if the bound or else the data allow it."""
    if bound >= _FITS or object in {left.dtype, right.dtype}:
        a, b = _widest(left), _widest(right)
        if (a * b if op == "*" else a + b) < _FITS:
            left, right = left.astype(np.int64), right.astype(np.int64)
        else:
            left, right = left.astype(object), right.astype(object)
    values: Numbers = _ARITHMETIC[op](left, right)
    return values


def _quotient(number: Numbers, by: Numbers, mode: Mode) -> Numbers:
    """Return the rounded integer quotient; `by` holds no zero."""
    if 2 * _widest(number) + 2 * _widest(by) >= _FITS:
        number, by = number.astype(object), by.astype(object)
    elif object in {number.dtype, by.dtype}:
        number, by = number.astype(np.int64), by.astype(np.int64)
    size, unit = abs(number), abs(by)
    match mode:
        case Mode.DOWN:
            quotient = size // unit
        case Mode.UP:
            quotient = (size + unit - 1) // unit
        case Mode.HALF_UP:
            quotient = (2 * size + unit) // (2 * unit)
    opposite = ((number < 0) != (by < 0)).astype(np.bool_)
    values: Numbers = np.where(opposite, -quotient, quotient)
    return values if values.dtype != object or _widest(values) >= _FITS else values.astype(np.int64)
