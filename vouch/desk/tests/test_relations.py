"""How customers hang together, as pages show it: the map, the way, groups and what they come to, circles, who falls."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.networks import DAY, control, firm, kin, person, share
from vouch.desk.forms import RelationFilter
from vouch.desk.queries.falls import FallWanted, fall_of
from vouch.desk.queries.gatherings import gatherings, named
from vouch.desk.queries.relations import MapWanted, group_of, relation_map
from vouch.desk.terms import Fate, Gathering
from vouch.desk.tests.conftest import SignedIn
from vouch.desk.tests.ties import answers_for, guaranteed, looked_after
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import affiliates_of
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


yuan = Decimal


Ring = Callable[[int], list[Party]]


@pytest.fixture
def ring(staff: dict[str, User]) -> Ring:
    """So many firms of 李强's, each answering for the next, the last for the first."""

    def made(count: int) -> list[Party]:
        firms = [looked_after(firm(f"环{count}之{place}公司"), staff["liqiang"]) for place in range(count)]
        for one, other in zip(firms, [*firms[1:], firms[0]], strict=True):
            answers_for(one, other)
        return firms

    return made


@pytest.mark.parametrize("seed", range(6))
def test_what_a_group_comes_to_is_the_sum_over_its_members(seed: int, actor: Actor) -> None:
    dice = random.Random(seed)  # noqa: S311 - invented data, no secret
    firms, people = [firm() for _ in range(14)], [person() for _ in range(6)]
    owed: dict[int, int] = dict.fromkeys((one.pk for one in (*firms, *people)), 0)
    for one in (*firms, *people):
        for _ in range(dice.choice((0, 1, 1, 2))):
            amount = dice.randint(1, 10**9)
            guaranteed(one, amount)
            owed[one.pk] += amount
    for one in firms:
        holder = dice.choice([other for other in (*firms, *people) if other is not one])
        share(holder, one, dice.choice(("0.3", "0.5", "0.51", "1")))
    control(people[0], firms[0])
    kin(people[0], people[1])
    found = gatherings(actor, Gathering.GROUPS, as_of=DAY).rows
    assert found
    for row in found:
        assert row.balance == sum(owed[pk] for pk in row.seen)
    for one in (*firms, *people):
        group = group_of(actor, one, as_of=DAY)
        members = {one.pk, *(other.party_id for other in affiliates_of(one.pk, as_of=DAY))}
        assert group.balance == sum(owed[pk] for pk in members)
        assert group.own == owed[one.pk]


def test_somebody_out_of_sight_is_a_number_and_counts_in_sums_only_for_whoever_may_see_them(
    staff: dict[str, User], actors: dict[str, Actor], signed_in: SignedIn
) -> None:
    boss = person("控制人张某")
    mine = looked_after(firm("我的公司"), staff["liqiang"])
    theirs = looked_after(firm("别人的机密公司"), staff["wuting"])
    for one, balance in ((mine, 100), (theirs, 900)):
        share(boss, one, "1")
        guaranteed(one, balance)
    looked_after(boss, staff["liqiang"])
    narrow, wide = (group_of(actors[name], mine, as_of=DAY) for name in ("liqiang", "wangfang"))
    assert (narrow.hidden, narrow.size, narrow.balance, narrow.whole) == (1, 2, yuan(100), None)
    assert (wide.hidden, wide.size, wide.balance) == (0, 2, yuan(1000))
    client = signed_in("liqiang")
    for path in ("relations/", "map/", "card/", "badges/", "fall/", "guarantees/"):
        said = client.get(f"/customers/{mine.pk}/{path}").content.decode()
        assert "机密" not in said
        assert "0.10" not in said
    assert "1 个无权查看的主体" in client.get(f"/customers/{mine.pk}/relations/").content.decode()
    assert "1 个无权查看的主体" in client.get(f"/customers/{mine.pk}/map/").content.decode()
    assert client.get(f"/customers/{theirs.pk}/map/").status_code == 404


def test_the_map_shows_every_kind_its_rows_as_a_table_and_the_way(
    signed_in: SignedIn, staff: dict[str, User], ring: Ring
) -> None:
    firms = ring(3)
    boss, far = person("老张"), firm("远处公司")
    share(boss, firms[2], "0.6")
    share(boss, far, "0.3")
    client = signed_in("wangfang")
    page = client.get(f"/customers/{firms[0].pk}/map/", {"steps": "1"}).content.decode()
    assert "3 个主体，3 条关系" in page
    found = client.get(f"/customers/{firms[0].pk}/map/", {"to": "远处公司"})
    said = found.content.decode()
    assert "最短路径" in said
    assert [one.name for one in found.context["map"].way] == [
        firms[0].name,
        firms[2].name,
        "老张",
        "远处公司",
    ]
    alone = client.get(f"/customers/{firms[0].pk}/map/", {"kinds": "guarantee", "to": far.number})
    assert "没有到 远处公司 的路径" in alone.content.decode()
    rows = client.get(f"/customers/{firms[0].pk}/map/", {"export": "csv", "kinds": "guarantee"})
    text = rows.getvalue().decode("utf-8-sig")
    assert text.count("联保") == 3
    assert "100.00 万元" in text
    for wrong, why in (("没有这家", "没有找到这个客户"), ("110101199003071233", "请不要写证件号码")):
        assert why in client.get(f"/customers/{firms[0].pk}/map/", {"to": wrong}).content.decode()
    early = client.get(f"/customers/{firms[0].pk}/map/", {"day": "2026-09-01"}).content.decode()
    assert "没有找到这个客户与其他客户的关系" in early


def test_a_circle_a_chain_a_hub_and_a_group_are_listed_with_what_they_come_to(
    signed_in: SignedIn, actor: Actor, actors: dict[str, Actor], ring: Ring, staff: dict[str, User]
) -> None:
    round_trip = ring(3)
    chain = [firm(f"链{place}公司") for place in range(6)]
    for one, other in pairwise(chain):
        answers_for(one, other)
    middle, spokes = firm("中心公司"), [firm(f"辐{place}公司") for place in range(5)]
    answers_for(middle, *spokes)
    guaranteed(round_trip[1], 70_000)

    def found(kind: Gathering, whose: Actor = actor) -> list[list[str]]:
        return [
            [one.name for one in row.members]
            for row in named(whose, gatherings(whose, kind, as_of=timezone.localdate()).rows)
        ]

    (circle,) = gatherings(actor, Gathering.CIRCLES, as_of=DAY).rows
    assert list(circle.seen) == [one.pk for one in round_trip]
    assert (circle.guaranteed, circle.balance, circle.size) == (yuan(3_000_000), yuan(70_000), 3)
    assert found(Gathering.CHAINS) == [[one.name for one in chain]]
    assert found(Gathering.HUBS) == [[middle.name, *(one.name for one in spokes)]]
    assert found(Gathering.GROUPS) == []
    # 李强 sees the circle, which is his, and nothing of the others'.
    assert len(found(Gathering.CIRCLES, actors["liqiang"])) == 1
    assert found(Gathering.CHAINS, actors["liqiang"]) == found(Gathering.HUBS, actors["liqiang"]) == []
    assert found(Gathering.CIRCLES, actors["wuting"]) == []
    client = signed_in("wangfang")
    for kind, said in (
        ("circles", "环3之0公司"),
        ("chains", "链5公司"),
        ("hubs", "中心公司"),
        ("groups", "没有找到"),
    ):
        assert said in client.get(f"/relations/{kind}/").content.decode()
    assert "环3之0公司" in client.get("/relations/", {"q": "环3之1"}).content.decode()
    assert "环3之0公司" not in client.get("/relations/", {"size": "4"}).content.decode()
    assert client.get("/relations/circles/", {"export": "xlsx"}).status_code == 200


def test_a_list_asks_as_much_for_one_circle_as_for_many(signed_in: SignedIn, ring: Ring) -> None:
    client, counts = signed_in("zhaomin"), []
    ring(2)
    for sizes in ((), (3, 4, 5, 6)):
        for size in sizes:
            ring(size)
        with CaptureQueriesContext(connection) as queries:
            client.get("/relations/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("path", ["map/", "card/", "relations/", "guarantees/", "badges/", "fall/"])
def test_a_page_asks_as_much_for_few_relations_as_for_many(
    signed_in: SignedIn, path: str, staff: dict[str, User]
) -> None:
    client, counts = signed_in("zhaomin"), []
    for spokes in (1, 12):
        middle = looked_after(firm(f"中心{spokes}公司"), staff["liqiang"])
        boss = looked_after(person(), staff["liqiang"])
        share(boss, middle, "0.9")
        for place in range(spokes):
            one = looked_after(firm(f"辐{spokes}-{place}公司"), staff["liqiang"])
            share(boss, one, "0.9")
            answers_for(one, middle)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/customers/{middle.pk}/{path}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_falls_depends_on_the_assumptions_which_the_page_states(
    signed_in: SignedIn, actor: Actor
) -> None:
    debtor, first, second = (firm(name) for name in ("债务公司", "一层担保公司", "二层担保公司"))
    answers_for(first, debtor)
    answers_for(second, first, balance=400_000)
    guaranteed(first, 5_000)
    worst = fall_of(actor, debtor, FallWanted(as_of=DAY))
    assert [(one.party.pk, one.round, one.called) for one in worst.rows] == [
        (debtor.pk, 0, yuan(0)),
        (first.pk, 1, yuan(1_000_000)),
        (second.pk, 2, yuan(400_000)),
    ]
    assert (worst.balance, worst.guarantors) == (yuan(5_000), 2)
    half = fall_of(actor, debtor, FallWanted(as_of=DAY, recovered=Decimal("0.5")))
    assert [one.called for one in half.rows] == [0, 500_000, 200_000]
    able = fall_of(actor, debtor, FallWanted(as_of=DAY, unknown=Fate.STANDS))
    assert [one.party.pk for one in able.rows] == [debtor.pk]
    client = signed_in("wangfang")
    page = client.get(f"/customers/{debtor.pk}/fall/").content.decode()
    assert "自身偿还 0.00%，可承受净资产的 100.00%" in page
    assert "二层担保公司（2）" in page
    page = client.get(
        f"/customers/{debtor.pk}/fall/", {"recovered": "30", "unknown": "stands"}
    ).content.decode()
    assert "自身偿还 30.00%" in page
    assert "二层担保公司（2）" not in page
    wrong = client.get(f"/customers/{debtor.pk}/fall/", {"borne": "130"}).content.decode()
    assert "is-invalid" in wrong
    assert "可承受净资产的 100.00%" in wrong


def test_two_guarantees_alike_are_two_lines_and_are_called_twice(
    actor: Actor, staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    """The same amount, form and days, for two banks that a link does not name."""
    debtor, guarantor = looked_after(firm("债务公司"), staff["liqiang"]), firm("担保公司")
    behind = firm("二层担保公司")
    answers_for(guarantor, debtor, debtor)
    answers_for(behind, guarantor, guarantor)
    fallen = fall_of(actor, debtor, FallWanted(as_of=DAY)).rows
    assert [one.called for one in fallen] == [0, 2_000_000, 2_000_000]
    assert len(relation_map(actor, debtor, MapWanted(as_of=DAY)).ties) == 4
    # The way leads beyond what is drawn.
    way = relation_map(actor, debtor, MapWanted(as_of=DAY, steps=1, to=behind))
    assert [one.is_on_way for one in way.ties] == [True] * 4
    hidden = parties.around(actors["liqiang"], debtor.pk, as_of=DAY).hidden_links
    assert [one.source for one in hidden] == [guarantor.pk] * 2


def test_a_way_that_was_not_looked_for_to_the_end_is_not_denied(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = firm("这头公司"), firm("那头公司")
    for _ in range(6):
        share(one, firm(), "0.1")
        share(other, firm(), "0.1")
    client = signed_in("wangfang")
    said = client.get(f"/customers/{one.pk}/map/", {"to": "那头公司"}).content.decode()
    assert "8 步以内没有到 那头公司 的路径" in said
    monkeypatch.setattr("vouch.parties.queries.network.MOST_WALKED", 5)
    said = client.get(f"/customers/{one.pk}/map/", {"to": "那头公司"}).content.decode()
    assert "没有查完" in said
    assert "步以内没有到" not in said


def test_a_number_of_a_person_typed_on_the_map_is_posted_and_stands_in_no_address(
    actor: Actor,
) -> None:
    field = RelationFilter(actor, QueryDict(), last=DAY)["to"]
    assert f'data-find="{reverse("desk:find")}"' in str(field)


def test_five_hundred_parties_are_drawn_apart_and_told_in_the_table(signed_in: SignedIn) -> None:
    middle = firm("大集团")
    for _ in range(520):
        share(middle, firm(), "0.6")
    client = signed_in("wangfang")
    found = client.get(f"/customers/{middle.pk}/map/")
    drawn = found.context["map"]
    assert len(drawn.nodes) == 500
    assert "只画出最近的 500 个" in found.content.decode()
    places = [one.place for one in drawn.nodes]
    assert len(set(places)) == 500
    assert drawn.is_cut
    assert f"{len(drawn.ties)} " in found.content.decode()
    option = found.context["chart"].option["series"][0]
    assert option["labelLayout"] == {"hideOverlap": True}
    assert option["roam"] is True


def test_of_a_large_group_the_panel_lists_fifty_until_all_are_asked_for(signed_in: SignedIn) -> None:
    top = firm("总部有限公司")
    for place in range(60):
        control(top, firm(f"下属{place:02}公司"))
    client, panel = signed_in("wangfang"), reverse("desk:customer_panel", args=[top.pk, "relations"])
    few, whole = (client.get(panel + query, headers={"HX-Request": "true"}) for query in ("", "?all=1"))
    assert "关联方 60 户" in few.content.decode()
    assert "显示全部 60 户" in few.content.decode()
    assert "显示全部" not in whole.content.decode()
    assert (len(few.context["affiliates"]), len(whole.context["affiliates"])) == (50, 60)


def test_the_panels_of_a_person_and_of_a_merged_record(signed_in: SignedIn, ring: Ring) -> None:
    firms, boss = ring(2), person("老李")
    control(boss, firms[0])
    client = signed_in("wangfang")
    assert firms[0].name in client.get(f"/customers/{boss.pk}/relations/").content.decode()
    again = firm("重录公司")
    guaranteed(again, 12_340_000)
    with writing():
        Party.objects.filter(pk=again.pk).update(canonical=firms[0])
    assert "1,234.00" in client.get(f"/customers/{firms[0].pk}/guarantees/").content.decode()
    assert "1,234.00" in client.get(f"/customers/{again.pk}/badges/").content.decode()


def test_a_way_never_leads_over_a_day_after_the_one_asked_for(actor: Actor) -> None:
    one, two = firm(), firm()
    share(one, two, "0.4", starts_on=DAY)
    for day, many in ((DAY - timedelta(days=1), 0), (DAY, 1)):
        assert len(relation_map(actor, one, MapWanted(as_of=day)).ties) == many
