"""The checked tree as SQL for PostgreSQL and DuckDB, by way of sqlglot's expressions.

Only what is equal in both is printed. Facts are columns of their names: numbers as BIGINT of kept integers, dates as
DATE. Numbers that take part in arithmetic are widened to 38 digits, which no checked expression outgrows. SQL's own
three-valued logic is the language's.
"""

from datetime import date
from enum import StrEnum

from sqlglot import exp

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
    parts_of,
)


class Dialect(StrEnum):
    """The databases a tree can be printed for."""

    POSTGRES = "postgres"
    DUCKDB = "duckdb"


_WIDE = {Dialect.POSTGRES: "DECIMAL(38, 0)", Dialect.DUCKDB: "INT128"}
_COMPARE: dict[str, type[exp.Binary]] = {
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_ARITHMETIC: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


def print_sql(node: Node, *, dialect: Dialect) -> str:
    """Return the expression as SQL of this dialect."""
    return expression(node, dialect=dialect).sql(dialect=dialect.value)


def expression(node: Node, *, dialect: Dialect) -> exp.Expr:
    """Return the expression as a sqlglot tree."""
    return _Printer(dialect, wide=_calculates(node)).print(node)


def _calculates(node: Node) -> bool:
    if isinstance(node, Arithmetic | Rescale | Divide | Round | DaysBetween):
        return True
    return any(_calculates(part) for part in parts_of(node))


class _Printer:
    def __init__(self, dialect: Dialect, *, wide: bool) -> None:
        self._dialect = dialect
        self._wide = wide

    def print(self, node: Node) -> exp.Expr:
        match node:
            case Literal():
                return self._literal(node)
            case Name():
                column = exp.column(node.name, quoted=True)
                return self._widened(column) if node.type.sort is Sort.NUMBER else column
            case Arithmetic():
                return exp.paren(
                    _ARITHMETIC[node.op](this=self.print(node.left), expression=self.print(node.right))
                )
            case Rescale():
                return exp.paren(exp.Mul(this=self.print(node.part), expression=self._number(node.factor)))
            case Divide():
                by = self.print(node.by)
                return self._quotient(
                    self.print(node.number), exp.func("NULLIF", by, exp.Literal.number(0)), node.mode
                )
            case Round():
                quotient = self._quotient(self.print(node.part), self._number(node.step), node.mode)
                return exp.paren(exp.Mul(this=quotient, expression=self._number(int(node.unit.value))))
            case Extreme():
                return self._extreme(node)
            case Absolute():
                return exp.func("ABS", self.print(node.part))
            case DaysBetween():
                return self._days(node)
            case If():
                return exp.Case(
                    ifs=[exp.If(this=self.print(node.condition), true=self.print(node.then))],
                    default=self.print(node.other),
                )
            case _:
                return self._condition(node)

    def _condition(self, node: Node) -> exp.Expr:
        match node:
            case OrElse():
                return exp.func("COALESCE", self.print(node.part), self.print(node.other))
            case Compare():
                return exp.paren(
                    _COMPARE[node.op](this=self.print(node.left), expression=self.print(node.right))
                )
            case Among():
                values = [self.print(literal) for literal in node.values]
                return exp.paren(exp.In(this=self.print(node.part), expressions=values))
            case Logic():
                parts = [self.print(part) for part in node.parts]
                return exp.paren(exp.and_(*parts) if node.op == "and" else exp.or_(*parts))
            case Negation():
                return exp.paren(exp.Not(this=self.print(node.part)))
            case IsMissing():
                return exp.paren(exp.Is(this=self.print(node.part), expression=exp.Null()))
            case _:
                raise TypeError(type(node).__name__)

    def _literal(self, node: Literal) -> exp.Expr:
        match node.type.sort:
            case Sort.NUMBER:
                return self._number(int(node.value))
            case Sort.TEXT:
                return exp.Literal.string(str(node.value))
            case Sort.BOOLEAN:
                return exp.Boolean(this=bool(node.value))
            case Sort.DATE:
                return exp.cast(exp.Literal.string(date.fromordinal(int(node.value)).isoformat()), "DATE")

    def _number(self, value: int) -> exp.Expr:
        literal: exp.Expr = exp.Literal.number(abs(value))
        return self._widened(exp.paren(exp.Neg(this=literal)) if value < 0 else literal)

    def _widened(self, part: exp.Expr) -> exp.Expr:
        return exp.cast(part, _WIDE[self._dialect]) if self._wide else part

    def _quotient(self, number: exp.Expr, by: exp.Expr, mode: Mode) -> exp.Expr:
        """Return the rounded quotient; both databases' integer division truncates towards zero."""
        if mode is Mode.DOWN:
            return self._truncated(number, by)
        size: exp.Expr = exp.func("ABS", number)
        unit: exp.Expr = exp.func("ABS", by)
        if mode is Mode.UP:
            enlarged: exp.Expr = exp.Sub(
                this=exp.Add(this=size, expression=unit), expression=exp.Literal.number(1)
            )
        else:
            doubled = exp.Mul(this=exp.Literal.number(2), expression=size)
            enlarged = exp.Add(this=doubled, expression=unit)
            unit = exp.paren(exp.Mul(this=exp.Literal.number(2), expression=unit.copy()))
        signs = exp.Mul(this=exp.func("SIGN", number.copy()), expression=exp.func("SIGN", by.copy()))
        return exp.paren(exp.Mul(this=signs, expression=self._truncated(exp.paren(enlarged), unit)))

    def _truncated(self, number: exp.Expr, by: exp.Expr) -> exp.Expr:
        if self._dialect is Dialect.POSTGRES:
            return exp.Anonymous(this="DIV", expressions=[number, by])
        return exp.paren(exp.IntDiv(this=number, expression=by))

    def _extreme(self, node: Extreme) -> exp.Expr:
        parts = [self.print(part) for part in node.parts]
        chosen = exp.func("LEAST" if node.op == "min" else "GREATEST", *parts)
        gaps = [
            exp.Is(this=printed.copy(), expression=exp.Null())
            for printed, part in zip(parts, node.parts, strict=True)
            if part.type.nullable
        ]
        if not gaps:
            return chosen
        # LEAST and GREATEST pass over NULL; the language does not.
        return exp.Case(ifs=[exp.If(this=exp.or_(*gaps), true=exp.Null())], default=chosen)

    def _days(self, node: DaysBetween) -> exp.Expr:
        start, end = self.print(node.start), self.print(node.end)
        if self._dialect is Dialect.POSTGRES:
            return self._widened(exp.paren(exp.Sub(this=end, expression=start)))
        days = exp.Anonymous(this="DATE_DIFF", expressions=[exp.Literal.string("day"), start, end])
        return self._widened(days)
