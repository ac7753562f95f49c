"""What a report says about borrowing: accounts and how they were repaid, duties for the debts of others, who asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vouch.engine.credit_report.codes import BAD_CLASSES, EVENTS, Standing, standing_of
from vouch.engine.credit_report.report import Group, Record, Report, ReportKind, When


@dataclass(frozen=True, slots=True)
class History:
    """Months of repayment: the worst degree of lateness (0 to 7), how many months were late, and what is no degree.

    ``unknown`` are marks that no table has: kept apart, because counting them as good would hide something.
    """

    worst: int
    late_months: int
    events: frozenset[str]
    unknown: frozenset[str]


def history_of(marks: Iterable[str]) -> History:
    """Digits are degrees; D, Z, G and B are events, never numbers (regulation fact sheet §7.2)."""
    listed = [mark.strip().upper() for mark in marks]
    degrees = [int(mark) for mark in listed if mark in set("1234567")]
    known = set("1234567NCMA*#/") | EVENTS
    return History(
        worst=max(degrees, default=0),
        late_months=len(degrees),
        events=frozenset(listed) & EVENTS,
        unknown=frozenset(listed) - known - {""},
    )


@dataclass(frozen=True, slots=True)
class Account:
    """One borrowing; amounts in the report's own unit, None where it says nothing."""

    number: str
    account_type: str
    business: str
    lender: str
    opened_on: When | None
    due_on: When | None
    closed_on: When | None
    standing: Standing
    five_class: str
    principal: Decimal | None
    limit: Decimal | None
    balance: Decimal | None
    used: Decimal | None
    overdue: Decimal | None
    overdue_months: int | None
    monthly_due: Decimal | None
    reported_on: When | None
    marks: tuple[tuple[When | None, str], ...]
    trades: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether anything may still be owed or drawn."""
        return self.standing not in {Standing.SETTLED, Standing.TRANSFERRED}

    @property
    def is_overdue(self) -> bool:
        """Whether something is late now."""
        return self.standing is Standing.OVERDUE or bool(self.overdue and self.overdue > 0)

    @property
    def is_bad(self) -> bool:
        """不良: a bad class, 呆账, in court or collected."""
        hopeless = {Standing.BAD_DEBT, Standing.IN_COURT, Standing.COLLECTED}
        return self.five_class in BAD_CLASSES or self.standing in hopeless

    def history(self, *, months: int, until: date) -> History:
        """The months that end with ``until``."""
        return history_of(self.marks_within(months=months, until=until))

    def marks_within(self, *, months: int, until: date) -> list[str]:
        """The marks of the months that end with ``until``, and those without a month."""
        last = until.year * 12 + until.month
        inside = [mark for month, mark in self.by_month().items() if last - months < month <= last]
        undated = [mark for when, mark in self.marks if when is None or when.month is None]
        return [*inside, *undated]

    def by_month(self) -> dict[int, str]:
        """Year × 12 + month → mark; a month that both lists of the bureau name counts once, as the worse of the two."""
        seen: dict[int, str] = {}
        for when, mark in self.marks:
            if when is not None and when.month is not None:
                month = when.year * 12 + when.month
                seen[month] = max(seen.get(month, mark), mark, key=_gravity)
        return seen


@dataclass(frozen=True, slots=True)
class Duty:
    """What the subject answers for if another does not pay (相关还款责任)."""

    borrower_kind: str
    duty_kind: str
    contract: str
    lender: str
    amount: Decimal | None
    balance: Decimal | None
    five_class: str
    overdue_months: int | None
    accounts: int = 1
    """How many it sums up, where the bureau lists no single one."""

    @property
    def is_bad(self) -> bool:
        """不良: what another owes and may well have to be paid by the subject."""
        return self.five_class in BAD_CLASSES


@dataclass(frozen=True, slots=True)
class Query:
    """Who asked for the subject's report, and why."""

    on: When | None
    institution_type: str
    institution: str
    reason: str


def accounts_of(report: Report) -> tuple[Account, ...]:
    """Every borrowing account of the report."""
    if report.kind is ReportKind.PERSON:
        return tuple(_of_person(record) for record in report.of("PD01"))
    return tuple(_of_enterprise(record) for record in report.of("ED01"))


def duties_of(report: Report) -> tuple[Duty, ...]:
    """Every duty for the debts of others."""
    return tuple(_duty(record, codes) for block, codes in _DUTIES.items() for record in report.of(block))


_DUTIES: Mapping[str, Mapping[str, str]] = {
    "PD03": {
        "borrower_kind": "PD03AD08", "duty_kind": "PD03AD03", "contract": "PD03AQ02", "lender": "PD03AQ01",
        "amount": "PD03AJ01", "balance": "PD03AJ02", "five_class": "PD03AD05", "overdue_months": "PD03AS01",
    },
    "ED07": {
        "borrower_kind": "ED070D01", "duty_kind": "ED070D03", "contract": "ED070I03", "lender": "ED070I02",
        "amount": "ED070J01", "balance": "ED070J02", "five_class": "ED070D08", "overdue_months": "ED070S01",
    },
    # Sums by institution: they name neither the borrower nor how late it is.
    **{
        block: {
            "duty_kind": f"{block}0D01", "contract": f"{block}0I03", "lender": f"{block}0I02",
            "amount": f"{block}0J01", "balance": f"{block}0J02", "five_class": f"{block}0D04", "accounts": f"{block}0S01",
        }
        for block in ("ED08", "ED09")
    },
}  # fmt: skip
"""Block → which field says what of a duty."""


def _duty(record: Record, codes: Mapping[str, str]) -> Duty:
    def code(part: str) -> str:
        return codes.get(part, "")

    return Duty(
        borrower_kind=record.text(code("borrower_kind")),
        duty_kind=record.text(code("duty_kind")),
        contract=record.text(code("contract")),
        lender=record.text(code("lender")),
        amount=record.money(code("amount")),
        balance=record.money(code("balance")),
        five_class=record.text(code("five_class")),
        overdue_months=record.count(code("overdue_months")),
        accounts=1 if (listed := record.count(code("accounts"))) is None else listed,
    )


def queries_of(report: Report) -> tuple[Query, ...]:
    """Who asked; reports of enterprises list nobody."""
    return tuple(
        Query(one.when("PH010R01"), one.text("PH010D01"), one.text("PH010Q02"), one.text("PH010Q03"))
        for one in report.of("PH01")
    )


def _gravity(mark: str) -> int:
    return 8 if mark in EVENTS else int(mark) if mark in set("1234567") else 0


def _of_person(record: Record) -> Account:
    account_type = record.text("PD01AD01")
    # The latest monthly figures where the bureau gives them; of a closed account only the last state is left.
    state = record.text("PD01CD01") or record.text("PD01BD01")
    overdue = record.money("PD01CJ06")
    marks = [*_marks(record, "PD01D"), *_marks(record, "PD01E")]
    return Account(
        number=record.text("PD01AI01"),
        account_type=account_type,
        business=record.text("PD01AD03"),
        lender=record.text("PD01AI02"),
        opened_on=record.when("PD01AR01"),
        due_on=record.when("PD01AR02"),
        closed_on=record.when("PD01BR01"),
        standing=standing_of(account_type, state),
        five_class=record.text("PD01CD02") or record.text("PD01BD03"),
        principal=record.money("PD01AJ01"),
        limit=record.money("PD01AJ02"),
        balance=_first(record, "PD01CJ01", "PD01CJ02", "PD01BJ01"),
        used=_first(record, "PD01CJ02", "PD01CJ01", "PD01BJ01"),
        overdue=overdue,
        overdue_months=record.count("PD01CS02"),
        monthly_due=record.money("PD01CJ04"),
        reported_on=record.when("PD01CR04") or record.when("PD01BR03"),
        marks=tuple(marks),
        trades=tuple(_texts(record.rows.get("PD01F", ()), "PD01FD01")),
    )


def _marks(record: Record, segment: str) -> list[tuple[When | None, str]]:
    found = []
    for row in record.rows.get(segment, ()):
        when, mark = row.get(f"{segment}R03"), row.get(f"{segment}D01")
        if isinstance(mark, str):
            found.append((when if isinstance(when, When) else None, mark))
    return found


def _of_enterprise(record: Record) -> Account:
    latest = _latest(record.rows.get("ED01B", ()))
    is_settled = record.text("ED01AD01") == "2"
    overdue, five = latest.get("ED01BJ04"), latest.get("ED01BD01")
    balance, late, reported = latest.get("ED01BJ01"), latest.get("ED01BS02"), latest.get("ED01BR01")
    standing = Standing.SETTLED if is_settled else Standing.NORMAL
    if not is_settled and record.text("ED01AD02") == "C1":
        standing = Standing.COLLECTED
    elif not is_settled and isinstance(overdue, Decimal) and overdue > 0:
        standing = Standing.OVERDUE
    return Account(
        number=record.text("ED01AI01"),
        account_type=record.text("ED01AD02"),
        business=record.text("ED01AD06") or record.text("ED01AD05"),
        lender=record.text("ED01AI02"),
        opened_on=record.when("ED01AR01"),
        due_on=record.when("ED01AR02"),
        closed_on=record.when("ED01AR03"),
        standing=standing,
        five_class=five if isinstance(five, str) else "",
        principal=record.money("ED01AJ01"),
        limit=record.money("ED01AJ02"),
        balance=balance if isinstance(balance, Decimal) else None,
        used=balance if isinstance(balance, Decimal) else None,
        overdue=overdue if isinstance(overdue, Decimal) else None,
        overdue_months=late if isinstance(late, int) else None,
        monthly_due=None,
        reported_on=reported if isinstance(reported, When) else None,
        marks=(),
        trades=tuple(_texts(record.rows.get("ED01C", ()), "ED01CD01")),
    )


def _latest(rows: Sequence[Group]) -> Group:
    """The performance with the latest day; the bureau does not promise an order."""

    def day(row: Group) -> date:
        when = row.get("ED01BR01")
        return when.first_day if isinstance(when, When) else date.min

    return max(rows, key=day, default=Group())


def _first(record: Record, *codes: str) -> Decimal | None:
    return next((amount for code in codes if (amount := record.money(code)) is not None), None)


def _texts(rows: Iterable[Group], code: str) -> list[str]:
    return [value for row in rows if isinstance(value := row.get(code), str)]
