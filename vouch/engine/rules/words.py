"""The checked tree in words: a formula as a person reads it, with titles or with the numbers filled in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from vouch.engine.facts import FactKind, Value
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
    type_of,
)

ABSENT = "缺失"
_SIGNS = {"*": "×", "-": "−", "+": "+"}
_COMPARE = {"==": "＝", "!=": "≠", "<": "＜", "<=": "≤", ">": "＞", ">=": "≥"}
_MODES = {Mode.DOWN: "向下取整", Mode.UP: "向上取整", Mode.HALF_UP: "四舍五入"}


def shown(value: object, kind: Type) -> str:
    """Return a kept value as a person writes it: 1,234.50元, 20万元, 12.5%, 是, 2020-02-29, 缺失."""
    if value is None:
        return ABSENT
    if kind.sort is Sort.NUMBER and isinstance(value, int):
        return _number(value, kind)
    if kind.sort is Sort.BOOLEAN:
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return date.fromordinal(value).isoformat() if isinstance(value, int) else str(value)


def _number(value: int, kind: Type) -> str:
    scale = kind.scale
    if not kind.money:
        return _decimal(value * 100, scale) + "%" if scale else f"{value:,}"
    if abs(value) >= 10 ** (scale + 4) and value * 100 % 10 ** (scale + 4) == 0:
        return _decimal(value, scale + 4) + "万元"
    return _decimal(value, scale) + "元"


def _decimal(value: int, scale: int) -> str:
    """Return an integer of that many decimals, grouped and without idle zeros, whatever its size."""
    whole, rest = divmod(abs(value), 10**scale)
    text = f"{'-' if value < 0 else ''}{whole:,}"
    return f"{text}.{rest:0{scale}d}".rstrip("0") if rest else text


def shown_fact(value: Value, kind: FactKind) -> str:
    """Return a fact's value as a person writes it."""
    return shown(value, type_of(kind))


def branch_taken(node: Node, holds: Callable[[Node], bool]) -> Node:
    """Return the formula with every condition at its top decided: of "若 … 否则 …" the part that counts here."""
    match node:
        case If():
            return branch_taken(node.then if holds(node.condition) else node.other, holds)
        case Rescale():
            return replace(node, part=branch_taken(node.part, holds))
        case Arithmetic():
            return replace(node, left=branch_taken(node.left, holds), right=branch_taken(node.right, holds))
        case _:
            return node


def in_words(node: Node, words: Mapping[str, str]) -> str:
    """Return the expression in words; `words` gives a title, or a value already shown, for each name."""
    match node:
        case Literal():
            return node.text
        case Name():
            return words[node.name]
        case Rescale():
            return in_words(node.part, words)
        case Arithmetic() if node.op == "-" and isinstance(node.left, Literal) and node.left.text == "0":
            return "−" + _factor(node.right, words)
        case Arithmetic() if node.op == "*":
            return f"{_factor(node.left, words)} × {_factor(node.right, words)}"
        case Arithmetic():
            # The right side of a minus keeps its brackets: a − (b − c).
            right = _factor(node.right, words) if node.op == "-" else in_words(node.right, words)
            return f"{in_words(node.left, words)} {_SIGNS[node.op]} {right}"
        case Divide():
            return f"{_factor(node.number, words)} ÷ {_factor(node.by, words)}"
        case Round():
            return f"{_MODES[node.mode]}（{in_words(node.part, words)}，到{node.unit.text}）"
        case Extreme():
            return ("取小" if node.op == "min" else "取大") + _listed(node.parts, words)
        case Absolute():
            return f"绝对值（{in_words(node.part, words)}）"
        case DaysBetween():
            return f"{in_words(node.start, words)}至{in_words(node.end, words)}的天数"
        case If():
            return (
                f"（若{in_words(node.condition, words)}：{in_words(node.then, words)}；"
                f"否则{in_words(node.other, words)}）"
            )
        case OrElse():
            return f"{in_words(node.part, words)}（缺失时取{in_words(node.other, words)}）"
        case _:
            return _condition(node, words)


def _condition(node: Node, words: Mapping[str, str]) -> str:
    match node:
        case Compare():
            return f"{in_words(node.left, words)} {_COMPARE[node.op]} {in_words(node.right, words)}"
        case Among():
            return f"{in_words(node.part, words)}属于{_listed(node.values, words)}"
        case Logic():
            return (
                "（"
                + (" 且 " if node.op == "and" else " 或 ").join(in_words(p, words) for p in node.parts)
                + "）"
            )
        case Negation():
            return f"非（{in_words(node.part, words)}）"
        case IsMissing():
            return f"{in_words(node.part, words)}{ABSENT}"
        case _:
            raise TypeError(type(node).__name__)


def _listed(parts: tuple[Node, ...], words: Mapping[str, str]) -> str:
    return "（" + "，".join(in_words(part, words) for part in parts) + "）"


def _factor(node: Node, words: Mapping[str, str]) -> str:
    inner = node.part if isinstance(node, Rescale) else node
    text = in_words(node, words)
    return f"（{text}）" if isinstance(inner, Arithmetic | Divide) and not _is_product(inner) else text


def _is_product(node: Node) -> bool:
    return isinstance(node, Arithmetic) and node.op == "*"
