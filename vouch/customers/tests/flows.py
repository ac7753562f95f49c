"""Bank statements for tests: invented transactions, written as a sheet and recorded; not collected itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from vouch.customers.actions import MaterialDetails, RecordedStatement, StatementDetails, record_statement
from vouch.customers.terms import MaterialKind, Origin
from vouch.engine.bank_statement.layout import Layout
from vouch.engine.bank_statement.reading import BalanceBreak, Statement, Transaction, read_statement
from vouch.engine.cells import Cell
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

ACCOUNT = "6222020200112233446"
HEADINGS = ["交易日期", "收入", "支出", "余额", "对方户名", "对方账号", "摘要"]


def moved(
    day: str, amount: int, name: str = "甲公司", balance: int | None = None, **more: Any
) -> Transaction:
    """One transaction in fen."""
    return Transaction(0, date.fromisoformat(day), amount, balance, name, more.pop("account", ""), "", **more)


def statement_of(ones: Sequence[Transaction], breaks: Sequence[BalanceBreak] = ()) -> Statement:
    """A statement as the engine gives it, its rows numbered."""
    numbered = tuple(replace(one, row=place) for place, one in enumerate(ones, start=2))
    return Statement(Layout(0, {}), numbered, (), tuple(breaks), is_newest_first=False)


def sheet_of(ones: Sequence[Transaction], *, account: str = ACCOUNT) -> list[list[Cell]]:
    """Rows with two lines of particulars above the heading."""

    def yuan(fen: int | None) -> str:
        return "" if fen is None else f"{fen / 100:.2f}"

    rows: list[list[Cell]] = [["江州银行对账单"], ["户名：甲有限公司", f"账号：{account}"], [*HEADINGS]]
    for one in ones:
        amount = [yuan(one.amount), ""] if one.amount > 0 else ["", yuan(-one.amount)]
        rows.append([str(one.on), *amount, yuan(one.balance), one.name, one.account, one.summary])
    return rows


def as_csv(rows: Sequence[Sequence[Cell]], *, encoding: str = "utf-8") -> bytes:
    """The rows as a file."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(encoding)


def recorded(
    party: Party,
    ones: Statement | Sequence[Transaction],
    *,
    actor: Actor,
    at: datetime,
    account: str = ACCOUNT,
    period: tuple[date, date] | None = None,
    content: bytes | None = None,
) -> RecordedStatement:
    """Record a statement, by default from its first day to its last."""
    statement = ones if isinstance(ones, Statement) else statement_of(ones)
    days = [one.on for one in statement.transactions]
    first, last = period or (min(days), max(days))
    material = MaterialDetails(kind=MaterialKind.BANK, origin=Origin.CUSTOMER, as_of=last)
    details = StatementDetails(
        material=material, bank="江州银行", account=account, period_from=first, period_until=last
    )
    return record_statement(
        actor=actor, at=at, party=party, details=details, statement=statement, content=content
    )


def read(ones: Sequence[Transaction]) -> Statement:
    """The transactions after a sheet of them was read."""
    return read_statement(sheet_of(ones))
