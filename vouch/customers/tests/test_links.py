"""What customers' files tell of connections: guarantees by name or code, and supply by invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from vouch.customers.actions import (
    GuaranteeLine,
    GuaranteesDetails,
    InvoiceDetails,
    MaterialDetails,
    record_invoices,
    state_guarantees,
)
from vouch.customers.queries.links import GUARANTEE, SUPPLY
from vouch.customers.terms import Direction, GuaranteeKind, InvoiceState, MaterialKind, Origin, Tie
from vouch.parties.actions import (
    EnterpriseDetails,
    Registration,
    merge_parties,
    register_enterprise,
    undo_merge,
)
from vouch.parties.models import Party
from vouch.parties.queries import links
from vouch.parties.terms import SOURCE_INVOICES, IdentifierKind
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def enrolled(name: str, unit: Unit, now: datetime, *codes: tuple[str, str, str]) -> Party:
    registration = Registration(EnterpriseDetails(name=name), codes=list(codes))
    return register_enterprise(actor=system_actor("test"), at=now, unit=unit, registration=registration)


def answers_for(firm: Party, whom: Sequence[str], now: datetime, *, back: int = 0) -> None:
    at, day = now - timedelta(days=back), TODAY - timedelta(days=back)
    lines = [
        GuaranteeLine(
            beneficiary=name, kind=GuaranteeKind.JOINT, amount=Decimal(900_000), balance=Decimal(600_000),
            tie=Tie.MUTUAL, starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28),
        )
        for name in whom
    ]  # fmt: skip
    details = MaterialDetails(kind=MaterialKind.GUARANTEE, origin=Origin.CUSTOMER, as_of=day)
    state_guarantees(
        actor=system_actor("test"), at=at, party=firm, details=details, statement=GuaranteesDetails(lines)
    )


def test_a_guarantee_leads_to_whom_its_code_or_one_organisations_name_says(
    head_office: Unit, now: datetime
) -> None:
    code = "91350100M000100Y43"
    made = [enrolled(name, head_office, now) for name in ("甲公司", "乙公司", "同名公司", "同名公司")]
    coded = enrolled("丙公司", head_office, now, (IdentifierKind.USCC, "", code))
    answers_for(made[0], ["乙公司", code, "同名公司", "不在册的公司"], now)
    told = {link.target: link for link in links(as_of=TODAY, kinds=[GUARANTEE])}
    assert set(told) == {made[1].pk, coded.pk}
    assert told[made[1].pk].origin == "对外担保清单（按名称）"
    assert told[coded.pk].origin == "对外担保清单（按代码）"
    one = told[coded.pk]
    assert (one.source, one.word, one.weight) == (made[0].pk, "联保", Decimal(600_000))
    assert (one.since, one.until, one.known_on) == (date(2026, 3, 1), date(2027, 2, 28), TODAY)
    # It is found from either end, and alone.
    for near in (made[0].pk, coded.pk):
        assert one in links(as_of=TODAY, kinds=[GUARANTEE], near=[near])
    assert links(as_of=TODAY, kinds=[GUARANTEE], near=[coded.pk]) == [one]


def test_a_newer_complete_list_ends_the_guarantees_of_the_one_before(
    head_office: Unit, now: datetime
) -> None:
    one, two, three = (enrolled(name, head_office, now) for name in ("甲公司", "乙公司", "丙公司"))
    answers_for(one, ["乙公司"], now, back=60)
    answers_for(one, ["丙公司"], now)
    for near in (None, [two.pk], [three.pk], [one.pk]):
        found = links(as_of=TODAY, kinds=[GUARANTEE], near=near)
        assert [link.target for link in found] == ([] if near == [two.pk] else [three.pk])
    before = links(as_of=TODAY - timedelta(days=30), kinds=[GUARANTEE])
    assert [link.target for link in before] == [two.pk]


def invoiced(firm: Party, direction: Direction, counterparty: str, total: int, day: date) -> InvoiceDetails:
    return InvoiceDetails(
        party_id=firm.pk, direction=direction, number=f"{firm.pk}{direction}{total}", issued_on=day,
        counterparty=counterparty, amount=Decimal(total), tax=Decimal(0), total=Decimal(total),
        state=InvoiceState.VALID,
    )  # fmt: skip


def test_supply_is_what_a_years_invoices_say_whoever_brought_them(
    head_office: Unit, now: datetime, actor: Actor
) -> None:
    seller = enrolled("甲公司", head_office, now)
    buyer = enrolled("乙公司", head_office, now, (IdentifierKind.SOURCE_CODE, SOURCE_INVOICES, "E7"))
    day = date(2026, 9, 1)
    sold = [
        invoiced(seller, Direction.OUTPUT, "E7", 700, day),
        invoiced(seller, Direction.OUTPUT, "E7", 300, day),
        invoiced(seller, Direction.OUTPUT, "E7", 5000, date(2025, 1, 1)),
        invoiced(seller, Direction.OUTPUT, "过路客", 900, day),
    ]
    record_invoices(actor=actor, at=now, party_id=seller.pk, invoices=sold)
    bought = [invoiced(buyer, Direction.INPUT, "甲公司", 800, day)]
    record_invoices(actor=actor, at=now, party_id=buyer.pk, invoices=bought)
    for near in (None, [seller.pk], [buyer.pk]):
        (one,) = links(as_of=TODAY, kinds=[SUPPLY], near=near)
        assert (one.source, one.target, one.weight) == (seller.pk, buyer.pk, Decimal(1000))
    assert links(as_of=date(2026, 8, 1), kinds=[SUPPLY]) == []


def test_a_customer_named_in_two_ways_is_traded_with_for_the_sum(
    head_office: Unit, now: datetime, actor: Actor
) -> None:
    seller = enrolled("甲公司", head_office, now)
    buyer = enrolled("乙公司", head_office, now, (IdentifierKind.SOURCE_CODE, SOURCE_INVOICES, "E7"))
    day = date(2026, 9, 1)
    sold = [
        invoiced(seller, Direction.OUTPUT, "E7", 700, day),
        invoiced(seller, Direction.OUTPUT, "乙公司", 400, day),
        # Taken back under the other name.
        invoiced(seller, Direction.OUTPUT, "乙公司", -500, day),
    ]
    record_invoices(actor=actor, at=now, party_id=seller.pk, invoices=sold)
    bought = [invoiced(buyer, Direction.INPUT, "甲公司", 550, day)]
    record_invoices(actor=actor, at=now, party_id=buyer.pk, invoices=bought)
    for near in (None, [seller.pk], [buyer.pk]):
        (one,) = links(as_of=TODAY, kinds=[SUPPLY], near=near)
        assert (one.source, one.target, one.weight) == (seller.pk, buyer.pk, Decimal(600))


def test_the_name_of_a_merged_record_leads_to_the_customer(
    head_office: Unit, now: datetime, actor: Actor
) -> None:
    names = ("担保公司", "现名公司", "旧名公司", "同名公司", "同名公司")
    guarantor, stays, goes, twin, other = (enrolled(name, head_office, now) for name in names)
    answers_for(guarantor, ["旧名公司", "同名公司"], now)
    sold = [invoiced(guarantor, Direction.OUTPUT, "旧名公司", 700, date(2026, 9, 1))]
    record_invoices(actor=actor, at=now, party_id=guarantor.pk, invoices=sold)

    def told(near: list[int] | None) -> list[tuple[str, int]]:
        return [(one.kind, one.target) for one in links(as_of=TODAY, near=near)]

    assert told(None) == [(GUARANTEE, goes.pk), (SUPPLY, goes.pk)]
    merge_parties(actor=actor, at=now, party=goes, canonical=stays, reason="更名")
    for near in (None, [stays.pk], [guarantor.pk]):
        assert told(near) == [(GUARANTEE, stays.pk), (SUPPLY, stays.pk)]
    # Two records of one name are one customer once they are merged.
    merge_parties(actor=actor, at=now, party=other, canonical=twin, reason="同一户")
    assert told([twin.pk]) == [(GUARANTEE, twin.pk)]
    undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="看错了")
    assert told([stays.pk]) == []
    assert told([goes.pk]) == [(GUARANTEE, goes.pk), (SUPPLY, goes.pk)]
