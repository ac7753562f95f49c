"""Relations as far as one sees: nothing is told through somebody out of sight, nor of another day or record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.http import QueryDict

from tests.networks import DAY, firm, person, share
from vouch.desk.forms import RelationFilter, day_looked_at
from vouch.desk.queries.falls import FallWanted, fall_of
from vouch.desk.queries.gatherings import gatherings
from vouch.desk.queries.relations import customer_named, relations_of
from vouch.desk.terms import Gathering
from vouch.desk.tests.conftest import SignedIn
from vouch.desk.tests.ties import answers_for, looked_after
from vouch.parties.models import Identifier, Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def test_a_guarantor_behind_somebody_out_of_sight_is_neither_counted_nor_drawn(
    staff: dict[str, User], actors: dict[str, Actor], signed_in: SignedIn
) -> None:
    debtor, near, far, further = (
        looked_after(firm(name), staff["liqiang"])
        for name in ("债务公司", "近处担保公司", "远处担保公司", "更远担保公司")
    )
    between = looked_after(firm("别人的机密公司"), staff["wuting"])
    for one, other in ((near, debtor), (between, debtor), (far, between), (further, far)):
        answers_for(one, other)
    narrow = fall_of(actors["liqiang"], debtor, FallWanted(as_of=DAY))
    assert [one.party.pk for one in narrow.rows] == [debtor.pk, near.pk]
    assert (narrow.guarantors, [one.source for one in narrow.links]) == (1, [near.pk])
    page = signed_in("liqiang").get(f"/customers/{debtor.pk}/fall/").content.decode()
    assert "近处担保公司" in page
    assert "远处" not in page
    wide = fall_of(actors["wangfang"], debtor, FallWanted(as_of=DAY))
    assert (wide.guarantors, len(wide.rows)) == (4, 5)


def test_a_group_is_not_formed_through_a_controller_out_of_sight(
    staff: dict[str, User], actors: dict[str, Actor], signed_in: SignedIn
) -> None:
    boss = looked_after(person("别人的老板"), staff["wuting"])
    one, other = (looked_after(firm(name), staff["liqiang"]) for name in ("甲机械公司", "乙机械公司"))
    top, below = (looked_after(firm(name), staff["liqiang"]) for name in ("丙投资公司", "丁贸易公司"))
    for held in (one, other):
        share(boss, held, "1")
    share(top, below, "1")
    narrow = gatherings(actors["liqiang"], Gathering.GROUPS, as_of=DAY).rows
    assert [(row.seen, row.hidden) for row in narrow] == [((top.pk, below.pk), 0)]
    wide = gatherings(actors["wangfang"], Gathering.GROUPS, as_of=DAY).rows
    assert {frozenset(row.seen) for row in wide} == {
        frozenset((boss.pk, one.pk, other.pk)),
        frozenset((top.pk, below.pk)),
    }
    client = signed_in("liqiang")
    panel = client.get(f"/customers/{one.pk}/relations/").content.decode()
    assert "乙机械公司" not in panel
    for path in ("badges/", "card/"):
        said = client.get(f"/customers/{one.pk}/{path}").content.decode()
        assert "1 户无权查看，未计入合计" in said
        assert "未计入合计" not in signed_in("wangfang").get(f"/customers/{one.pk}/{path}").content.decode()


def test_a_share_is_not_looked_through_somebody_out_of_sight(
    staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    top, customer = (looked_after(firm(), staff["liqiang"]) for _ in range(2))
    hidden = looked_after(firm(), staff["wuting"])
    share(top, hidden, "1")
    share(hidden, customer, "1")
    (narrow,) = relations_of(actors["liqiang"], customer, as_of=DAY).holders
    assert (narrow.party, narrow.count) == (None, 1)
    wide = relations_of(actors["wangfang"], customer, as_of=DAY).holders
    assert {one.party for one in wide} == {top, hidden}


def test_an_inspection_looks_at_no_day_before_its_period(actors: dict[str, Actor]) -> None:
    period = (date(2026, 3, 1), date(2026, 6, 30))
    inspector = replace(actors["wangfang"], period=period)
    for said, day in (("2026-01-05", period[0]), ("2026-04-01", date(2026, 4, 1)), ("", period[1])):
        form = RelationFilter(inspector, QueryDict(f"day={said}"), last=period[1])
        assert form.wanted().as_of == day
    assert day_looked_at(date(2026, 1, 5), actor=inspector, last=period[1]) == period[0]
    assert day_looked_at(date(2026, 1, 5), actor=actors["wangfang"], last=DAY) == date(2026, 1, 5)


def test_a_merged_record_is_named_by_its_number_its_code_and_its_name(actors: dict[str, Actor]) -> None:
    stays, goes, other = firm("现名公司"), firm("旧名公司"), firm("另一公司")
    with writing():
        Party.objects.filter(pk=goes.pk).update(canonical=stays)
        Identifier.objects.create(party=goes, kind=IdentifierKind.OLD_NUMBER, value="3202112107499")
    for text in (goes.number, "3202112107499", "旧名公司", stays.number, "现名公司"):
        assert customer_named(actors["wangfang"], text) == [stays], text
    assert customer_named(actors["wangfang"], other.number) == [other]
    assert customer_named(actors["liqiang"], goes.number) == []
