"""A credit report as its page shows it: the gravest first, codes in words, amounts in yuan. Nothing here is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vouch.engine.credit_report.accounts import Account, Duty, accounts_of, duties_of, queries_of
from vouch.engine.credit_report.codes import (
    ACCOUNT_TYPES,
    BAD_CLASSES,
    BUSINESSES,
    EVENTS,
    FIVE_CLASSES,
    INSTITUTIONS,
    QUERY_REASONS,
    REPAYMENTS,
    SPECIAL_TRADES,
    STANDING_TITLES,
    UNIT_YUAN,
    Standing,
)
from vouch.engine.credit_report.digest import Alert, alerts_of
from vouch.engine.credit_report.figures import MONTHS, Figures
from vouch.engine.credit_report.report import (
    Group,
    Problem,
    Record,
    Report,
    ReportKind,
    Value,
    When,
    dictionary,
)

TONES = {3: "red", 2: "orange", 1: "blue"}
"""Weight of an alert → its tint."""


@dataclass(frozen=True, slots=True)
class Square:
    """One month of the strip: ``mark`` as the bureau has it, in words, and how grave (``ok``, ``late``, ``bad``, ``none``)."""

    month: str
    mark: str
    title: str
    tone: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in words; ``squares`` from the oldest month to the newest, empty where the report lists none."""

    account: Account
    kind: str
    business: str
    standing: str
    five_class: str
    tone: str
    size: Decimal | None
    balance: Decimal | None
    overdue: Decimal | None
    trades: Sequence[str]
    squares: Sequence[Square]


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty for another's debt in words."""

    duty: Duty
    five_class: str
    tone: str
    amount: Decimal | None
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class QueryRow:
    """Who asked, in words."""

    on: When | None
    institution: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One field with its title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BlockShown:
    """One block as it reads: its own fields, and the rows that it lists."""

    title: str
    code: str
    lines: Sequence[Line]
    rows: Sequence[Sequence[Line]]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything that the page shows."""

    report: Report
    is_person: bool
    alerts: Sequence[tuple[Alert, str]]
    accounts: Sequence[AccountRow]
    duties: Sequence[DutyRow]
    public: Sequence[BlockShown]
    queries: Sequence[QueryRow]
    blocks: Mapping[str, Sequence[BlockShown]]
    problems: Sequence[Problem]


def page_of(report: Report, figures: Figures, *, until: date) -> ReportPage:
    """The page of a report whose windows end on ``until``."""
    accounts = sorted(accounts_of(report), key=_gravity, reverse=True)
    duties = sorted(
        duties_of(report), key=lambda one: (one.is_bad, one.five_class == "2", one.balance or 0), reverse=True
    )
    asked = sorted(queries_of(report), key=lambda one: one.on or When(1), reverse=True)
    shown = [_block(record, report.kind) for record in report.records]
    blocks: dict[str, list[BlockShown]] = {}
    for one in shown:
        blocks.setdefault(one.title, []).append(one)
    return ReportPage(
        report=report,
        is_person=report.kind is ReportKind.PERSON,
        alerts=[(one, TONES[one.weight]) for one in alerts_of(report, figures)],
        accounts=[_account_row(one, report.kind, until) for one in accounts],
        duties=[_duty_row(one, report.kind) for one in duties],
        public=[one for one in shown if one.code in _PUBLIC],
        queries=[
            QueryRow(
                one.on,
                "".join(
                    [INSTITUTIONS.get(one.institution_type, one.institution_type), f" {one.institution}"]
                ).strip(),
                QUERY_REASONS.get(one.reason, one.reason),
            )
            for one in asked
        ],
        blocks=blocks,
        problems=report.problems,
    )


_PUBLIC = frozenset({"PF01", "PF02", "PF03", "PF04", "EF01", "EF02", "EF03", "EF04"})
_GRAVE = frozenset({Standing.BAD_DEBT, Standing.IN_COURT, Standing.COLLECTED, Standing.FORCED_SALE})


def _gravity(one: Account) -> tuple[int, Decimal, Decimal]:
    """What sorts an account: how it stands, what is late, what is owed."""
    worst = max((int(mark) for _, mark in one.marks if mark in set("1234567")), default=0)
    had_event = any(mark in EVENTS for _, mark in one.marks)
    if one.standing in _GRAVE or one.five_class in BAD_CLASSES:
        degree = 40
    elif one.is_overdue:
        degree = 30
    elif one.five_class == "2" or one.standing in {Standing.UNKNOWN, Standing.COLLATERAL_SHORT} or had_event:
        degree = 20
    else:
        degree = 10 if one.is_open else 0
    return degree + worst, one.overdue or Decimal(0), one.balance or Decimal(0)


def _tone(five_class: str, *, is_bad: bool = False, is_late: bool = False) -> str:
    if is_bad or five_class in BAD_CLASSES:
        return "red"
    return "orange" if is_late or five_class == "2" else "green"


def _account_row(one: Account, kind: ReportKind, until: date) -> AccountRow:
    businesses = BUSINESSES if kind is ReportKind.PERSON else {}
    tone = _tone(
        one.five_class, is_bad=one.is_bad, is_late=one.is_overdue or one.standing is Standing.UNKNOWN
    )
    return AccountRow(
        account=one,
        kind=ACCOUNT_TYPES.get(one.account_type, one.account_type),
        business=businesses.get(one.business, one.business),
        standing=STANDING_TITLES[one.standing],
        five_class=FIVE_CLASSES.get(one.five_class, one.five_class),
        tone=tone if one.is_open or one.is_bad else "secondary",
        size=yuan(one.limit if one.limit is not None else one.principal, kind),
        balance=yuan(one.balance, kind),
        overdue=yuan(one.overdue, kind),
        trades=[SPECIAL_TRADES.get(trade, trade) for trade in one.trades],
        squares=list(_squares(one, until)),
    )


def _squares(one: Account, until: date) -> Iterator[Square]:
    """The months that end with the report's, where it lists any at all."""
    marks = one.by_month()
    if not marks:
        return
    last = until.year * 12 + until.month
    for number in range(last - MONTHS + 1, last + 1):
        year, month = divmod(number - 1, 12)
        mark = marks.get(number, "")
        title = REPAYMENTS.get(mark, f"不认识的状态“{mark}”") if mark else "没有记录"
        yield Square(f"{year}-{month + 1:02d}", mark, title, _square_tone(mark))


def _square_tone(mark: str) -> str:
    if mark in EVENTS or mark in set("34567"):
        return "bad"
    if mark in set("12") or (mark and mark not in REPAYMENTS):
        return "late"
    return "ok" if mark in set("NMA*C") else "none"


def _duty_row(one: Duty, kind: ReportKind) -> DutyRow:
    is_late = bool(one.overdue_months)
    return DutyRow(
        one,
        FIVE_CLASSES.get(one.five_class, one.five_class),
        _tone(one.five_class, is_late=is_late),
        yuan(one.amount, kind),
        yuan(one.balance, kind),
    )


def yuan(amount: Decimal | None, kind: ReportKind) -> Decimal | None:
    """An amount of the report's unit in yuan."""
    return None if amount is None else amount * UNIT_YUAN[kind]


def _block(record: Record, kind: ReportKind) -> BlockShown:
    known = dictionary(kind)[record.block]
    rows = [_lines(row, known.fields) for groups in record.rows.values() for row in groups]
    return BlockShown(known.title, record.block, _lines(record.values, known.fields), rows)


def _lines(values: Mapping[str, Value] | Group, titles: Mapping[str, str]) -> list[Line]:
    return [
        Line(titles[code], f"{value:f}" if isinstance(value, Decimal) else str(value))
        for code, value in values.items()
    ]
