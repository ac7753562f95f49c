"""The rule language once more, as slowly and plainly as it can be written: a walk over the tree with fractions.

It shares no arithmetic with the runtimes that it judges.
"""

import math
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from vouch.engine.facts import Value
from vouch.engine.rules import tree


def evaluate(node: tree.Node, row: Mapping[str, Value]) -> Any:
    """Return the kept value, truth, or None for missing and unknown."""
    match node:
        case tree.Literal():
            return node.value
        case tree.Name():
            value = row.get(node.name)
            return value.toordinal() if isinstance(value, date) else value
        case tree.Logic():
            return _logic(node.op, [evaluate(part, row) for part in node.parts])
        case tree.If():
            return evaluate(node.then if evaluate(node.condition, row) is True else node.other, row)
        case tree.OrElse():
            part = evaluate(node.part, row)
            return evaluate(node.other, row) if part is None else part
        case tree.IsMissing():
            return evaluate(node.part, row) is None
        case _:
            parts = [evaluate(part, row) for part in tree.parts_of(node)]
            return None if None in parts else _known(node, parts)


def _logic(op: str, parts: list[bool | None]) -> bool | None:
    deciding = op == "or"
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding


def _known(node: tree.Node, parts: list[Any]) -> Any:
    match node:
        case tree.Arithmetic():
            return {"+": parts[0] + parts[1], "-": parts[0] - parts[1], "*": parts[0] * parts[1]}[node.op]
        case tree.Rescale():
            return parts[0] * node.factor
        case tree.Divide():
            return None if parts[1] == 0 else _rounded(Fraction(parts[0], parts[1]), node.mode)
        case tree.Round():
            return _rounded(Fraction(parts[0], node.step), node.mode) * node.unit.value
        case tree.Extreme():
            return sorted(parts)[0 if node.op == "min" else -1]
        case tree.Absolute():
            return parts[0] if parts[0] >= 0 else -parts[0]
        case tree.DaysBetween():
            return (date.fromordinal(parts[1]) - date.fromordinal(parts[0])).days
        case tree.Compare():
            low = parts[0] < parts[1] if not isinstance(parts[0], str) else False
            same = parts[0] == parts[1]
            return {
                "==": same,
                "!=": not same,
                "<": low,
                "<=": low or same,
                ">": not (low or same),
                ">=": not low,
            }[node.op]
        case tree.Among():
            return any(parts[0] == literal.value for literal in node.values)
        case tree.Negation():
            return not parts[0]
    raise TypeError(type(node).__name__)


def _rounded(exact: Fraction, mode: tree.Mode) -> int:
    size = abs(exact)
    whole = {
        tree.Mode.DOWN: math.floor(size),
        tree.Mode.UP: math.ceil(size),
        tree.Mode.HALF_UP: math.floor(size + Fraction(1, 2)),
    }[mode]
    return whole if exact >= 0 else -whole
