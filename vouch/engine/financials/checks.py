"""What must add up in a set of statements. What does not is kept, marked and explained: it is often the finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vouch.engine.financials.lines import LINES

Amounts = Mapping[str, int]
"""Line code → fen, of one period; a line that is not told is absent, which is not zero."""

SLACK_FEN = 100
"""A yuan: firms round lines and totals one by one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``total`` equals the sum of ``parts`` with their signs; parts in ``optional`` count as nothing where not told."""

    total: str
    parts: tuple[tuple[str, int], ...]
    optional: frozenset[str] = frozenset()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A rule that does not hold: fen found and expected, and a sentence that says so."""

    rule: Rule
    found: int
    expected: int

    @property
    def difference(self) -> int:
        """Found beyond expected."""
        return self.found - self.expected

    def __str__(self) -> str:
        parts = "".join(
            f" {'+' if sign > 0 else '−'} {LINES[code].title}" for code, sign in self.rule.parts
        ).removeprefix(" + ")
        return (
            f"{LINES[self.rule.total].title} {_yuan(self.found)} 不等于 {parts} 的 {_yuan(self.expected)}，"
            f"相差 {_yuan(self.difference)} 元" + (f"；{self.rule.words}" if self.rule.words else "")
        )


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"


def _rule(total: str, parts: str, *, optional: str = "", words: str = "") -> Rule:
    signed = tuple((part.lstrip("+-"), -1 if part.startswith("-") else 1) for part in parts.split())
    return Rule(total, signed, frozenset(optional.split()), words)


RULES = (
    _rule("total_assets", "current_assets noncurrent_assets"),
    _rule("total_liabilities", "current_liabilities noncurrent_liabilities", optional="noncurrent_liabilities"),
    _rule("total_assets", "total_liabilities equity", words="资产负债表不平"),
    _rule("liabilities_and_equity", "total_liabilities equity"),
    _rule("total_profit", "operating_profit nonoperating_income -nonoperating_expenses",
          optional="nonoperating_income nonoperating_expenses"),
    _rule("net_profit", "total_profit -income_tax", optional="income_tax"),
    _rule("operating_cash", "operating_inflow -operating_outflow"),
    _rule("net_cash_increase", "operating_cash investing_cash financing_cash fx_effect", optional="fx_effect"),
    _rule("closing_cash", "opening_cash net_cash_increase"),
    _rule("cash", "closing_cash", words="受限资金（保证金、质押存单）之外，货币资金应等于期末现金"),
)  # fmt: skip
WHOLES = (
    ("current_assets", ("cash", "trading_assets", "notes_receivable", "receivables", "prepayments", "other_receivables", "inventories")),
    ("current_liabilities", ("short_borrowings", "notes_payable", "payables", "advances", "taxes_payable", "other_payables", "current_long_debt")),
)  # fmt: skip
"""Totals that the lines listed here may not exceed: there are others, so they need not reach it."""


@dataclass(frozen=True, slots=True)
class Excess:
    """Lines that together are more than the total that holds them (fen)."""

    total: str
    found: int
    parts: int

    @property
    def difference(self) -> int:
        """The total short of its parts."""
        return self.found - self.parts

    def __str__(self) -> str:
        return f"{LINES[self.total].title} {_yuan(self.found)} 小于所列各项之和 {_yuan(self.parts)}，相差 {_yuan(self.difference)} 元"


def imbalances(amounts: Amounts, *, slack: int = SLACK_FEN) -> list[Imbalance | Excess]:
    """Every rule that can be checked and does not hold; a rule that lacks a part is not checked."""
    return [*_unequal(amounts, slack), *_too_much(amounts, slack)]


def _unequal(amounts: Amounts, slack: int) -> Iterator[Imbalance]:
    for rule in RULES:
        needed = {rule.total, *(code for code, _ in rule.parts)} - rule.optional
        if not needed <= amounts.keys():
            continue
        expected = sum(sign * amounts.get(code, 0) for code, sign in rule.parts)
        if abs(amounts[rule.total] - expected) > slack:
            yield Imbalance(rule, amounts[rule.total], expected)


def _too_much(amounts: Amounts, slack: int) -> Iterator[Excess]:
    for total, parts in WHOLES:
        listed = sum(amounts.get(code, 0) for code in parts)
        if total in amounts and listed > amounts[total] + slack:
            yield Excess(total, amounts[total], listed)
