"""Facts of financial statements: against the engine's own ratios on random statements, and as of earlier days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import VerificationDetails, verify_material, withdraw_material
from vouch.customers.facts.finance import FACTS, ask_finance
from vouch.customers.queries.claims import BEYOND
from vouch.customers.terms import Basis, Finding, PeriodKind, VerificationMeans
from vouch.customers.tests.scene import SYSTEM, told
from vouch.engine.facts import check_column
from vouch.engine.financials.checks import imbalances
from vouch.engine.financials.lines import LINES
from vouch.engine.financials.ratios import ratios
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

Enrol = Callable[[], Party]
TRUST = [Basis.VERIFIED, Basis.AUDIT, Basis.TAX, Basis.DECLARED]


class Handed(NamedTuple):
    """One set of statements as a test hands it in: a year, a basis, this year's and last year's column."""

    year: int
    basis: Basis
    now: dict[str, int]
    before: dict[str, int]


@pytest.fixture
def enrol(head_office: Unit, actor: Actor, now: datetime) -> Enrol:
    numbers = count(1)

    def make() -> Party:
        registration = Registration(EnterpriseDetails(name=f"报表企业{next(numbers)}"))
        return register_enterprise(actor=actor, at=now, unit=head_office, registration=registration)

    return make


def half_away(value: Fraction) -> int:
    """四舍五入, apart from the SQL."""
    whole, rest = divmod(abs(value), 1)
    return (int(whole) + (rest >= Fraction(1, 2))) * (1 if value >= 0 else -1)


def expected(handed: Sequence[Handed]) -> dict[str, object]:
    """The facts in plain Python: which statement counts, and the engine's ratios of it."""
    in_force = {(one.year, one.basis): one for one in handed}
    found: dict[int, list[tuple[Basis, bool, dict[str, int], int]]] = {}
    for place, one in enumerate(in_force.values()):
        for year, amounts, is_former in ((one.year, one.now, False), (one.year - 1, one.before, True)):
            if amounts:
                found.setdefault(year, []).append((one.basis, is_former, amounts, -place))
    latest = max(found)
    basis, _former, now, _ = min(found[latest], key=lambda one: (TRUST.index(one[0]), one[1], one[3]))
    earlier = sorted(
        found.get(latest - 1, []), key=lambda one: (one[0] != basis, TRUST.index(one[0]), one[1], one[3])
    )
    before = earlier[0][2] if earlier else None
    facts: dict[str, object] = {}
    for code, ratio in ratios(now, before=before).items():
        scale = 1 if ratio.unit == "天" else 1_000_000
        is_kept = ratio.value is not None and abs(ratio.value) < BEYOND
        facts[code] = half_away(ratio.value * scale) if is_kept and ratio.value is not None else None
    for code in ("revenue", "net_profit", "total_assets", "equity", "operating_cash", "cash"):
        facts[code] = now.get(code)
    for code in ("revenue", "equity"):
        facts[f"{code}_before"] = (before or {}).get(code)
    return facts | {
        "year_end_on": date(latest, 12, 31),
        "basis": str(basis),
        "is_balanced": not imbalances(now),
        "year_count": len(found),
    }


def shortened(row: Mapping[str, object]) -> dict[str, object]:
    return {name.removeprefix("finance."): value for name, value in row.items()}


AMOUNTS = st.dictionaries(
    st.sampled_from(sorted(LINES)),
    st.one_of(st.integers(-(10**6), 10**10), st.sampled_from([0, 1, 333])),
    min_size=20,
)
STATEMENTS = st.lists(
    st.builds(
        Handed,
        st.integers(2022, 2025),
        st.sampled_from(TRUST),
        AMOUNTS,
        st.one_of(st.just({}), AMOUNTS),
    ),
    min_size=1,
    max_size=3,
)


@given(handed=STATEMENTS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_fact_equals_the_engines_ratios_of_the_statement_that_counts(
    enrol: Enrol, now: datetime, handed: list[Handed]
) -> None:
    firm = enrol()
    for place, one in enumerate(handed):
        at = now + timedelta(minutes=place)
        told(firm, one.year, one.now, before=one.before, basis=one.basis, at=at)
    # One of the same year and basis takes the former's place, and is then the latest known.
    kept = [
        one
        for place, one in enumerate(handed)
        if (one.year, one.basis) not in {(later.year, later.basis) for later in handed[place + 1 :]}
    ]
    wanted = expected(kept)
    row = shortened(ask_finance([firm.pk], as_of=timezone.localdate(now)).row(firm.pk))
    assert {name: row[name] for name in wanted} == wanted


YEAR = {
    "cash": 20_000_000, "receivables": 30_000_000, "prepayments": 2_000_000, "inventories": 28_000_000, "current_assets": 80_000_000,
    "noncurrent_assets": 120_000_000, "total_assets": 200_000_000, "short_borrowings": 30_000_000,
    "current_liabilities": 50_000_000, "noncurrent_liabilities": 40_000_000, "total_liabilities": 90_000_000, "equity": 110_000_000,
    "revenue": 360_000_000, "cost": 270_000_000, "finance_expenses": 4_500_000, "total_profit": 24_000_000, "income_tax": 6_000_000, "net_profit": 18_000_000,
}  # fmt: skip
BEFORE = {"receivables": 26_000_000, "inventories": 32_000_000, "equity": 90_000_000, "revenue": 300_000_000}


def test_facts_by_hand(enrol: Enrol, now: datetime) -> None:
    firm = enrol()
    told(firm, 2025, YEAR, before=BEFORE, at=now)
    row = shortened(ask_finance([firm.pk], as_of=date(2026, 11, 20)).row(firm.pk))
    # Worked out on paper: 90/200, 80/50, (80−28−2)/50, (24+4.5)/4.5, 90/360, (30+26)/2×360/360, (28+32)/2×360/270, 60/300
    by_hand = {
        "debt_ratio": 450_000, "current_ratio": 1_600_000, "quick_ratio": 1_000_000, "interest_cover": 6_333_333,
        "gross_margin": 250_000, "net_margin": 50_000, "receivable_days": 28, "inventory_days": 40, "revenue_growth": 200_000,
        "equity_growth": 222_222, "revenue": 360_000_000, "revenue_before": 300_000_000, "interest_bearing_debt": 30_000_000,
        "profit_growth": None, "operating_cash": None, "is_balanced": True, "year_count": 2, "months_since_latest": 10,
        "basis": "declared", "year_end_on": date(2025, 12, 31),
    }  # fmt: skip
    assert {name: row[name] for name in by_hand} == by_hand


def test_an_earlier_day_knows_nothing_of_what_came_later(enrol: Enrol, now: datetime) -> None:
    firm = enrol()
    day = timezone.localdate(now)
    told(firm, 2024, {"revenue": 100}, at=now - timedelta(days=30))
    first = told(firm, 2025, {"revenue": 200}, at=now - timedelta(days=20))
    verified = told(firm, 2025, {"revenue": 300}, basis=Basis.VERIFIED, at=now - timedelta(days=10))
    refuted = VerificationDetails(VerificationMeans.SOURCE, Finding.REFUTED)
    verify_material(actor=SYSTEM, at=now - timedelta(days=5), material=verified.material, details=refuted)
    withdraw_material(actor=SYSTEM, at=now, material=first.material, reason="录错")

    def revenue(back: int) -> object:
        frame = ask_finance([firm.pk], as_of=day - timedelta(days=back))
        return frame.row(firm.pk)["finance.revenue"] if frame.subjects else "nothing"

    assert revenue(31) == "nothing"
    assert revenue(30) == 100
    assert revenue(20) == 200
    assert revenue(10) == 300, "核实 counts before 申报"
    assert revenue(5) == 200, "what was found untrue does not count from then on"
    assert revenue(0) == 100, "and what was withdrawn neither"


def test_within_a_year_the_earlier_column_is_an_opening_balance_and_a_year_ago(
    enrol: Enrol, now: datetime
) -> None:
    firm = enrol()
    amounts = {"revenue": 500, "total_assets": 900}
    period: dict[str, Any] = {"kind": PeriodKind.QUARTER, "ends_on": date(2026, 9, 30), "months": 9}
    statement = told(firm, 2026, amounts, before={"revenue": 400, "total_assets": 800}, at=now, **period)
    periods = statement.periods.order_by("ends_on").values_list("kind", "ends_on", "months", "is_former")
    assert list(periods) == [
        ("quarter", date(2025, 9, 30), 9, True),
        ("year", date(2025, 12, 31), 0, True),
        ("quarter", date(2026, 9, 30), 9, False),
    ]
    for day, months in ((date(2026, 11, 29), 1), (date(2026, 11, 30), 2)):
        row = shortened(ask_finance([firm.pk], as_of=day).row(firm.pk))
        assert (row["year_count"], row["months_since_latest"], row["revenue"]) == (0, months, None)


def test_one_and_all_are_asked_with_one_query_and_agree(enrol: Enrol, now: datetime) -> None:
    firms = [enrol() for _ in range(4)]
    for place, firm in enumerate(firms[:3]):
        told(firm, 2025, YEAR | {"revenue": 10**8 + place}, at=now)
    day = timezone.localdate(now)
    with CaptureQueriesContext(connection) as asked:
        whole = ask_finance(None, as_of=day)
    assert len(asked) == 2  # who is merged into whom, and the answer
    assert whole.subjects == [firm.pk for firm in firms[:3]]
    for firm in firms[:3]:
        assert ask_finance([firm.pk], as_of=day).row(firm.pk) == whole.row(firm.pk)
    for fact in FACTS:
        check_column(fact, whole.columns[fact.name])
        assert fact.title, fact.name
        assert fact.missing, fact.name


def test_a_quotient_that_no_rate_holds_is_missing(enrol: Enrol, now: datetime) -> None:
    firm = enrol()
    told(firm, 2025, {"total_liabilities": 10**16, "total_assets": 1}, at=now)
    assert ask_finance(None, as_of=timezone.localdate(now)).row(firm.pk)["finance.debt_ratio"] is None
