"""The register as people read it: totals, pivots, filters, scope, pages; and the facts that it answers."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from vouch.business.facts import FACTS
from vouch.business.models import Guarantee, GuaranteeVersion
from vouch.business.queries import Wanted, due_months, pivot, register, totals
from vouch.business.queries.pivot import MOST_COLUMNS, OTHERS
from vouch.business.terms import Dimension, FiveClass, GuaranteeState, Measure
from vouch.business.tests.conftest import Load
from vouch.business.tests.ledgers import NOVEMBER, OCTOBER
from vouch.engine.facts import catalogue
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db
NAMES = [fact.name for fact in FACTS]


def invented(firms: list[Party], *, seed: int, count: int, now: datetime) -> list[Guarantee]:
    """A random book, straight into the tables."""
    chance = random.Random(seed)  # noqa: S311 - a book, not a key
    made = []
    for place in range(count):
        state = chance.choice(["in_force"] * 4 + ["released", "claimed"])
        contract = Decimal(chance.randrange(1, 10**9)) / 100
        counted = date(2024, 1, 1) + timedelta(days=chance.randrange(900))
        made.append(
            Guarantee(
                number=f"S{seed}-{place}",
                party=chance.choice(firms),
                kind=chance.choice(["loan", "bond", "other", "non_financing"]),
                product=chance.choice(["甲贷", "乙贷", ""]),
                bank=chance.choice([f"银行{n}" for n in range(20)]),
                contract_amount=contract,
                debt_balance=contract if state == "in_force" else 0,
                share_rate=Decimal(chance.choice(["1", "0.8", "0.6", "0.333333"])),
                counted_on=counted,
                due_on=chance.choice([None, counted + timedelta(days=chance.randrange(700))]),
                overdue_days=chance.choice([0, 0, 5, 45, 200]) if state == "in_force" else 0,
                overdue_amount=0,
                five_class=chance.choice(list(FiveClass)),
                state=state,
                released_on=counted + timedelta(days=5) if state == "released" else None,
                as_of=timezone.localdate(now),
                recorded_at=now,
                updated_at=now,
            )
        )
    with writing():
        Guarantee.objects.bulk_create(made)
    return list(Guarantee.objects.order_by("pk"))


@pytest.mark.parametrize("measure", Measure)
def test_every_pivot_equals_the_sum_of_its_rows(
    firms: list[Party], actors: dict[str, Actor], now: datetime, measure: Measure
) -> None:
    book = invented(firms, seed=7, count=150, now=now)
    rows = register(actors["wangfang"], Wanted())
    sums = totals(rows)
    assert sums.balance == sum(one.balance for one in book)
    assert sums.count == len(book)
    for down in Dimension:
        for across in (None, Dimension.BANK, Dimension.STATE):
            found = pivot(rows, down=down, across=across, measure=measure)
            if measure is Measure.CUSTOMERS:
                assert found.total == sums.customers
                continue
            whole = {"count": sums.count}.get(measure, getattr(sums, measure, None))
            assert found.total == whole
            assert sum(line.total or 0 for line in found.lines) == whole
            if found.across:
                assert sum(top or 0 for top in found.totals) == whole
                for line in found.lines:
                    assert sum(one or 0 for one in line.figures) == line.total
                for place, top in enumerate(found.totals):
                    assert sum(line.figures[place] or 0 for line in found.lines) == top
    banks = pivot(rows, down=Dimension.STATE, across=Dimension.BANK, measure=Measure.COUNT)
    assert banks.columns[-1] == (OTHERS, "其余 8 项")


@pytest.mark.parametrize("measure", Measure)
def test_a_pivot_is_one_question_whatever_it_is_counted_by(
    firms: list[Party], actors: dict[str, Actor], now: datetime, measure: Measure
) -> None:
    rows = register(actors["wangfang"], Wanted())
    for count in (1, 90):
        invented(firms, seed=count, count=count, now=now)
        for down in Dimension:
            with CaptureQueriesContext(connection) as asked:
                pivot(rows, down=down, across=Dimension.FIVE_CLASS, measure=measure)
            assert len(asked) == 1, down


def test_a_pivot_equals_the_same_counted_by_hand(
    firms: list[Party], actors: dict[str, Actor], now: datetime
) -> None:
    book = [one for one in invented(firms, seed=9, count=400, now=now) if one.state == "in_force"]
    found = pivot(
        register(actors["wangfang"], Wanted(state="in_force")),
        down=Dimension.BANK,
        across=Dimension.DUE_MONTH,
        measure=Measure.CUSTOMERS,
    )
    holders: dict[tuple[str | None, str | None], set[int]] = defaultdict(set)
    for one in book:
        month = one.due_on.strftime("%Y-%m") if one.due_on else ""
        for key in ((None, None), (one.bank, None), (None, month), (one.bank, month)):
            holders[key].add(one.party_id)
    assert found.total == len(holders[None, None])
    by_size = sorted({one.bank for one in book}, key=lambda bank: (-len(holders[bank, None]), bank))
    assert [line.key for line in found.lines] == by_size
    months = {month for bank, month in holders if bank is None and month is not None}
    most = sorted(months, key=lambda month: (-len(holders[None, month]), month))[:MOST_COLUMNS]
    assert [key for key, _title in found.columns] == [*sorted(most), OTHERS]
    assert found.columns[0] == ("", "（未登记）")
    for line in found.lines:
        assert line.total == len(holders[line.key, None])
        counted = [len(holders[line.key, month]) or None for month in sorted(most)]
        assert list(line.figures) == [*counted, None]


def test_whoever_sees_nobody_gets_an_empty_pivot(load: Load, firms: list[Party]) -> None:
    load("guarantees", OCTOBER)
    nobody = Actor(id="key:1", label="", user_id=None, roles=frozenset(), scope="own")
    found = pivot(register(nobody, Wanted()), down=Dimension.BANK, across=Dimension.STATE)
    assert (found.lines, found.totals, found.total) == ([], [], 0)


def test_a_filter_cuts_the_register_and_its_totals_alike(
    load: Load, firms: list[Party], actors: dict[str, Actor]
) -> None:
    load("guarantees", OCTOBER)
    seen = actors["wangfang"]

    def numbers(**wanted: Any) -> list[str]:
        return sorted(register(seen, Wanted(**wanted)).values_list("number", flat=True))

    assert numbers(bank="江州银行", state="in_force") == ["DB001", "DB004"]
    assert numbers(text="甲有限") == ["DB001", "DB002"]
    assert numbers(text="db00") == ["DB001", "DB002", "DB003", "DB004"]
    assert numbers(industry="C") == ["DB001", "DB002"]
    assert numbers(is_overdue=True) == ["DB002", "DB004"]
    assert numbers(due_since=date(2026, 11, 20), due_until=date(2026, 12, 1)) == ["DB002", "DB004"]
    assert numbers(unit_id=firms[2].assignments.get().unit_id) == ["DB004"]
    assert [(month.month, count) for month, count, _sum in due_months(register(seen, Wanted()))] == [
        (11, 1),
        (12, 1),
        (1, 1),
    ]


def test_each_sees_the_guarantees_of_their_customers(
    load: Load, firms: list[Party], actors: dict[str, Actor]
) -> None:
    load("guarantees", OCTOBER)
    seen = {
        name: sorted(register(actors[name], Wanted()).values_list("number", flat=True))
        for name in ("liqiang", "wuting", "wangfang")
    }
    assert seen["wuting"] == ["DB004"]
    assert seen["liqiang"] == ["DB001", "DB002", "DB003"]
    assert len(seen["wangfang"]) == 4


def test_facts_are_what_was_known_on_the_day(load: Load, firms: list[Party], now: datetime) -> None:
    load("guarantees", OCTOBER, at=now - timedelta(days=15))
    load("guarantees", NOVEMBER, at=now)
    load("claims", "业务编号,代偿日,代偿本金,利息\nDB004,2026-11-10,100万,1.5\n", at=now)
    load("recoveries", "业务编号,回收日,回收金额\nDB004,2026-11-15,20万\n", at=now)
    today = timezone.localdate(now)
    frame = catalogue.ask(NAMES, None, as_of=today)
    first = frame.row(firms[0].pk)
    assert first["book.balance"] == 2_000_000_00 + 1_000_000_00
    assert (first["book.overdue_days"], first["book.worst_class"]) == (65, "次级")
    with translation.override("en"):
        assert catalogue.ask(NAMES, None, as_of=today).row(firms[0].pk) == first, (
            "the reader's language changes no fact"
        )
    assert first["book.days_to_due"] == (date(2026, 12, 1) - today).days
    rates = Guarantee.objects.filter(party=firms[0], state="in_force").values_list("debt_balance", "fee_rate")
    fees = sum((round(debt * (rate or 0), 2) for debt, rate in rates), Decimal(0))
    assert first["book.yearly_fee"] == int(fees * 100) > 0
    began = first["book.first_counted_on"]
    assert isinstance(began, date)
    whole = today.year - began.year - ((today.month, today.day) < (began.month, began.day))
    assert first["book.years"] == whole
    third = frame.row(firms[2].pk)
    assert (third["book.claims_paid"], third["book.claims_open"]) == (1_000_001_50, 800_001_50)
    before = catalogue.ask(NAMES, [firms[0].pk, firms[2].pk], as_of=today - timedelta(days=2))
    assert before.row(firms[0].pk)["book.balance"] == 2_400_000_01 + 1_000_000_00, (
        "November was learned later"
    )
    assert before.row(firms[2].pk)["book.claims_paid"] == 0
    nothing = catalogue.ask(NAMES, [firms[0].pk], as_of=today - timedelta(days=60))
    assert set(nothing.row(firms[0].pk).values()) == {None}


def test_the_facts_of_one_are_those_of_all_and_of_an_independent_sum(
    firms: list[Party], now: datetime
) -> None:
    book = invented(firms, seed=11, count=120, now=now)
    with writing():
        GuaranteeVersion.objects.bulk_create(
            GuaranteeVersion(
                guarantee=one,
                known_at=now,
                **{
                    name: getattr(one, name)
                    for name in (
                        *("as_of", "state", "debt_balance", "overdue_amount", "overdue_days", "five_class"),
                        *("due_on", "released_on", "share_rate"),
                    )
                },
            )
            for one in book
        )
    today = timezone.localdate(now)
    frame = catalogue.ask(NAMES, None, as_of=today)
    expected: dict[int, dict[str, Any]] = defaultdict(lambda: {"balance": 0, "days": 0, "worst": -1})
    order = list(FiveClass)
    for one in book:
        if one.state == GuaranteeState.IN_FORCE:
            sums = expected[one.party_id]
            share = (one.debt_balance * one.share_rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
            sums["balance"] += int(share * 100)
            sums["days"] = max(sums["days"], one.overdue_days)
            if one.five_class != FiveClass.UNCLASSED:
                sums["worst"] = max(sums["worst"], order.index(FiveClass(one.five_class)))
    for party in firms:
        row = frame.row(party.pk)
        assert row["book.balance"] == expected[party.pk]["balance"]
        assert row["book.overdue_days"] == expected[party.pk]["days"]
        assert row["book.worst_class"] == str(order[expected[party.pk]["worst"]].label)
        assert catalogue.ask(NAMES, [party.pk], as_of=today).row(party.pk) == row


def test_pages_open_filter_pivot_and_export(
    client: Client, load: Load, firms: list[Party], staff: dict[str, User]
) -> None:
    load("guarantees", OCTOBER)
    load("claims", "业务编号,代偿日,代偿本金\nDB004,2026-11-10,100万\n")
    client.force_login(staff["wangfang"])
    page = client.get(reverse("business:register")).content.decode()
    assert "1,140.00" in page, "240.00 + 100.00 + 800.00 万元"
    assert "DB003" not in page, "it opens with what is in force"
    everything = client.get(reverse("business:register"), {"state": "all"}).content.decode()
    assert "DB003" in everything
    shown = client.get(reverse("business:register"), {"bank": "海州银行"}).content.decode()
    assert "DB002" in shown
    assert "DB001" not in shown
    table = client.get(
        reverse("business:pivot"), {"down": "bank", "across": "five_class", "measure": "count"}
    )
    assert "江州银行" in table.content.decode()
    sent = b"".join(client.get(reverse("business:pivot"), {"down": "bank", "export": "csv"})).decode(
        "utf-8-sig"
    )
    assert sent.splitlines()[-1].startswith("合计")
    assert "2026-11" in client.get(reverse("business:due")).content.decode()
    assert "100.00" in client.get(reverse("business:claims")).content.decode()
    one = Guarantee.objects.get(number="DB003")
    assert "2026-05-20" in client.get(one.get_absolute_url()).content.decode()
    client.force_login(staff["wuting"])
    assert client.get(one.get_absolute_url()).status_code == 404
    client.force_login(staff["zhoujie"])
    assert client.get(reverse("business:register")).status_code == 403


def test_the_register_asks_as_often_for_one_row_as_for_fifty(
    client: Client, firms: list[Party], staff: dict[str, User], now: datetime
) -> None:
    client.force_login(staff["wangfang"])
    invented(firms, seed=1, count=1, now=now)
    client.get(reverse("business:register"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("business:register"))
    invented(firms, seed=2, count=60, now=now)
    with CaptureQueriesContext(connection) as fifty:
        client.get(reverse("business:register"), {"size": 50})
    assert len(one) == len(fifty)


def test_the_register_counts_and_sorts_without_the_names_that_it_shows(
    client: Client, firms: list[Party], staff: dict[str, User], now: datetime
) -> None:
    """What a page's rows show besides is joined for these rows, not for the whole book."""
    client.force_login(staff["wangfang"])
    invented(firms, seed=3, count=60, now=now)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("business:register"), {"sort": "-unit_name", "size": "50"})
        client.get(reverse("business:register"), {"size": "50", "page": "2"})
    assert "营业" in page.content.decode() or "业务" in page.content.decode()
    joined = [
        one["sql"] for one in asked if "identity_user" in one["sql"] and "business_guarantee" in one["sql"]
    ]
    assert all(" IN (" in one for one in joined)
    assert len(joined) == 2, "the rows of each page, by their keys"
