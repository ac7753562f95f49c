"""Who stands behind a firm, and hits that follow shares and control down to it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.customers.actions import (
    EntryDetails,
    add_to_list,
    confirm_hit,
    open_list,
    screen_imported,
    screen_list,
    screen_party,
    take_off_list,
)
from vouch.customers.facts.watching import ask_hits
from vouch.customers.models import WatchHit
from vouch.customers.queries.owners import MOST_STEPS, behind, below
from vouch.customers.terms import HitTie, ListKind
from vouch.customers.tests.conftest import enrolled
from vouch.customers.tests.scene import SYSTEM
from vouch.parties.actions import (
    ControlLine,
    Ending,
    EnterpriseDetails,
    Named,
    Registration,
    ShareholderLine,
    add_edges,
    add_post,
    end_edge,
    register_enterprise,
)
from vouch.parties.models import Party, Shareholding
from vouch.parties.terms import ControlBasis, PostKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db
M = 1_000_000


def holds(upper: Party, lower: Party, rate: str, at: datetime) -> None:
    line = ShareholderLine(who=Named(party_number=upper.number), rate=Decimal(rate))
    add_edges(actor=SYSTEM, at=at, party=lower, lines=[line])


@pytest.fixture
def chain(
    firm: Party, person: Party, units: dict[str, Unit], staff: dict[str, User], now: datetime, actor: Actor
) -> dict[str, Party]:
    """张三 —60%→ 顶公司 —50%→ 中公司 —40%→ 甲有限公司, and 王牌公司 controls 中公司."""
    made = {name: enrolled(name, units, staff, now, actor) for name in ("顶公司", "中公司", "王牌公司")}
    holds(person, made["顶公司"], "0.6", now)
    holds(made["顶公司"], made["中公司"], "0.5", now)
    holds(made["中公司"], firm, "0.4", now)
    control = ControlLine(who=Named(party_number=made["王牌公司"].number), basis=ControlBasis.EQUITY)
    add_edges(actor=SYSTEM, at=now, party=made["中公司"], lines=[control])
    return {**made, "甲": firm, "张三": person}


def told(party: Party) -> dict[int, tuple[str, Decimal | None, list[int]]]:
    return {one.via_id: (one.tie, one.share, [pk for pk, _rate in one.path]) for one in behind([party.pk])}


def test_shares_multiply_down_the_chain_and_control_is_followed(chain: dict[str, Party]) -> None:
    top, middle, ace, person = (chain[name].pk for name in ("顶公司", "中公司", "王牌公司", "张三"))
    assert told(chain["甲"]) == {
        middle: (HitTie.SHARE, Decimal("0.4"), [middle]),
        top: (HitTie.SHARE, Decimal("0.2"), [top, middle]),
        person: (HitTie.SHARE, Decimal("0.12"), [person, top, middle]),
        ace: (HitTie.CONTROL, None, [ace, middle]),
    }
    assert below([person]) == {top, middle, chain["甲"].pk}


def test_a_listed_owner_makes_a_hit_with_the_way_and_the_share(
    client: Client, chain: dict[str, Party], staff: dict[str, User], now: datetime
) -> None:
    firm, person = chain["甲"], chain["张三"]
    add_post(actor=SYSTEM, at=now, party=firm, person=person, kind=PostKind.LEGAL_REPRESENTATIVE)
    black = open_list(actor=SYSTEM, at=now, kind=ListKind.OWN, name="本机构黑名单", source="")
    for name in (person.name, chain["王牌公司"].name):
        add_to_list(actor=SYSTEM, at=now, watch_list=black, details=EntryDetails(name=name, reason="失联"))
    screen_list(actor=SYSTEM, at=now, list_id=black.pk)
    found = {(one.party_id, one.via_id): one for one in WatchHit.objects.all()}
    # The person, both firms that they own, and this one; the controller itself and the two below it.
    assert len(found) == 4 + 3
    hit = found[firm.pk, person.pk]
    # A shareholder tells more than a post.
    assert (hit.tie, hit.share) == ("share", Decimal("0.12"))
    assert hit.path == [[person.pk, 600_000], [chain["顶公司"].pk, 500_000], [chain["中公司"].pk, 400_000]]
    assert screen_party(actor=SYSTEM, at=now, party_id=person.pk) == 0
    for one in (hit, found[firm.pk, chain["王牌公司"].pk]):
        confirm_hit(actor=SYSTEM, at=now, hit=one, reason="核对登记信息")
    row = ask_hits([firm.pk], as_of=now.date()).row(firm.pk)
    assert row["list.is_blacklisted"] is True
    assert (row["list.listed_owner_count"], row["list.listed_owner_rate"]) == (2, 120_000)
    client.force_login(staff["chenjing"])
    page = client.get(hit.get_absolute_url()).content.decode()
    way = page[page.index("关联路径") :]
    assert way.index("张三") < way.index("60.00%") < way.index("顶公司") < way.index("50.00%")
    assert way.index("40.00%") < way.index("甲有限公司")
    assert "12.00%" in way
    listed: Any = client.get(reverse("customers:watch_hits") + "?export=csv")
    assert "股东" in listed.getvalue().decode("utf-8-sig")
    # Who does not see the others is not told who they are.
    with writing():
        User.objects.filter(pk=staff["wuting"].pk).update(roles=["compliance"])
        Party.objects.filter(pk=person.pk).update(name="李四")
    assert "12.00%" in client.get(reverse("customers:hits_of", args=[firm.pk])).content.decode()


def test_a_share_that_is_sold_ends_the_hit_and_one_that_changes_moves_it(
    chain: dict[str, Party], now: datetime
) -> None:
    firm, person, top = chain["甲"], chain["张三"], chain["顶公司"]
    black = open_list(actor=SYSTEM, at=now, kind=ListKind.OWN, name="本机构黑名单", source="")
    add_to_list(actor=SYSTEM, at=now, watch_list=black, details=EntryDetails(name=person.name))
    screen_list(actor=SYSTEM, at=now, list_id=black.pk)
    hits = WatchHit.objects.filter(party=firm, ended_at=None)
    holds(person, firm, "0.3", now)
    # The share in the firm itself is the larger one.
    screen_party(actor=SYSTEM, at=now, party_id=firm.pk)
    hit = hits.get()
    assert (hit.share, hit.path) == (Decimal("0.3"), [[person.pk, 300_000]])
    for party in (firm, top):
        row = Shareholding.objects.get(party=party, holder=person)
        ending = Ending("转让", now.date())
        end_edge(actor=SYSTEM, at=now, party=party, edge=("shareholder", row.pk), ending=ending)
        # What changes above is held against the lists for everybody below.
        screen_party(actor=SYSTEM, at=now, party_id=party.pk)
        assert hits.count() == (1 if party == firm else 0)


def test_an_import_carries_the_hits_of_an_owner_down_to_those_below(
    chain: dict[str, Party], now: datetime
) -> None:
    ace = chain["王牌公司"]
    black = open_list(actor=SYSTEM, at=now, kind=ListKind.OWN, name="本机构黑名单", source="")
    listed = add_to_list(actor=SYSTEM, at=now, watch_list=black, details=EntryDetails(name=ace.name))
    below_it = {ace.pk, chain["中公司"].pk, chain["甲"].pk}
    hits = WatchHit.objects.filter(ended_at=None)
    assert screen_imported(actor=SYSTEM, at=now, import_id=1, party_ids=[ace.pk]) == 3
    assert set(hits.values_list("party_id", flat=True)) == below_it
    assert screen_imported(actor=SYSTEM, at=now, import_id=1, party_ids=[ace.pk]) == 0
    # What holds no longer ends below, too.
    take_off_list(actor=SYSTEM, at=now, watch_entry=listed, reason="已还清")
    screen_imported(actor=SYSTEM, at=now, import_id=2, party_ids=[ace.pk])
    assert not hits.exists()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, M)).filter(
            lambda edge: edge[0] != edge[1]
        ),
        max_size=9,
        unique_by=lambda edge: edge[:2],
    )
)
def test_the_ways_are_those_of_walking_every_path(
    units: dict[str, Unit], staff: dict[str, User], edges: list[tuple[int, int, int]]
) -> None:
    from django.db import transaction

    at = staff["liqiang"].joined_at
    with transaction.atomic():
        made = [
            register_enterprise(
                actor=SYSTEM, at=at, unit=units["YW1"],
                registration=Registration(EnterpriseDetails(name=f"第{place}公司"), manager=staff["liqiang"]),
            )
            for place in range(6)
        ]  # fmt: skip
        with writing():
            Shareholding.objects.bulk_create(
                Shareholding(party=made[low], holder=made[up], rate=Decimal(rate) / M, added_at=at)
                for up, low, rate in edges
            )
        found = {(one.party_id, one.via_id): one.share for one in behind([one.pk for one in made])}
        assert found == walked([one.pk for one in made], edges)
        transaction.set_rollback(True)


def walked(keys: list[int], edges: list[tuple[int, int, int]]) -> dict[tuple[int, int], Decimal]:
    """The largest product over every path that meets nobody twice, of at most so many steps."""
    best: dict[tuple[int, int], Decimal] = {}

    def walk(firm: int, here: int, met: tuple[int, ...], product: Decimal) -> None:
        for up, low, rate in edges:
            if low == here and up not in met and len(met) <= MOST_STEPS:
                share = product * rate / M
                key = keys[firm], keys[up]
                best[key] = max(best.get(key, Decimal(-1)), share)
                walk(firm, up, (*met, up), share)

    for firm in range(len(keys)):
        walk(firm, firm, (firm,), Decimal(1))
    return {key: share.quantize(Decimal("0.000001"), rounding="ROUND_HALF_UP") for key, share in best.items()}
