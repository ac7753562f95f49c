"""The checked tree as plain Python source for one customer.

Only what this module prints is ever compiled. A missing value is None; dates are ordinals. Conditions are printed
twice over, as "is it true" and "is it false", so that unknown needs no third value.
"""

from collections.abc import Callable, Mapping
from typing import Any

from vouch.engine.facts import Value
from vouch.engine.rules.tree import (
    NEGATED,
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
    names_in,
)


def divide_down(number: int, by: int) -> int | None:
    """Return the quotient rounded towards zero; None by zero."""
    if by == 0:
        return None
    quotient = abs(number) // abs(by)
    return quotient if (number < 0) == (by < 0) else -quotient


def divide_up(number: int, by: int) -> int | None:
    """Return the quotient rounded away from zero; None by zero."""
    if by == 0:
        return None
    quotient = -(-abs(number) // abs(by))
    return quotient if (number < 0) == (by < 0) else -quotient


def divide_half_up(number: int, by: int) -> int | None:
    """Return the quotient rounded to the nearest, ties away from zero; None by zero."""
    if by == 0:
        return None
    quotient = (2 * abs(number) + abs(by)) // (2 * abs(by))
    return quotient if (number < 0) == (by < 0) else -quotient


DIVISIONS: dict[Mode, Callable[[int, int], int | None]] = {
    Mode.DOWN: divide_down,
    Mode.UP: divide_up,
    Mode.HALF_UP: divide_half_up,
}
NAMESPACE: dict[str, object] = {function.__name__: function for function in DIVISIONS.values()}
"""What printed source may call, beside min, max and abs."""


class Printer:
    """Prints expressions as Python; `lines` collects the assignments they need before they can be used.

    `variables` maps a name of the language to the Python variable that holds it.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._variables = variables
        self._count = 0

    def value(self, node: Node) -> str:
        """Return source for a number, text or date; None where it is missing."""
        match node:
            case Literal():
                return repr(node.value)
            case Name():
                return self._variables[node.name]
            case Arithmetic():
                left, right = self.value(node.left), self.value(node.right)
                return self._guarded(f"{left} {node.op} {right}", node.left, node.right, using=(left, right))
            case Rescale():
                part = self.value(node.part)
                return self._guarded(f"{part} * {node.factor}", node.part, using=(part,))
            case Divide():
                left, right = self.value(node.number), self.value(node.by)
                source = f"{DIVISIONS[node.mode].__name__}({left}, {right})"
                return self._guarded(source, node.number, node.by, using=(left, right))
            case Round():
                part = self.value(node.part)
                source = f"{DIVISIONS[node.mode].__name__}({part}, {node.step}) * {node.unit.value}"
                return self._guarded(source, node.part, using=(part,))
            case Extreme():
                parts = tuple(self.value(part) for part in node.parts)
                return self._guarded(f"{node.op}({', '.join(parts)})", *node.parts, using=parts)
            case Absolute():
                part = self.value(node.part)
                return self._guarded(f"abs({part})", node.part, using=(part,))
            case DaysBetween():
                start, end = self.value(node.start), self.value(node.end)
                return self._guarded(f"{end} - {start}", node.start, node.end, using=(start, end))
            case If():
                then, other = self.value(node.then), self.value(node.other)
                return self._kept(f"{then} if {self.true(node.condition)} else {other}")
            case OrElse():
                part, other = self.value(node.part), self.value(node.other)
                return (
                    self._kept(f"{other} if {part} is None else {part}") if node.part.type.nullable else part
                )
            case _:
                raise TypeError(f"{type(node).__name__} is a condition")

    def true(self, node: Node) -> str:
        """Return source that is truthy exactly where the condition is true."""
        match node:
            case Literal():
                return repr(node.value)
            case Name():
                return f"{self._variables[node.name]} is True"
            case Compare():
                return self._comparison(node, node.op)
            case Among():
                # None is in no tuple of constants, so a missing value needs no guard here.
                return f"{self.value(node.part)} in {self._constants(node)}"
            case Logic():
                return "(" + f" {node.op} ".join(self.true(part) for part in node.parts) + ")"
            case Negation():
                return self.false(node.part)
            case IsMissing(part=part) if part.type.sort is Sort.BOOLEAN:
                return f"not ({self.true(part)} or {self.false(part)})"
            case IsMissing():
                return f"{self.value(node.part)} is None" if node.part.type.nullable else "False"
            case OrElse():
                return f"({self.true(node.part)} or not {self.false(node.part)} and {self.true(node.other)})"
            case _:
                raise TypeError(f"{type(node).__name__} is no condition")

    def false(self, node: Node) -> str:
        """Return source that is truthy exactly where the condition is false."""
        match node:
            case Literal():
                return repr(not node.value)
            case Name():
                return f"{self._variables[node.name]} is False"
            case Compare():
                return self._comparison(node, NEGATED[node.op])
            case Among():
                part = self.value(node.part)
                guard = f"{part} is not None and " if node.part.type.nullable else ""
                return f"({guard}{part} not in {self._constants(node)})"
            case Logic():
                op = "or" if node.op == "and" else "and"
                return "(" + f" {op} ".join(self.false(part) for part in node.parts) + ")"
            case Negation():
                return self.true(node.part)
            case OrElse():
                return f"({self.false(node.part)} or not {self.true(node.part)} and {self.false(node.other)})"
            case _:
                return f"(not {self.true(node)})"

    def _comparison(self, node: Compare, op: str) -> str:
        sides = ((self.value(node.left), node.left), (self.value(node.right), node.right))
        guards = [f"{source} is not None" for source, side in sides if side.type.nullable]
        return "(" + " and ".join([*dict.fromkeys(guards), f"{sides[0][0]} {op} {sides[1][0]}"]) + ")"

    def _constants(self, node: Among) -> str:
        return repr(tuple(literal.value for literal in node.values))

    def _guarded(self, source: str, *parts: Node, using: tuple[str, ...]) -> str:
        guards = [f"{name} is None" for name, part in zip(using, parts, strict=True) if part.type.nullable]
        if guards:
            source = f"None if {' or '.join(dict.fromkeys(guards))} else {source}"
        return self._kept(source)

    def _kept(self, source: str) -> str:
        self._count += 1
        self.lines.append(f"t{self._count} = {source}")
        return f"t{self._count}"


def compile_one(node: Node) -> Callable[[Mapping[str, Value]], Any]:
    """Return a function from a row of kept values to the value of one expression; unknown and missing are None."""
    names = sorted(names_in(node))
    printer = Printer({name: f"v{place}" for place, name in enumerate(names)})
    if node.type.sort is Sort.BOOLEAN:
        result = f"True if {printer.true(node)} else False if {printer.false(node)} else None"
    else:
        result = printer.value(node)
    loads = [f"v{place} = row.get({name!r})" for place, name in enumerate(names)]
    return compiled(
        "evaluate", parameters="row", lines=[*loads, *printer.lines, f"return {result}"], extra={}
    )


def compiled(
    name: str, *, parameters: str, lines: list[str], extra: Mapping[str, object]
) -> Callable[..., Any]:
    """Return the function with this body: every line was printed by this package from a checked tree."""
    source = f"def {name}({parameters}):\n" + "\n".join("    " + line for line in lines)
    namespace: dict[str, Any] = {**NAMESPACE, **extra}
    exec(compile(source, f"<{name}>", "exec"), namespace)  # noqa: S102 (see the module's docstring)
    function: Callable[..., Any] = namespace[name]
    return function
