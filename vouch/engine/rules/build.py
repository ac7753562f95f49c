"""Building the checked tree: units, scales, bounds and missing values are settled here, and only here."""

from datetime import date
from decimal import Decimal

from vouch.engine.rules.tree import (
    LAST_DAY,
    MAX_BOUND,
    TRUTH,
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
    Negation,
    Node,
    OrElse,
    Rescale,
    Round,
    Sort,
    Type,
)

MAX_SCALE = 18
MAX_DIGITS = 20
_UNITS = {"元": 1, "万元": 10**4, "亿元": 10**8}


class RuleError(ValueError):
    """An expression that cannot be used, with the reason in Chinese."""


def number(digits: str, *, unit: str = "") -> Literal:
    """Return a literal: `20` with 万元, `12.5` with %, or a plain number."""
    if len(digits) > MAX_DIGITS:
        raise RuleError(f"数字 {digits} 太长")
    value = Decimal(digits)
    if unit in _UNITS:
        fen = value * _UNITS[unit] * 100
        if fen != int(fen):
            raise RuleError(f"金额 {digits}{unit} 不能细于分")
        return _literal(int(fen), Type(Sort.NUMBER, money=True, scale=2), text=digits + unit)
    if unit == "%":
        value = value.scaleb(-2)
    value = value.normalize() if value else Decimal(0)
    scale = max(0, -int(value.as_tuple().exponent))
    return _literal(int(value.scaleb(scale)), Type(Sort.NUMBER, scale=scale), text=digits + unit)


def text(value: str) -> Literal:
    """Return a text literal."""
    return Literal(Type(Sort.TEXT), value, f"“{value}”")


def truth(word: str) -> Literal:
    """Return `true` or `false`."""
    return Literal(TRUTH, word == "true", "是" if word == "true" else "否")


def day(value: str) -> Literal:
    """Return a date literal, kept as its ordinal."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise RuleError(f"日期“{value}”应写成 2020-02-29 的样子") from None
    return Literal(Type(Sort.DATE, bound=LAST_DAY), found.toordinal(), value)


def add(left: Node, right: Node, *, op: str) -> Node:
    """Return a sum or difference of two numbers of one unit, brought to one scale."""
    left, right = _aligned(left, right, doing="加减")
    bound = left.type.bound + right.type.bound
    return _checked(Arithmetic(_joined(left, right, bound=bound), op, left, right))


def multiply(left: Node, right: Node) -> Node:
    """Return an exact product; at most one side is money."""
    for side in (left, right):
        _must_be(side, Sort.NUMBER, doing="相乘")
    if left.type.money and right.type.money:
        raise RuleError("金额不能乘以金额")
    kind = Type(
        Sort.NUMBER,
        left.type.money or right.type.money,
        left.type.scale + right.type.scale,
        left.type.bound * right.type.bound,
        left.type.nullable or right.type.nullable,
    )
    return _checked(Arithmetic(kind, "*", left, right))


def negate(part: Node) -> Node:
    """Return the number with the other sign."""
    _must_be(part, Sort.NUMBER, doing="取负")
    if isinstance(part, Literal):
        return Literal(part.type, -int(part.value), "-" + part.text)
    zero = Literal(Type(Sort.NUMBER, part.type.money, part.type.scale), 0, "0")
    return add(zero, part, op="-")


def divide(left: Node, right: Node, *, mode: Mode) -> Node:
    """Return a quotient: money by a plain number in fen, otherwise with 6 decimals; missing where right is 0."""
    for side in (left, right):
        _must_be(side, Sort.NUMBER, doing="相除")
    if right.type.money and not left.type.money:
        raise RuleError("普通数字不能除以金额")
    money = left.type.money and not right.type.money
    scale = 2 if money else 6
    shift = scale + right.type.scale - left.type.scale
    left, right = _scaled(left, max(shift, 0)), _scaled(right, max(-shift, 0))
    zero_is_possible = not (isinstance(right, Literal) and right.value)
    nullable = left.type.nullable or right.type.nullable or zero_is_possible
    return _checked(Divide(Type(Sort.NUMBER, money, scale, left.type.bound, nullable), mode, left, right))


def rounded(part: Node, *, unit: Node, mode: Mode) -> Node:
    """Return the number rounded to a multiple of the unit, a positive constant."""
    _must_be(part, Sort.NUMBER, doing="取整")
    if not isinstance(unit, Literal) or unit.type.sort is not Sort.NUMBER or int(unit.value) <= 0:
        raise RuleError("round 的单位应为正的常数，例如 1万元")
    if unit.type.money != part.type.money:
        raise RuleError("round 的单位应与被取整的数同为金额或同为数字")
    if unit.type.scale > part.type.scale:
        part = _scaled(part, unit.type.scale - part.type.scale)
    step = int(unit.value) * 10 ** (part.type.scale - unit.type.scale)
    bound = part.type.bound // 10 ** (part.type.scale - unit.type.scale) + int(unit.value)
    kind = Type(Sort.NUMBER, part.type.money, unit.type.scale, bound, part.type.nullable)
    return _checked(Round(kind, mode, part, unit, step))


def extreme(parts: list[Node], *, op: str) -> Node:
    """Return `min` or `max` of numbers of one unit."""
    if len(parts) < 2:
        raise RuleError(f"{op} 至少要有两个数")
    scale = max(part.type.scale for part in parts)
    for part in parts:
        _must_be(part, Sort.NUMBER, doing=op)
        if part.type.money != parts[0].type.money:
            raise RuleError(f"{op} 中的数应同为金额或同为数字")
    aligned = tuple(_scaled(part, scale - part.type.scale) for part in parts)
    bound = max(part.type.bound for part in aligned)
    nullable = any(part.type.nullable for part in aligned)
    return _checked(Extreme(Type(Sort.NUMBER, parts[0].type.money, scale, bound, nullable), op, aligned))


def absolute(part: Node) -> Node:
    """Return the number without its sign."""
    _must_be(part, Sort.NUMBER, doing="取绝对值")
    return Absolute(part.type, part)


def days_between(start: Node, end: Node) -> Node:
    """Return the days from start to end, negative if end is earlier."""
    for side in (start, end):
        _must_be(side, Sort.DATE, doing="计算天数")
    nullable = start.type.nullable or end.type.nullable
    return DaysBetween(Type(Sort.NUMBER, bound=LAST_DAY, nullable=nullable), start, end)


def conditional(condition: Node, then: Node, other: Node) -> Node:
    """Return `if(condition, then, other)`."""
    _must_be(condition, Sort.BOOLEAN, doing="作为 if 的条件")
    if then.type.sort is Sort.BOOLEAN:
        raise RuleError("if 的值不能是条件，请用 and、or 写出")
    then, other = _aligned(then, other, doing="作为 if 的两个值")
    bound = max(then.type.bound, other.type.bound)
    return _checked(If(_joined(then, other, bound=bound), condition, then, other))


def or_else(part: Node, other: Node) -> Node:
    """Return the part, or `other` where it is missing."""
    part, other = _aligned(part, other, doing="作为 or_else 的两个值")
    bound = max(part.type.bound, other.type.bound)
    kind = _joined(part, other, bound=bound).missing_too(nullable=part.type.nullable and other.type.nullable)
    return _checked(OrElse(kind, part, other))


def compare(left: Node, right: Node, *, op: str) -> Node:
    """Return a comparison; text and conditions have no order."""
    if Sort.BOOLEAN in {left.type.sort, right.type.sort}:
        raise RuleError("条件不必比较，直接写 x 或 not x")
    if left.type.sort is Sort.TEXT and op not in {"==", "!="}:
        raise RuleError("文字只能比较是否相等")
    left, right = _aligned(left, right, doing="比较")
    nullable = left.type.nullable or right.type.nullable
    return _checked(Compare(TRUTH.missing_too(nullable=nullable), op, left, right))


def among(part: Node, values: list[Node]) -> Node:
    """Return whether the part is one of the constants."""
    if part.type.sort is Sort.BOOLEAN:
        raise RuleError("条件不能用 in")
    if not values:
        raise RuleError("in 的括号里至少要有一个值")
    scale = max(side.type.scale for side in [part, *values])
    constants = []
    for value in values:
        _same_unit(part, value, doing="用 in 比较")
        literal = _scaled(value, scale - value.type.scale)
        if not isinstance(literal, Literal):
            raise RuleError("in 的括号里只能写常数")
        constants.append(literal)
    part = _scaled(part, scale - part.type.scale)
    return _checked(Among(TRUTH.missing_too(nullable=part.type.nullable), part, tuple(constants)))


def logic(parts: list[Node], *, op: str) -> Node:
    """Return `and` or `or` of conditions."""
    for part in parts:
        _must_be(part, Sort.BOOLEAN, doing=f"用 {op} 连接")
    return Logic(TRUTH.missing_too(nullable=any(part.type.nullable for part in parts)), op, tuple(parts))


def negation(part: Node) -> Node:
    """Return `not` of a condition."""
    _must_be(part, Sort.BOOLEAN, doing="用 not 否定")
    return Negation(part.type, part)


def is_missing(part: Node) -> Node:
    """Return whether the part is missing."""
    return IsMissing(TRUTH, part)


def as_scale(node: Node, *, scale: int) -> Node:
    """Return the number with this many decimals; raise RuleError if that would need rounding."""
    if node.type.scale > scale:
        raise RuleError(f"结果有 {node.type.scale} 位小数，请用 round(…) 取整")
    return _checked(_scaled(node, scale - node.type.scale))


def _literal(value: int, kind: Type, *, text: str) -> Literal:
    return Literal(Type(kind.sort, kind.money, kind.scale, abs(value)), value, text)


def _must_be(node: Node, sort: Sort, *, doing: str) -> None:
    if node.type.sort is not sort:
        raise RuleError(f"{node.type.title}不能{doing}，应为{Type(sort).title}")


def _same_unit(left: Node, right: Node, *, doing: str) -> None:
    if (left.type.sort, left.type.money) != (right.type.sort, right.type.money):
        raise RuleError(f"{left.type.title}与{right.type.title}不能{doing}")


def _scaled(node: Node, decimals: int) -> Node:
    """Return the number with more decimals."""
    if decimals == 0:
        return node
    factor, old = 10**decimals, node.type
    kind = Type(old.sort, old.money, old.scale + decimals, old.bound * factor, old.nullable)
    if isinstance(node, Literal):
        return Literal(kind, int(node.value) * factor, node.text)
    return _checked(Rescale(kind, node, factor))


def _aligned(left: Node, right: Node, *, doing: str) -> tuple[Node, Node]:
    _same_unit(left, right, doing=doing)
    scale = max(left.type.scale, right.type.scale)
    return _scaled(left, scale - left.type.scale), _scaled(right, scale - right.type.scale)


def _joined(left: Node, right: Node, *, bound: int) -> Type:
    nullable = left.type.nullable or right.type.nullable
    return Type(left.type.sort, left.type.money, left.type.scale, bound, nullable)


def _checked(node: Node) -> Node:
    """Refuse what could outgrow 38 digits in some runtime; rounding (`up`, `half_up`) needs a little headroom."""
    widest = max([node.type.bound, *(part.type.bound for part in _inside(node))])
    if widest > MAX_BOUND // 10 or node.type.scale > MAX_SCALE:
        raise RuleError("算式的数可能过大，请先用 round(…) 减少小数位")
    return node


def _inside(node: Node) -> tuple[Node, ...]:
    match node:
        case Divide(number=a, by=b):
            return (a, b)
        case Round(part=a) | Rescale(part=a):
            return (a,)
        case _:
            return ()
