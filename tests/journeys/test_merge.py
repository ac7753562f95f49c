"""Two records of one firm, merged: facts, consent, grade, lists and pages are those of one customer, until it is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.book import AS_OF, Trade, invoices_for, judge
from vouch.customers.actions import record_invoices
from vouch.customers.queries import consenting
from vouch.customers.terms import Purpose
from vouch.customers.tests.scene import granted, told
from vouch.desk.queries.customers import Wanted, customers
from vouch.engine import facts
from vouch.engine.facts import catalogue
from vouch.grading.models import Standing
from vouch.grading.queries import assessable, book
from vouch.grading.tasks import reassess
from vouch.parties.actions import (
    EnterpriseDetails,
    Named,
    Registration,
    ShareholderLine,
    add_edges,
    merge_parties,
    register_enterprise,
    undo_merge,
)
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
NAMES = [fact.name for fact in catalogue if not catalogue.is_guarded(fact.name)]


@pytest.fixture
def firms(staff: dict[str, User], units: dict[str, Unit], actor: Actor, now: datetime) -> Sequence[Party]:
    """The record that stays, the one that goes, and one firm that has everything which those two have together."""
    made = []
    for number, name in enumerate(("青禾精密有限公司", "青禾精密", "全部在一户有限公司")):
        manager = staff["liqiang" if number != 1 else "wuting"]
        details = EnterpriseDetails(name=name, established_on=date(2015, 1, 1), province="江苏")
        registration = Registration(details, manager=manager)
        made.append(register_enterprise(actor=actor, at=now, unit=manager.unit, registration=registration))
    stays, goes, whole = made
    trade = list(invoices_for(stays, Trade(90_000, 3, months=18)))
    # The later half is in one record, the earlier in the other, and twelve are in both.
    for party, invoices in ((stays, trade[:60]), (goes, trade[48:]), (whole, trade)):
        rows = [one._replace(party_id=party.pk) for one in invoices]
        record_invoices(actor=actor, at=now, party_id=party.pk, invoices=rows)
    before, latest = (
        {"revenue": 40_000_000, "total_assets": 90_000_000},
        {"revenue": 52_000_000, "total_assets": 95_000_000},
    )
    for party, years in ((stays, (2024,)), (goes, (2025,)), (whole, (2024, 2025))):
        for year in years:
            told(party, year, before if year == 2024 else latest, at=now)
    for party in made:
        line = ShareholderLine(who=Named("李某"), rate=Decimal("0.6"))
        add_edges(actor=actor, at=now, party=party, lines=[line])
    return made


def said(pks: Sequence[int], *, as_of: date) -> Mapping[int, Mapping[str, Any]]:
    frame = catalogue.ask(NAMES, pks, as_of=as_of)
    return {pk: frame.row(pk) for pk in pks}


@pytest.mark.parametrize("as_of", [AS_OF, TODAY])
def test_every_fact_of_both_is_that_of_one_firm_with_all_of_it(
    firms: Sequence[Party], actor: Actor, now: datetime, as_of: date
) -> None:
    stays, goes, whole = firms
    pks = [one.pk for one in firms]
    apart = said(pks, as_of=as_of)
    assert apart[stays.pk] != apart[whole.pk] != apart[goes.pk]
    merge_parties(actor=actor, at=now, party=goes, canonical=stays)
    together = said(pks, as_of=as_of)
    assert together[stays.pk] == together[whole.pk] == apart[whole.pk]
    assert set(together[goes.pk].values()) == {None}
    everybody = catalogue.ask(NAMES, None, as_of=as_of)
    assert goes.pk not in everybody.subjects
    assert everybody.row(stays.pk) == together[stays.pk]
    undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="不是")
    assert said(pks, as_of=as_of) == apart


def test_the_judgement_the_lists_and_consent_are_those_of_one_customer(
    firms: Sequence[Party], actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    stays, goes, whole = firms
    judge(now=now)
    granted(goes, at=now - timedelta(days=1), actor=actor)
    review = facts.Purpose(code=Purpose.REVIEW, at=now)
    assert consenting([stays.pk], purpose=review) == set()
    score = dict(Standing.objects.values_list("party", "score"))
    chief = actors["chenjing"]
    total = book(chief).total
    merge_parties(actor=actor, at=now, party=goes, canonical=stays)
    reassess(str(stays.pk))
    assert Standing.objects.get(party=stays).score == score[whole.pk] != score[stays.pk]
    assert Standing.objects.get(party=goes).score == score[goes.pk]
    assert consenting([stays.pk], purpose=review) == {stays.pk} == consenting(None, purpose=review)
    assert book(chief).total == total - 1
    assert goes not in assessable()
    # By either name, one row; and the manager of the record that went sees the customer.
    for text in ("青禾精密有限公司", goes.number):
        assert list(customers(chief, Wanted(text=text))) == [stays]
    assert list(customers(actors["wuting"], Wanted())) == [stays]
    undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="不是")
    reassess(str(stays.pk))
    reassess(str(goes.pk))
    assert dict(Standing.objects.values_list("party", "score")) == score
    assert consenting(None, purpose=review) == {goes.pk}


def test_a_merged_record_leads_to_the_customer_who_shows_it(
    client: Client, firms: Sequence[Party], actor: Actor, staff: dict[str, User], now: datetime
) -> None:
    stays, goes, _whole = firms
    merge_parties(actor=actor, at=now, party=goes, canonical=stays, reason="同一户")
    client.force_login(staff["wangfang"])
    answer = client.get(reverse("desk:customer", args=[goes.pk]), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("desk:customer", args=[stays.pk]), 302)]
    assert f"{goes.number} {goes.name} 已并入本客户" in page
    assert "本客户的其他记录" in page
    own = client.get(reverse("desk:customer_panel", args=[goes.pk, "identity"])).content.decode()
    assert "本记录已并入客户" in own
    assert reverse("parties:correct", args=[goes.pk]) not in own
    assert client.post(reverse("desk:reassess", args=[goes.pk])).status_code == 403
