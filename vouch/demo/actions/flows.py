"""A year of bank flows, taxes and electricity for some firms, grown from their own invoices."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from vouch.customers.actions import (
    MaterialDetails,
    StatementDetails,
    record_bills,
    record_statement,
    record_taxes,
)
from vouch.customers.queries import InvoiceMonth, monthly_invoices
from vouch.customers.queries.duties import BillLine, TaxLine, usual_day
from vouch.customers.terms import MaterialKind, Origin, TaxKind, UtilityKind
from vouch.demo.actions.firms import Firm
from vouch.engine.bank_statement.reading import read_statement
from vouch.engine.cells import Cell
from vouch.parties.models import Party
from vouch.parties.queries import party_by_code
from vouch.platform.identity.actor import Actor

SEED = "vouch-demo-flows-1"
WITH_STATEMENTS, WITH_TAXES = 2, 3
MONTHS = 12
BUYERS, SELLERS = (
    ("江州联丰商贸", "江州盛大建设", "江州宏图装饰", "江州百汇超市"),
    ("浙东钢铁", "江州物流", "江州电力"),
)
LENDER = "江州顺通咨询服务部"
"""With whom the failing firm's money goes round."""


@dataclass(frozen=True, slots=True)
class _Move:
    on: date
    fen: int
    name: str
    account: str
    summary: str


def invent_flows(firms: Sequence[Firm], *, actors: Mapping[int, Actor], today: date, at: datetime) -> None:
    """Statements of two firms, the failing one with round trips and a row missing; taxes and electricity of three."""
    for place, firm in enumerate(firms[:WITH_TAXES]):
        party = party_by_code(firm.uscc)
        if party is None or party.pk not in actors:
            continue
        dice = random.Random(f"{SEED}/{firm.code}")  # noqa: S311 - invented data, no secret
        months = monthly_invoices(party.pk, as_of=today, months=2 * MONTHS + 1)[:-1]
        actor = actors[party.pk]
        if place < WITH_STATEMENTS:
            _statement(party, firm, months[-MONTHS:], dice, said=(actor, at))
        _taxes(party, months[-MONTHS:], today=today, is_late=place == 0, said=(actor, at))
        _electricity(party, months, dice, today=today, said=(actor, at))


def _statement(
    party: Party,
    firm: Firm,
    months: Sequence[InvoiceMonth],
    dice: random.Random,
    *,
    said: tuple[Actor, datetime],
) -> None:
    if not months:
        return
    actor, at = said
    is_failing = firm.number == 1
    moves = sorted((move for month in months for move in _month(month, dice)), key=lambda move: move.on)
    if is_failing:
        moves = sorted([*moves, *_for_show(months)], key=lambda move: move.on)
    last = (months[-1].month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    account = f"3399{firm.number:012d}"
    rows = _sheet(
        party.name, account, moves, span=(months[0].month, last), gap=len(moves) // 2 if is_failing else 0
    )
    details = StatementDetails(
        material=MaterialDetails(kind=MaterialKind.BANK, origin=Origin.CUSTOMER, as_of=last),
        bank="江州银行",
        account=account,
        period_from=months[0].month,
        period_until=last,
    )
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    record_statement(
        actor=actor,
        at=at,
        party=party,
        details=details,
        statement=read_statement(rows),
        content=buffer.getvalue().encode(),
    )


def _month(month: InvoiceMonth, dice: random.Random) -> list[_Move]:
    """What was sold comes in with its tax, what was bought goes out, and wages."""
    moves = []
    for total, sign, names, summary in (
        (month.sales, 1, BUYERS, "货款"),
        (month.purchases, -1, SELLERS, "采购款"),
    ):
        count = dice.randint(5, 9) if total > 0 else 0
        for _place in range(count):
            fen = round(float(total) * 110 / count * dice.uniform(0.6, 1.3))
            name = dice.choice(names)
            on = month.month + timedelta(days=dice.randint(0, 24))
            moves.append(
                _Move(on, sign * max(fen, 100), f"{name}有限公司", f"6299990{names.index(name):09d}", summary)
            )
    moves.append(_Move(month.month + timedelta(days=14), -dice.randint(3, 6) * 1_000_000, "", "", "代发工资"))
    return moves


def _for_show(months: Sequence[InvoiceMonth]) -> list[_Move]:
    """Borrowed for a few days: around the end of two months, and back and forth in between."""
    moves = []
    for place in (2, 5, 8):
        first = months[min(place, len(months) - 1)].month
        moves.append(_Move(first + timedelta(days=7), 80_000_000, LENDER, "6299990000000099", "往来款"))
        moves.append(_Move(first + timedelta(days=10), -80_000_000, LENDER, "6299990000000099", "归还往来款"))
    for place in (4, 7):
        following = months[min(place, len(months) - 1)].month
        moves.append(_Move(following - timedelta(days=1), 150_000_000, LENDER, "6299990000000099", "往来款"))
        moves.append(
            _Move(following + timedelta(days=1), -150_000_000, LENDER, "6299990000000099", "归还往来款")
        )
    return moves


def _sheet(
    holder: str, account: str, moves: Sequence[_Move], *, span: tuple[date, date], gap: int
) -> list[list[Cell]]:
    """As a bank prints it; ``gap`` is the place of a row that somebody took out."""
    rows: list[list[Cell]] = [
        ["江州银行对账单"],
        [f"户名：{holder}", f"账号：{account}"],
        [f"起止日期：{span[0]} 至 {span[1]}"],
        ["交易日期", "摘要", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号"],
    ]
    balance = 60_000_000
    for place, move in enumerate(moves, start=1):
        balance += move.fen
        if place == gap:
            continue
        sides = ["", f"{move.fen / 100:.2f}"] if move.fen > 0 else [f"{-move.fen / 100:.2f}", ""]
        rows.append([str(move.on), move.summary, *sides, f"{balance / 100:.2f}", move.name, move.account])
    return rows


def _taxes(
    party: Party, months: Sequence[InvoiceMonth], *, today: date, is_late: bool, said: tuple[Actor, datetime]
) -> None:
    lines: list[TaxLine] = []
    owed = [month for month in months if month.sales > month.purchases][-2:] if is_late else []
    for place, month in enumerate(months):
        last = (month.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        due_on = usual_day(TaxKind.VAT, month.month, last)
        due = max(month.sales - month.purchases, Decimal(0)).quantize(Decimal(1)) * Decimal("0.13")
        owes = month in owed
        paid_on = min(due_on + timedelta(days=9 if is_late and place % 4 == 0 else -3), today)
        paid = Decimal(0) if owes else due
        is_paid = due > 0 and not owes
        revenue = max(month.sales, Decimal(0))
        lines.append(
            TaxLine(TaxKind.VAT, month.month, last, revenue, due, paid, due_on, paid_on if is_paid else None)
        )
    if lines:
        actor, at = said
        details = MaterialDetails(
            kind=MaterialKind.TAX, origin=Origin.TAX_OFFICE, as_of=lines[-1].period_until
        )
        record_taxes(actor=actor, at=at, party=party, details=details, lines=lines)


def _electricity(
    party: Party,
    months: Sequence[InvoiceMonth],
    dice: random.Random,
    *,
    today: date,
    said: tuple[Actor, datetime],
) -> None:
    lines = []
    for month in months:
        used = Decimal(round(float(max(month.sales, Decimal(0))) / 60 * dice.uniform(0.85, 1.15)) + 300)
        due_on = (month.month + timedelta(days=31)).replace(day=20)
        is_last = month is months[-1]
        paid_on = None if is_last else min(due_on - timedelta(days=dice.randint(-1, 9)), today)
        amount = (used * Decimal("0.78")).quantize(Decimal("0.01"))
        lines.append(
            BillLine(UtilityKind.ELECTRICITY, month.month, used, amount, due_on, paid_on, is_overdue=False)
        )
    if lines:
        actor, at = said
        details = MaterialDetails(kind=MaterialKind.UTILITY, origin=Origin.SUPPLIER, as_of=lines[-1].month)
        record_bills(actor=actor, at=at, party=party, details=details, lines=lines)
