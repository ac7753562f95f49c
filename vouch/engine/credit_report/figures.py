"""The few figures of a report that facts and limits need: counts, amounts and yes or no, without anybody's name.

Where the bureau gives a summary beside the details, the graver of the two counts: a block that could not be read must
not make anyone look better. Amounts are integer fen; None is what a report of this kind does not tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from vouch.engine.credit_report.accounts import Account, Duty, Query, accounts_of, duties_of, queries_of
from vouch.engine.credit_report.codes import (
    BAD_CLASSES,
    COMPENSATED_BUSINESS,
    DISTRESS_TRADES,
    QUERY_CLASSES,
    THIRD_PARTY_PAID,
    UNIT_YUAN,
    Standing,
)
from vouch.engine.credit_report.report import Group, Report, ReportKind, Value, When

MONTHS = 24
COUNT_MAX, FEN_MAX = 10**9, 10**17
"""More than this is no figure of anybody's: it is left out, and counted among what was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What ``definitions.FIGURES`` defines, in its order."""

    accounts: int | None = None
    open_accounts: int | None = None
    balance: int | None = None
    limit_total: int | None = None
    limit_used: int | None = None
    overdue_accounts: int | None = None
    overdue_amount: int | None = None
    overdue_months: int | None = None
    worst_24m: int | None = None
    late_months_24m: int | None = None
    most_late_months_24m: int | None = None
    guarantor_paid_24m: int | None = None
    asset_paid_24m: int | None = None
    abnormal_end_24m: int | None = None
    bad_debt_24m: int | None = None
    bad_debts: int | None = None
    bad_debt_balance: int | None = None
    collected: int | None = None
    collected_balance: int | None = None
    compensated: int | None = None
    special_trades: int | None = None
    in_court: int | None = None
    special_mention_balance: int | None = None
    bad_balance: int | None = None
    duties: int | None = None
    duties_amount: int | None = None
    duties_balance: int | None = None
    bad_duties: int | None = None
    bad_duties_balance: int | None = None
    overdue_duties: int | None = None
    loan_queries_1m: int | None = None
    loan_queries_3m: int | None = None
    loan_queries_6m: int | None = None
    card_queries_1m: int | None = None
    card_queries_3m: int | None = None
    card_queries_6m: int | None = None
    guarantee_queries_1m: int | None = None
    guarantee_queries_3m: int | None = None
    guarantee_queries_6m: int | None = None
    other_queries_1m: int | None = None
    other_queries_3m: int | None = None
    other_queries_6m: int | None = None
    history_months: int | None = None
    history_special_balance: int | None = None
    history_bad_balance: int | None = None
    history_overdue: int | None = None
    history_bad_months: int | None = None
    judgments: int | None = None
    enforcements: int | None = None
    penalties: int | None = None
    tax_arrears: int | None = None
    tax_arrears_amount: int | None = None
    guarantee_balance: int | None = None
    special_guarantee_balance: int | None = None
    bad_guarantee_balance: int | None = None
    interest_arrears: int | None = None
    unpaid_bills: int | None = None
    has_controller: bool | None = None
    disputes: int | None = None
    has_fraud_alert: bool | None = None
    unread: int | None = None


def figures_of(report: Report, *, until: date) -> Figures:
    """The figures of a report of the day ``until``, on which its windows end."""
    return _Reckoning(report, until).figures()


class _Reckoning:
    """One report's sums; what is no possible figure is counted in ``implausible``."""

    def __init__(self, report: Report, until: date) -> None:
        self.report, self.until = report, until
        self.is_person = report.kind is ReportKind.PERSON
        self.accounts, self.duties = accounts_of(report), duties_of(report)
        self.implausible = 0

    def figures(self) -> Figures:
        values: dict[str, int | bool | None] = {
            **self._borrowing(),
            **self._distress(),
            **self._duties(),
            **self._public(),
            **(self._person() if self.is_person else self._enterprise()),
        }
        marks = [mark for one in self.accounts for mark in one.history(months=600, until=self.until).unknown]
        values["unread"] = len(self.report.problems) + len(marks) + self.implausible
        return Figures(**values)  # type: ignore[arg-type] # names and kinds are checked by a test

    def _borrowing(self) -> dict[str, int | bool | None]:
        current = [one for one in self.accounts if one.is_open]
        limit, used = self._credit_line()
        bills = self._amounts("ED020J01") if not self.is_person else []
        balances = self.fen([*(one.balance for one in current), *bills])
        overdue = self.fen([*(one.overdue for one in current), *self._amounts("ED020J02")])
        late = [one.overdue_months or 0 for one in current]
        return {
            "accounts": self.count(
                [len(self.accounts), *self._counts("ED020S01"), *self._counts("ED020S02")]
            ),
            "open_accounts": self.count([len(current), *self._counts("ED020S01")]),
            "balance": graver(balances, self.told(*_BALANCES)),
            "limit_total": limit,
            "limit_used": used,
            "overdue_accounts": sum(one.is_overdue for one in current),
            "overdue_amount": graver(overdue, self.told("EB02AJ03")),
            "overdue_months": self.count([max(late, default=0)]),
            "special_mention_balance": graver(self._of_class(frozenset("2")), self.told("EB01AJ03")),
            "bad_balance": graver(self._bad(), self.told("EB01AJ04")),
            "history_months": self._history_months(),
        }

    def _of_class(self, classes: frozenset[str]) -> int | None:
        found = [one.balance for one in self.accounts if one.is_open and one.five_class in classes]
        return self.fen([*found, *self._bills(classes)])

    def _bad(self) -> int | None:
        found = [one.balance for one in self.accounts if one.is_open and one.is_bad]
        return self.fen([*found, *self._bills(BAD_CLASSES)])

    def _bills(self, classes: frozenset[str]) -> list[Decimal | None]:
        """Of discounted bills, which come summed up by institution."""
        return [row.money("ED020J01") for row in self.report.of("ED02") if row.text("ED020D03") in classes]

    def _credit_line(self) -> tuple[int | None, int | None]:
        """The bureau's sums count a line that several cards share once; without them, what the accounts say."""
        if self.is_person:
            totals = self._amounts("PC02GJ01", "PC02HJ01", "PC02IJ01")
            used = self._amounts("PC02GJ02", "PC02HJ04", "PC02IJ04")
            if not totals:
                lines = [
                    one for one in self.accounts if one.is_open and one.account_type in {"R1", "R2", "R3"}
                ]
                totals, used = [one.limit for one in lines], [one.used for one in lines]
        else:
            totals, used = self._amounts("EB040J01", "EB040J04"), self._amounts("EB040J02", "EB040J05")
            if not totals:
                totals, used = self._amounts("ED060J01"), self._amounts("ED060J04")
        return self.fen(totals), self.fen(used)

    def _distress(self) -> dict[str, int | bool | None]:
        current = [one for one in self.accounts if one.is_open]
        by_standing = Counter(one.standing for one in self.accounts)
        collected = [one for one in current if one.standing is Standing.COLLECTED]
        hopeless = [one.balance for one in self.accounts if one.standing is Standing.BAD_DEBT]
        told = self.told_count("PC02BS01", "EB02AS01", "EB02AS02")
        told_balance = self.told("PC02BJ01", "EB01AJ02")
        return {
            "bad_debts": graver(by_standing[Standing.BAD_DEBT], self.told_count("PC02CS01")),
            "bad_debt_balance": graver(self.fen(hopeless), self.told("PC02CJ01")),
            "collected": graver(len(collected), told),
            "collected_balance": graver(self.fen(one.balance for one in collected), told_balance),
            "compensated": sum(_was_paid_by_another(one) for one in self.accounts),
            "special_trades": sum(trade in DISTRESS_TRADES for one in self.accounts for trade in one.trades),
            "in_court": by_standing[Standing.IN_COURT],
        }

    def _duties(self) -> dict[str, int | bool | None]:
        bad = [one for one in self.duties if one.is_bad]
        summed = self.told("PC02KJ02", "EB05AJ02", "EB05AJ04", "EB05BJ02")
        summed_bad = self.told("EB05AJ02", "EB05AJ06", "EB05BJ04")
        return {
            "duties": self.count(one.accounts for one in self.duties),
            "duties_amount": self.fen(one.amount for one in self.duties),
            "duties_balance": graver(self.fen(one.balance for one in self.duties), summed),
            "bad_duties": self.count(one.accounts for one in bad),
            "bad_duties_balance": graver(self.fen(one.balance for one in bad), summed_bad),
            "overdue_duties": sum(_is_late(one) for one in self.duties),
        }

    def _public(self) -> dict[str, int | bool | None]:
        told = self._public_summary()
        found = {
            name: graver(len(self.report.of(block)), told.get(name))
            for block, name in _PUBLIC[self.is_person]
        }
        alert = "PA01DQ01" if self.is_person else "EA01EQ01"
        return {
            **found,
            "tax_arrears_amount": self.fen(self._amounts("PF01AJ01", "EF010J01")),
            "unpaid_bills": graver(self.fen(self._amounts("PE01AJ01", "EE01AJ01")), self.told("PC030J01")),
            "disputes": self.count(self._counts("PA01ES01", "EA01DS01")),
            "has_fraud_alert": any(value not in {"", "0"} for value in self._texts(alert)),
        }

    def _public_summary(self) -> dict[str, int | None]:
        if not self.is_person:
            codes = {
                "tax_arrears": "EB01BS02", "judgments": "EB01BS03", "enforcements": "EB01BS04", "penalties": "EB01BS05",
            }  # fmt: skip
            return {name: self.told_count(code) for name, code in codes.items()}
        kinds = {"1": "tax_arrears", "2": "judgments", "3": "enforcements", "4": "penalties"}
        found: dict[str, int | None] = {}
        for row in self._rows("PC040"):
            name, number = kinds.get(str(row.get("PC040D01"))), row.get("PC040S02")
            if name and isinstance(number, int):
                found[name] = self.count([number])
        return found

    def _person(self) -> dict[str, int | bool | None]:
        histories = [one.history(months=MONTHS, until=self.until) for one in self.accounts]
        months = Counter(
            mark.strip().upper()
            for one in self.accounts
            for mark in one.marks_within(months=MONTHS, until=self.until)
        )
        asked = queries_of(self.report)
        return {
            "worst_24m": max((one.worst for one in histories), default=0),
            "late_months_24m": sum(one.late_months for one in histories),
            "most_late_months_24m": max((one.late_months for one in histories), default=0),
            "guarantor_paid_24m": months["D"],
            "asset_paid_24m": months["Z"],
            "abnormal_end_24m": months["G"],
            "bad_debt_24m": months["B"],
            **{
                f"{name}_queries_{window}m": asked_within(asked, reasons, months=window, until=self.until)
                for name, reasons in QUERY_CLASSES.items()
                for window in (1, 3, 6)
            },
        }

    def _enterprise(self) -> dict[str, int | bool | None]:
        past = list(self._rows("EB02C"))
        bad = [row for row in past if any(_positive(row.get(code)) for code in ("EB02CJ03", "EB02CJ04"))]
        details = [*self._guarantees("ED04BJ01", "ED04BD02"), *self._guarantees("ED050J01", "ED050D03")]

        def guaranteed(classes: Iterable[str] | None, told: str) -> int | None:
            amounts = [amount for amount, five in details if classes is None or five in classes]
            return graver(self.fen(amounts), self.told(told))

        return {
            "history_special_balance": self._most(past, "EB02CJ02"),
            "history_bad_balance": self._most(past, "EB02CJ03"),
            "history_overdue": self._most(past, "EB02CJ04"),
            "history_bad_months": len(bad),
            "guarantee_balance": guaranteed(None, "EB01AJ05"),
            "special_guarantee_balance": guaranteed({"2"}, "EB01AJ06"),
            "bad_guarantee_balance": guaranteed(BAD_CLASSES, "EB01AJ07"),
            "interest_arrears": self.fen(self._amounts("ED030J01")),
            "has_controller": any(self._texts("EC050Q01")),
        }

    def _guarantees(self, amount: str, five_class: str) -> list[tuple[Decimal | None, str]]:
        return [(row.money(amount), row.text(five_class)) for row in self.report.of(amount[:4])]

    def _most(self, rows: Sequence[Group], code: str) -> int | None:
        amounts = [self.fen([value]) for row in rows if isinstance(value := row.get(code), Decimal)]
        return graver(0, *amounts)

    def _history_months(self) -> int | None:
        first = [one.opened_on for one in self.accounts if one.opened_on]
        first += [
            value for code in ("PC02AR01", "EB01AR01") for value in self._all(code) if isinstance(value, When)
        ]
        if not first:
            return None
        start = min(when.first_day for when in first)
        months = (self.until.year - start.year) * 12 + self.until.month - start.month
        return max(0, months - (self.until.day < start.day))

    def _all(self, code: str) -> list[Value]:
        """Every value of a field, in a block's own fields or in its rows."""
        found = [record.values[code] for record in self.report.of(code[:4]) if code in record.values]
        return [*found, *(row[code] for row in self._rows(code[:5]) if code in row)]

    def _rows(self, segment: str) -> list[Group]:
        return [row for record in self.report.of(segment[:4]) for row in record.rows.get(segment, ())]

    def _amounts(self, *codes: str) -> list[Decimal | None]:
        return [value for code in codes for value in self._all(code) if isinstance(value, Decimal)]

    def _counts(self, *codes: str) -> list[int]:
        return [value for code in codes for value in self._all(code) if isinstance(value, int)]

    def _texts(self, code: str) -> list[str]:
        return [value for value in self._all(code) if isinstance(value, str)]

    def told(self, *codes: str) -> int | None:
        """What the bureau's own sums come to; None where it gives none."""
        amounts = self._amounts(*codes)
        return self.fen(amounts) if amounts else None

    def told_count(self, *codes: str) -> int | None:
        """As ``told``, of counts."""
        counts = self._counts(*codes)
        return self.count(counts) if counts else None

    def count(self, counts: Iterable[int]) -> int | None:
        """Their sum; None for none that can be."""
        listed = list(counts)
        if any(one < 0 for one in listed) or sum(listed) > COUNT_MAX:
            self.implausible += 1
            return None
        return sum(listed)

    def fen(self, amounts: Iterable[Decimal | None]) -> int | None:
        """Their sum in fen; those that say nothing add nothing."""
        with localcontext() as context:
            context.prec = 60
            total = sum((one for one in amounts if one is not None), Decimal(0))
            unit = UNIT_YUAN["person" if self.is_person else "enterprise"]
            fen = int((total * unit * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if abs(fen) > FEN_MAX:
            self.implausible += 1
            return None
        return fen


_BALANCES = ("EB01AJ01", "PC02EJ02", "PC02FJ02", "PC02GJ02", "PC02HJ04", "PC02IJ04")
"""The bureau's sums of what is owed: one of an enterprise, one for each kind of a person's accounts."""
_PUBLIC: Mapping[bool, Sequence[tuple[str, str]]] = {
    True: (("PF01", "tax_arrears"), ("PF02", "judgments"), ("PF03", "enforcements"), ("PF04", "penalties")),
    False: (("EF01", "tax_arrears"), ("EF02", "judgments"), ("EF03", "enforcements"), ("EF04", "penalties")),
}


def graver(*values: int | None) -> int | None:
    """The greatest of those that are known; None where none is."""
    return max((one for one in values if one is not None), default=None)


def asked_within(asked: Iterable[Query], reasons: frozenset[str] | None, *, months: int, until: date) -> int:
    """How often somebody asked in the months before ``until``; reasons None: for any that no class names."""
    named = frozenset().union(*(one for one in QUERY_CLASSES.values() if one is not None))
    after = months_before(until, months)
    return sum(
        one.on is not None
        and one.on.first_day > after
        and (one.reason in reasons if reasons is not None else one.reason not in named)
        for one in asked
    )


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where there is none."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    return date(year, month + 1, 28)


def _was_paid_by_another(account: Account) -> bool:
    return account.business == COMPENSATED_BUSINESS or THIRD_PARTY_PAID in account.trades


def _is_late(duty: Duty) -> bool:
    return bool(duty.overdue_months and duty.overdue_months > 0)


def _positive(value: Value | None) -> bool:
    return isinstance(value, Decimal) and value > 0
