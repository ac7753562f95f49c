"""The checked tree of the rule language: what every runtime prints, so that all give the same last digit.

Every number is an integer of known scale (money: fen), and `bound` is the largest it can be, so that nothing
overflows unseen. A *missing* value is None. Logic is three-valued, defined here once:

* a comparison or `in` with a missing value is unknown, and so is a missing boolean;
* `not` unknown is unknown; `and` is false if a part is false, else unknown if a part is unknown; `or` is true if
  a part is true, else unknown if a part is unknown;
* a rule acts, and `if` takes its first value, only if the condition is true;
* arithmetic with a missing value is missing, and so is division by zero.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from vouch.engine.facts import FactKind
from vouch.engine.scorecard import LIMIT

MAX_BOUND = 10**37
"""Fits PostgreSQL's numeric(38) and DuckDB's HUGEINT."""

LAST_DAY = 3_652_059
"""The ordinal of 9999-12-31: days are kept as ordinals."""


class Sort(StrEnum):
    """What an expression is about."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"


class Mode(StrEnum):
    """How a quotient is rounded."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


@dataclass(frozen=True, slots=True)
class Type:
    """Sort, unit, decimals, the largest kept integer, and whether the value may be missing."""

    sort: Sort
    money: bool = False
    scale: int = 0
    bound: int = 0
    nullable: bool = False

    @property
    def title(self) -> str:
        """The type in Chinese, for messages."""
        words = {Sort.NUMBER: "数字", Sort.BOOLEAN: "条件", Sort.TEXT: "文字", Sort.DATE: "日期"}
        return "金额" if self.money else words[self.sort]

    def missing_too(self, *, nullable: bool = True) -> "Type":
        """The same type, possibly missing."""
        return replace(self, nullable=nullable)


TRUTH = Type(Sort.BOOLEAN)


@cache
def type_of(kind: FactKind, *, nullable: bool = True) -> Type:
    """Return the type of a fact's values."""
    if kind.scale is not None:
        return Type(Sort.NUMBER, kind is FactKind.MONEY, kind.scale, LIMIT, nullable)
    if kind is FactKind.DATE:
        return Type(Sort.DATE, bound=LAST_DAY, nullable=nullable)
    return Type(Sort(kind.value), nullable=nullable)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; a number or a date as its kept integer. `text` is how it was written."""

    type: Type
    value: int | str | bool
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, or an earlier result."""

    type: Type
    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`+`, `-` (both sides of one scale) or `*`."""

    type: Type
    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Rescale:
    """The same number with more decimals: its integer times `factor`."""

    type: Type
    part: "Node"
    factor: int


@dataclass(frozen=True, slots=True)
class Divide:
    """The integer quotient of two kept integers, rounded as named."""

    type: Type
    mode: Mode
    number: "Node"
    by: "Node"


@dataclass(frozen=True, slots=True)
class Round:
    """A number rounded to a multiple of `unit` (a kept integer of the result's scale)."""

    type: Type
    mode: Mode
    part: "Node"
    unit: Literal
    step: int
    """The unit as an integer of the part's scale."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """`min` or `max` of numbers of one scale; missing if any part is."""

    type: Type
    op: str
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Absolute:
    """The number without its sign."""

    type: Type
    part: "Node"


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """Days from one date to a later one."""

    type: Type
    start: "Node"
    end: "Node"


@dataclass(frozen=True, slots=True)
class If:
    """`then` if the condition is true, `other` if it is false or unknown."""

    type: Type
    condition: "Node"
    then: "Node"
    other: "Node"


@dataclass(frozen=True, slots=True)
class OrElse:
    """The part, or `other` where it is missing."""

    type: Type
    part: "Node"
    other: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """One of `==`, `!=`, `<`, `<=`, `>`, `>=` between values of one type and scale."""

    type: Type
    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Among:
    """Whether the part equals one of the constants."""

    type: Type
    part: "Node"
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or`."""

    type: Type
    op: str
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    """`not`."""

    type: Type
    part: "Node"


@dataclass(frozen=True, slots=True)
class IsMissing:
    """Whether the part is missing (a condition: unknown); never itself unknown."""

    type: Type
    part: "Node"


Node = (
    Literal
    | Name
    | Arithmetic
    | Rescale
    | Divide
    | Round
    | Extreme
    | Absolute
    | DaysBetween
    | If
    | OrElse
    | Compare
    | Among
    | Logic
    | Negation
    | IsMissing
)

NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""The comparison that is true where this one is false."""


def parts_of(node: Node) -> "tuple[Node, ...]":
    """Return the nodes directly inside this one."""
    match node:
        case Literal() | Name():
            return ()
        case Arithmetic(left=a, right=b) | Compare(left=a, right=b):
            return (a, b)
        case Divide(number=a, by=b) | OrElse(part=a, other=b) | DaysBetween(start=a, end=b):
            return (a, b)
        case If(condition=a, then=b, other=c):
            return (a, b, c)
        case Extreme(parts=parts) | Logic(parts=parts):
            return parts
        case _:
            return (node.part,)


def names_in(node: Node) -> frozenset[str]:
    """Return every name the expression uses."""
    if isinstance(node, Name):
        return frozenset({node.name})
    return frozenset().union(*(names_in(part) for part in parts_of(node)))
