"""How parties hang together: links by kind and day, walks that see no more than whoever walks, affiliates, groups."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.networks import BEGUN, DAY, control, firm, kin, person, post, share
from vouch.parties.actions import change_enterprise, merge_parties
from vouch.parties.models import Assignment, Party, Phone
from vouch.parties.queries import (
    above,
    affiliates_of,
    around,
    control_groups,
    links,
    shares_looked_through,
    way_between,
)
from vouch.parties.terms import MOST_SHARED, Affiliation, Kin, LinkKind, PostKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def found(*, near: Any = None, kinds: Any = None, day: date = DAY) -> list[tuple[str, int, int]]:
    wanted = None if near is None else [one.pk for one in near]
    return [(one.kind, one.source, one.target) for one in links(as_of=day, near=wanted, kinds=kinds)]


def looked_after(party: Party, manager: User) -> Party:
    with writing():
        Assignment.objects.create(party=party, unit=manager.unit, manager=manager, starts_on=date(2026, 1, 1))
    return party


def test_each_line_is_a_link_with_its_source_and_its_days() -> None:
    boss, wife, mother = person("张三"), person("李四"), person("王五")
    one, two = firm("甲公司"), firm("乙公司")
    share(boss, one, "0.6", starts_on=date(2020, 1, 1))
    control(boss, two)
    post(wife, one, PostKind.SUPERVISOR)
    kin(boss, wife)
    kin(boss, mother, Kin.PARENT)
    told = {link.kind: link for link in links(as_of=DAY)}
    assert set(told) == {"share", "control", "post", "spouse", "kin"}
    assert (told["share"].weight, told["share"].since) == (Decimal("0.6"), date(2020, 1, 1))
    assert {link.known_on for link in told.values()} == {date(2026, 1, 5)}
    assert {link.origin for link in told.values()} == {"客户提供"}
    assert [told[kind].word for kind in ("control", "post", "spouse", "kin")] == [
        "协议",
        "监事",
        "配偶",
        "父母子女",
    ]
    assert {link.kind for link in links(as_of=DAY, near=[wife.pk])} == {"post", "spouse"}
    # Nothing was known on an earlier day.
    assert links(as_of=date(2026, 1, 4)) == []


def test_a_line_holds_from_its_day_to_its_end() -> None:
    one, two = firm(), firm()
    share(one, two, "0.3", starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 30))
    for day, holds in ((date(2026, 2, 28), 0), (date(2026, 3, 1), 1), (date(2026, 6, 30), 1), (DAY, 0)):
        assert len(links(as_of=day)) == holds


def test_a_shared_telephone_representative_or_address_links_few_and_not_many(
    head_office: Unit, actor: Actor, now: datetime
) -> None:
    lane = "江州市人民路88号"
    firms = [
        firm(representative_hash="R", address=lane),
        firm(representative_hash="R"),
        firm(address=f" {lane}"),
    ]
    streets = [firm(address="江州市人民路"), firm(address="江州市人民路")]
    with writing():
        for one in firms[1:]:
            Phone.objects.create(party=one, number_index=b"x" * 32, added_at=BEGUN)
    pairs = {(link.kind, link.source, link.target) for link in links(as_of=DAY)}
    a, b, c = (one.pk for one in firms)
    assert pairs == {("representative", a, b), ("address", a, c), ("phone", b, c)}
    assert found(near=streets) == []
    # As of a day before it moved it is still there.
    change_enterprise(actor=actor, at=now, party_id=c, changes={"address": "别处1号"})
    assert found(near=[firms[0]], kinds=["address"], day=now.date()) == []
    assert found(near=[firms[0]], kinds=["address"], day=date(2026, 11, 1)) == [("address", a, c)]
    for _ in range(MOST_SHARED):
        firm(representative_hash="R")
    assert found(kinds=["representative"], day=now.date()) == []


def test_what_a_merged_record_says_is_said_of_the_one_that_stays(
    head_office: Unit, actor: Actor, now: datetime
) -> None:
    stays, goes, held = firm("甲公司"), firm("甲公司（重录）"), firm("乙公司")
    share(goes, held, "0.7")
    with writing():
        Party.objects.filter(pk=goes.pk).update(canonical=stays)
    assert found() == [("share", stays.pk, held.pk)]
    assert found(near=[stays]) == [("share", stays.pk, held.pk)]
    assert [one.party_id for one in affiliates_of(stays.pk, as_of=DAY)] == [held.pk]


def test_a_walk_goes_so_many_steps_and_never_through_somebody_out_of_sight(
    staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    mine = [looked_after(firm(), staff["liqiang"]) for _ in range(4)]
    theirs = looked_after(firm("别人的公司"), staff["wuting"])
    for one, other in ((mine[0], mine[1]), (mine[1], mine[2]), (mine[0], theirs), (theirs, mine[3])):
        share(one, other, "0.2")
    narrow = around(actors["liqiang"], mine[0].pk, as_of=DAY, steps=2)
    assert narrow.steps == {mine[0].pk: 0, mine[1].pk: 1, mine[2].pk: 2}
    assert narrow.hidden == {theirs.pk}
    assert [(one.source, one.target) for one in narrow.hidden_links] == [(mine[0].pk, theirs.pk)]
    assert len(narrow.links) == 2
    wide = around(actors["wangfang"], mine[0].pk, as_of=DAY, steps=2)
    assert set(wide.steps) == {one.pk for one in (*mine, theirs)}
    assert not wide.hidden
    assert around(actors["wangfang"], mine[0].pk, as_of=DAY, steps=3, most=3).is_cut
    # The way over somebody out of sight is no way.
    assert way_between(actors["liqiang"], mine[0].pk, mine[3].pk, as_of=DAY) is None
    way = way_between(actors["wangfang"], mine[0].pk, mine[3].pk, as_of=DAY)
    assert way is not None
    assert way.parties == (mine[0].pk, theirs.pk, mine[3].pk)
    assert len(way.links) == 2


@pytest.mark.parametrize("seed", range(4))
def test_a_way_is_as_short_as_networkx_finds_it(seed: int, actor: Actor) -> None:
    dice = random.Random(seed)  # noqa: S311 - invented data, no secret
    firms = [firm() for _ in range(24)]
    graph = nx.Graph()
    graph.add_nodes_from(one.pk for one in firms)
    for one, other in dice.sample(list(combinations(firms, 2)), 26):
        share(one, other, "0.1")
        graph.add_edge(one.pk, other.pk)
    for one, other in dice.sample(list(combinations(firms, 2)), 12):
        way = way_between(actor, one.pk, other.pk, as_of=DAY)
        if not nx.has_path(graph, one.pk, other.pk):
            assert way is None
            continue
        length = nx.shortest_path_length(graph, one.pk, other.pk)
        if length <= 8:
            assert way is not None
            assert (way.parties[0], way.parties[-1], len(way.parties) - 1) == (one.pk, other.pk, length)
            assert all(graph.has_edge(*pair) for pair in zip(way.parties, way.parties[1:], strict=False))


def test_shares_are_looked_through_and_a_loop_ends() -> None:
    boss, top, middle, customer = person(), firm(), firm(), firm()
    share(boss, top, "0.9")
    share(middle, top, "0.1")
    share(top, middle, "0.5")
    share(top, customer, "0.4")
    share(middle, customer, "0.6")
    shares = shares_looked_through(customer.pk, above(customer.pk, as_of=DAY))
    # Top has 0.4 + 0.6·0.5, and a twentieth of what reaches it comes round again.
    assert shares[top.pk] == pytest.approx(0.7 / 0.95)
    assert shares[boss.pk] == pytest.approx(0.9 * 0.7 / 0.95)
    assert list(shares) == sorted(shares, key=lambda one: -shares[one])
    assert shares_looked_through(boss.pk, above(boss.pk, as_of=DAY)) == {}


def reasons(party: Party) -> dict[int, str]:
    return {one.party_id: str(one.reason) for one in affiliates_of(party.pk, as_of=DAY)}


def test_affiliates_are_those_of_the_law() -> None:
    boss, wife, director = person(), person(), person()
    customer, sister, below, hers, his, where = (firm() for _ in range(6))
    stranger, minor = firm(), firm()
    share(boss, customer, "0.7")
    share(boss, sister, "0.51")
    # Half is not more than half, and 40 % and 20 % in one hand are.
    share(stranger, customer, "0.3")
    share(customer, below, "0.4")
    share(sister, below, "0.2")
    kin(boss, wife)
    share(wife, hers, "1")
    post(director, customer)
    share(director, his, "0.8")
    share(director, minor, "0.5")
    post(boss, where)
    post(director, stranger)
    assert reasons(customer) == {
        boss.pk: Affiliation.HOLDER,
        director.pk: Affiliation.KEY_PERSON,
        wife.pk: Affiliation.RELATIVE,
        sister.pk: Affiliation.SAME_CONTROL,
        below.pk: Affiliation.SAME_CONTROL,
        hers.pk: Affiliation.SAME_CONTROL,
        his.pk: Affiliation.SAME_CONTROL,
        where.pk: Affiliation.POST_HELD,
    }
    assert reasons(hers)[customer.pk] == Affiliation.SAME_CONTROL
    assert reasons(director)[customer.pk] == Affiliation.POST_HELD


def test_firms_are_not_affiliated_merely_because_the_state_controls_them() -> None:
    state, one, two, below = firm("江州市国有资产监督管理委员会"), firm(), firm(), firm()
    for held in (one, two):
        share(state, held, "1")
    share(one, below, "0.8")
    assert reasons(one) == {below.pk: Affiliation.SUBSIDIARY}
    assert reasons(two) == {}
    assert control_groups(as_of=DAY) == [(one.pk, below.pk)]


def drawn(seed: int) -> tuple[list[Party], random.Random]:
    """Eighteen parties with shares, lines of control, posts and kin drawn at random."""
    dice = random.Random(seed)  # noqa: S311 - invented data, no secret
    firms, people = [firm() for _ in range(12)], [person() for _ in range(6)]
    for one in firms:
        left = 1.0
        holders = [other for other in (*firms, *people) if other is not one]
        for holder in dice.sample(holders, dice.randint(0, 3)):
            rate = round(left * dice.uniform(0.2, 0.9), 6)
            left -= rate
            share(holder, one, rate)
    for one in dice.sample(firms, 3):
        control(dice.choice([other for other in (*firms, *people) if other is not one]), one)
        post(dice.choice(people), one)
    for one, other in dice.sample(list(combinations(people, 2)), 2):
        kin(one, other)
    return [*firms, *people], dice


@pytest.mark.parametrize("seed", range(5))
def test_affiliates_read_the_same_from_both_ends(seed: int) -> None:
    everybody, _dice = drawn(seed)
    of = {one.pk: set(reasons(one)) for one in everybody}
    assert sum(map(len, of.values())) > 10
    for one, others in of.items():
        assert one not in others
        for other in others:
            assert one in of[other], (seed, one, other)


@pytest.mark.parametrize("seed", range(5))
def test_groups_equal_a_brute_force(seed: int) -> None:
    everybody, _dice = drawn(100 + seed)
    told = links(as_of=DAY, kinds=[LinkKind.SHARE, LinkKind.CONTROL, LinkKind.SPOUSE])
    graph = nx.Graph()
    graph.add_nodes_from(one.pk for one in everybody)
    graph.add_edges_from((one.source, one.target) for one in told if one.kind != LinkKind.SHARE)
    while True:
        before = graph.number_of_edges()
        for members in list(nx.connected_components(graph)):
            for target in graph.nodes:
                shares = [
                    one for one in told
                    if one.kind == LinkKind.SHARE and one.target == target and one.source in members
                ]  # fmt: skip
                if sum(one.weight or 0 for one in shares) > 0.5:
                    graph.add_edges_from((one.source, target) for one in shares)
        if graph.number_of_edges() == before:
            break
    expected = sorted(tuple(sorted(part)) for part in nx.connected_components(graph) if len(part) > 1)
    assert sorted(control_groups(as_of=DAY)) == expected
    assert expected


def test_a_step_asks_as_much_for_one_neighbour_as_for_many(actor: Actor, actors: dict[str, Actor]) -> None:
    few, many = firm(), firm()
    share(few, firm(), "0.1")
    for _ in range(30):
        share(many, firm(), "0.1")
    counts = []
    for one in (few, many):
        with CaptureQueriesContext(connection) as queries:
            assert len(around(actors["wangfang"], one.pk, as_of=DAY).steps) > 1
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_a_search_for_a_way_that_is_broken_off_says_so(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, alone = firm(), firm(), firm()
    for place in range(6):
        share(one, firm(), "0.1")
        share(other, firm(), "0.1", starts_on=date(2020, 1, 1 + place))
    assert way_between(actor, one.pk, other.pk, as_of=DAY) is None
    monkeypatch.setattr("vouch.parties.queries.network.MOST_WALKED", 5)
    way = way_between(actor, one.pk, other.pk, as_of=DAY)
    assert way is not None
    assert (way.parties, way.is_cut) == ((), True)
    # Where one side has come to its end there is no way, however many there are.
    assert way_between(actor, alone.pk, one.pk, as_of=DAY) is None


def test_nobody_is_an_affiliate_through_somebody_out_of_sight(
    staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    """A hidden firm between two seen ones, a hidden person with a seen relative, and a hidden manager with a firm."""
    boss, top, sister, wife, theirs, customer = (
        looked_after(one, staff["liqiang"]) for one in (person(), firm(), firm(), person(), firm(), firm())
    )
    hidden, keeper = looked_after(firm(), staff["wuting"]), looked_after(person(), staff["wuting"])
    share(boss, top, "1")
    share(top, hidden, "1")
    share(hidden, customer, "1")
    share(top, sister, "1")
    post(keeper, customer)
    kin(keeper, wife)
    share(keeper, theirs, "1")
    narrow = affiliates_of(customer.pk, as_of=DAY, within=actors["liqiang"])
    assert {one.party_id for one in narrow} == {hidden.pk, keeper.pk}
    assert {one.source for one in above(customer.pk, as_of=DAY, within=actors["liqiang"])} == {hidden.pk}
    from_above = affiliates_of(top.pk, as_of=DAY, within=actors["liqiang"])
    assert {one.party_id for one in from_above} == {boss.pk, hidden.pk, sister.pk}
    everybody = {boss.pk, top.pk, hidden.pk, sister.pk, keeper.pk, wife.pk, theirs.pk}
    for wide in (None, actors["wangfang"]):
        assert {one.party_id for one in affiliates_of(customer.pk, as_of=DAY, within=wide)} == everybody
    assert control_groups(as_of=DAY, among=[top.pk, sister.pk, customer.pk]) == [(top.pk, sister.pk)]


def test_whoever_holds_nothing_is_asked_for_once() -> None:
    top, middle, below, other_top, other_middle, other_below = (firm() for _ in range(6))
    for one, held in ((top, middle), (middle, below), (other_top, other_middle), (other_middle, other_below)):
        share(one, held, "1")
    for _ in range(3):
        share(other_top, firm(), "1")
    counts = []
    for one, many in ((top, 2), (other_top, 5)):
        with CaptureQueriesContext(connection) as queries:
            assert len(affiliates_of(one.pk, as_of=DAY)) == many
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_somebody_whose_data_was_erased_is_not_in_the_network(actor: Actor) -> None:
    gone, held = person(), firm()
    share(gone, held, "1")
    with writing():
        Party.objects.filter(pk=gone.pk).update(status="erased")
    assert links(as_of=DAY) == []


def test_merging_by_the_action_groups_the_links_too(
    units: dict[str, Unit], staff: dict[str, User], actors: dict[str, Actor], actor: Actor, now: datetime
) -> None:
    stays, goes = (looked_after(firm("甲公司"), staff["liqiang"]) for _ in range(2))
    held = firm()
    share(goes, held, "0.7")
    merge_parties(actor=actor, at=now, party=goes, canonical=stays, reason="同一企业")
    assert found(near=[stays]) == [("share", stays.pk, held.pk)]
