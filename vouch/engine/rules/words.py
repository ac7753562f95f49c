"""The checked tree in words: a formula as a person reads it, with titles or with the numbers filled in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

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
    match kind.sort:
        case Sort.BOOLEAN:
            return "是" if value else "否"
        case Sort.DATE:
            return (
                value.isoformat()
                if isinstance(value, date)
                else date.fromordinal(int(str(value))).isoformat()
            )
        case Sort.TEXT:
            return str(value)
    number = Decimal(int(str(value))).scaleb(-kind.scale)
    if not kind.money:
        return _plain(number.scaleb(2)) + "%" if kind.scale else f"{number:,}"
    in_wan = number.scaleb(-4)
    if abs(number) >= 10**4 and in_wan == in_wan.quantize(Decimal("0.01")):
        return _plain(in_wan) + "万元"
    return _plain(number) + "元"


def shown_fact(value: Value, kind: FactKind) -> str:
    """Return a fact's value as a person writes it."""
    return shown(value, type_of(kind))


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


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
