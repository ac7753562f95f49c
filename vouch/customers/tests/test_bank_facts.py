"""Facts of bank statements from SQL against the engine's own figures over the same transactions."""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import VerificationDetails, verify_material, withdraw_material
from vouch.customers.facts.bank import BANK_FACTS, ask_bank
from vouch.customers.queries.bank import counted, flows_of
from vouch.customers.terms import Finding, VerificationMeans
from vouch.customers.tests.brute import back, month_of
from vouch.customers.tests.conftest import enrolled
from vouch.customers.tests.flows import moved, recorded, statement_of
from vouch.engine.bank_statement.figures import Figures, figures_from
from vouch.engine.bank_statement.reading import BalanceBreak, Transaction
from vouch.engine.facts import catalogue, check_column
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
NEXT_MONTH = 4
Span = tuple[date, date]


def rate(a: int, b: int) -> int | None:
    return int((Fraction(a, b) * 2_000_000 + 1) // 2) if b > 0 else None


def average(total: int, count: int) -> int | None:
    if not count:
        return None
    size = (abs(total) * 2 + count) // (count * 2)
    return size if total >= 0 else -size


def merged(
    accounts: Mapping[str, Sequence[tuple[Span, Sequence[Transaction]]]],
) -> dict[str, list[Transaction]]:
    """Each account's transactions, every day from the last statement that covers it."""
    found = {}
    for account, statements in accounts.items():
        kept = []
        for place, (_span, ones) in enumerate(statements):
            later = [span for span, _ones in statements[place + 1 :]]
            kept += [one for one in ones if not any(first <= one.on <= last for first, last in later)]
        found[account] = kept
    return found


def month_ends(as_of: date) -> list[date]:
    ends = []
    for back_by in range(13):
        year, month = divmod(as_of.year * 12 + as_of.month - 1 - back_by, 12)
        ends.append(date(year, month + 1, calendar.monthrange(year, month + 1)[1]))
    return [end for end in ends if end <= as_of and month_of(end, as_of) < 12]


def expected(
    accounts: Mapping[str, Sequence[tuple[Span, Sequence[Transaction]]]], as_of: date
) -> dict[str, int | None]:
    """Every fact again, from the engine's figures; empty where no transaction counts."""
    by_account = {
        account: sorted((one for one in ones if one.on <= as_of), key=lambda one: one.on)
        for account, ones in merged(accounts).items()
    }
    every = sorted(itertools.chain(*by_account.values()), key=lambda one: one.on)
    if not every:
        return {}
    recent = [one for one in every if month_of(one.on, as_of) < 12]
    whole, year = figures_from(every), figures_from(recent)
    money_in = sum(month.money_in for month in year.months)
    money_out = sum(month.money_out for month in year.months)
    legs = [max((trip.first, trip.second), key=lambda one: one.amount) for trip in whole.round_trips]
    legs = [leg for leg in legs if month_of(leg.on, as_of) < 12]
    went_round = sum(leg.amount for leg in legs)
    spans = [span for statements in accounts.values() for span, _ones in statements]
    balances = _balances(accounts, by_account, as_of)
    return {
        "inflow_12m": money_in,
        "outflow_12m": money_out,
        "inflow_net_12m": money_in - went_round,
        "round_trips_12m": len(legs),
        "round_trip_rate_12m": rate(went_round, money_in),
        "months_covered_12m": len(_covered(spans, as_of)),
        "month_end_balance_12m": average(sum(balances), len(balances)),
        "month_end_balance_min_12m": min(balances, default=None),
        "top_payer_rate_12m": rate(max((one.money_in for one in year.counterparties), default=0), money_in),
        "top_payee_rate_12m": rate(max((one.money_out for one in year.counterparties), default=0), money_out),
        "window_dressing_months_12m": _dressed(whole, as_of),
        "days_since_transaction": (as_of - every[-1].on).days,
        "breaks_12m": 0,
        "cash_rate_12m": rate(sum(abs(one.amount) for one in recent if one.is_cash), money_in + money_out),
    }


def _dressed(whole: Figures, as_of: date) -> int:
    return len([one for one in whole.month_ends if end_of_month(one.month) in month_ends(as_of)])


def end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _covered(spans: Sequence[Span], as_of: date) -> set[int]:
    """Rolling months of the last twelve in which some span has a day."""
    end, months = as_of + timedelta(days=1), set()
    for k in range(12):
        first, after = back(end, k + 1), back(end, k)
        if any(span[0] < after and span[1] >= first for span in spans):
            months.add(k)
    return months


def _balances(
    accounts: Mapping[str, Sequence[tuple[Span, Sequence[Transaction]]]],
    by_account: Mapping[str, Sequence[Transaction]],
    as_of: date,
) -> list[int]:
    found = []
    for end in month_ends(as_of):
        told = []
        for account, ones in by_account.items():
            if not any(first <= end <= last for (first, last), _ones in accounts[account]):
                continue
            closing = figures_from([one for one in ones if one.on <= end]).months
            known = [month.closing_balance for month in closing if month.closing_balance is not None]
            told += known[-1:]
        if told:
            found.append(sum(told))
    return found


SUMMARIES = {"": "", "cash": "现金存取", "charge": "手续费"}
"""What the bank writes, from which the marks are read: rows with the same words are the same rows."""


def a_transaction(first: date, last: date) -> st.SearchStrategy[Transaction]:
    return st.builds(
        lambda on, amount, balance, name, kind: Transaction(
            0,
            on,
            amount,
            balance,
            name,
            "",
            SUMMARIES[kind],
            is_charge=kind == "charge",
            is_cash=kind == "cash",
        ),
        st.dates(first, last),
        st.sampled_from([500, -500, 500, -500, 100, -100, 7, -7, 9_000, -8_000]),
        st.one_of(st.none(), st.integers(-300, 5_000)),
        st.sampled_from(["甲", "乙", "甲", ""]),
        st.sampled_from(["", "", "", "cash", "charge"]),
    )


@st.composite
def statements(draw: st.DrawFn) -> tuple[Span, list[Transaction]]:
    first = draw(st.dates(date(2025, 8, 1), date(2026, 10, 1)))
    last = first + timedelta(days=draw(st.integers(5, 150)))
    last = min(last, TODAY)
    ones = draw(st.lists(a_transaction(first, last), min_size=1, max_size=20))
    return (first, last), sorted(ones, key=lambda one: one.on)


def several(*, least: int, most: int) -> st.SearchStrategy[list[tuple[Span, list[Transaction]]]]:
    """Statements of one account; the same one handed in again would change nothing, so each comes once."""
    return st.lists(
        statements(), min_size=least, max_size=most, unique_by=lambda told: (told[0], tuple(told[1]))
    )


@pytest.fixture
def numbers() -> itertools.count[int]:
    return itertools.count(1)


@given(
    first=several(least=1, most=3),
    second=several(least=0, most=2),
    as_of=st.dates(TODAY, date(2027, 2, 28)),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_fact_equals_the_engines_own_figures(
    units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor, numbers: itertools.count[int],
    first: list[tuple[Span, list[Transaction]]], second: list[tuple[Span, list[Transaction]]], as_of: date,
) -> None:  # fmt: skip
    party = enrolled(f"试验企业{next(numbers)}", units, staff, now, actor)
    accounts = {"6222020200112233446": first, "6217000010012345670": second}
    for account, told in accounts.items():
        for span, ones in told:
            recorded(party, ones, actor=actor, at=now, account=account, period=span)
    [row] = ask_bank([party.pk], as_of=as_of).rows()
    assert {name.removeprefix("bank."): value for name, value in row.items()} == expected(accounts, as_of)


def test_facts_by_hand(firm: Party, actor: Actor, now: datetime) -> None:
    """A round trip, a dressed end of March, a break, cash; the year before counts for nothing."""
    ones = [
        moved("2025-11-01", 77_700, balance=77_700),
        moved("2026-03-05", 20_000, balance=97_700),
        moved("2026-03-30", 50_000, "乙公司", balance=147_700),
        moved("2026-04-02", -50_000, "乙公司", balance=97_700),
        moved("2026-08-31", -7_700, "", balance=90_000, is_cash=True),
    ]
    kept = statement_of(ones, [BalanceBreak(6, 91_000, 90_000)])
    recorded(firm, kept, actor=actor, at=now)
    row = ask_bank([firm.pk], as_of=TODAY).row(firm.pk)
    assert {name.removeprefix("bank."): value for name, value in row.items()} == {
        "inflow_12m": 70_000, "outflow_12m": 57_700, "inflow_net_12m": 20_000, "round_trips_12m": 1,
        "round_trip_rate_12m": 714_286, "months_covered_12m": 10, "month_end_balance_12m": 93_930,
        "month_end_balance_min_12m": 77_700, "top_payer_rate_12m": 714_286, "top_payee_rate_12m": 866_551,
        "window_dressing_months_12m": 1, "days_since_transaction": 81, "breaks_12m": 1, "cash_rate_12m": 60_298,
    }  # fmt: skip


def test_days_that_two_statements_cover_count_once(firm: Party, actor: Actor, now: datetime) -> None:
    half = [moved("2026-01-10", 100), moved("2026-03-20", 300)]
    again = [moved("2026-03-20", 300), moved("2026-05-01", 700)]
    recorded(firm, half, actor=actor, at=now)
    made = recorded(firm, again, actor=actor, at=now)
    assert [one.period_from for one in made.overlaps] == [date(2026, 1, 10)]
    assert ask_bank([firm.pk], as_of=TODAY).row(firm.pk)["bank.inflow_12m"] == 1_100
    assert counted(firm.pk, as_of=TODAY).count() == 3
    # The same days of another account are other money.
    recorded(firm, half, actor=actor, at=now, account="6217000010012345670")
    assert ask_bank([firm.pk], as_of=TODAY).row(firm.pk)["bank.inflow_12m"] == 1_500
    flows = flows_of(firm.pk, as_of=TODAY)
    assert flows is not None
    assert sum(month.money_in for month in flows.months) == 15


def test_money_that_goes_round_over_two_statements_is_found(firm: Party, actor: Actor, now: datetime) -> None:
    recorded(firm, [moved("2026-02-27", -100)], actor=actor, at=now)
    recorded(firm, [moved("2026-03-01", 100)], actor=actor, at=now)
    row = ask_bank([firm.pk], as_of=TODAY).row(firm.pk)
    assert (row["bank.round_trips_12m"], row["bank.inflow_net_12m"]) == (1, 0)


def test_an_earlier_day_knows_nothing_of_what_was_learned_or_taken_back_later(
    firm: Party, actor: Actor, now: datetime
) -> None:
    before = now - timedelta(days=30)
    first = recorded(firm, [moved("2026-09-01", 100)], actor=actor, at=before)
    recorded(firm, [moved("2026-09-02", 900)], actor=actor, at=now)
    withdraw_material(actor=actor, at=now, material=first.statement.material, reason="录错")

    def inflow(as_of: date) -> list[object]:
        return [row["bank.inflow_12m"] for row in ask_bank([firm.pk], as_of=as_of).rows()]

    assert inflow(TODAY - timedelta(days=31)) == []
    assert inflow(TODAY - timedelta(days=1)) == [100]
    assert inflow(TODAY) == [900]


def test_a_statement_that_was_refuted_counts_no_longer(
    firm: Party, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    first = recorded(firm, [moved("2026-08-01", 100)], actor=actor, at=now)
    recorded(firm, [moved("2026-09-01", 900)], actor=actor, at=now)
    found = VerificationDetails(VerificationMeans.SOURCE, Finding.REFUTED, "银行查无此流水")
    verify_material(
        actor=actors["wangfang"],
        at=now + timedelta(days=1),
        material=first.statement.material,
        details=found,
    )
    assert ask_bank([firm.pk], as_of=TODAY).row(firm.pk)["bank.inflow_12m"] == 1_000
    later = TODAY + timedelta(days=1)
    assert ask_bank([firm.pk], as_of=later).row(firm.pk)["bank.inflow_12m"] == 900
    assert [one.amount for one in counted(firm.pk, as_of=later)] == [9]


def test_facts_of_one_party_are_those_of_all_and_of_the_kind_the_catalogue_says(
    firm: Party, bank: Party, actor: Actor, now: datetime
) -> None:
    recorded(firm, [moved("2026-09-01", 100), moved("2026-09-03", -100)], actor=actor, at=now)
    recorded(bank, [moved("2026-10-01", 700, balance=700)], actor=actor, at=now)
    with CaptureQueriesContext(connection) as queries:
        whole = ask_bank(None, as_of=TODAY)
    assert len(queries) == 2  # who is merged into whom, and the answer
    assert whole.subjects == [firm.pk, bank.pk]
    for party in whole.subjects:
        assert ask_bank([party], as_of=TODAY).row(party) == whole.row(party)
    for fact in BANK_FACTS:
        check_column(fact, whole.columns[fact.name])
        assert fact.name in catalogue
