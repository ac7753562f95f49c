"""Holds: every limit that applies, what counts once, what runs out, and what refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tests.institution import own_rule
from tests.limits import drawn, granted
from tests.networks import control, firm
from vouch.business.models import Guarantee
from vouch.grading.actions import NotHeld, freeze_use, lower_limit, release, use
from vouch.grading.actions.upkeep import keep_limits
from vouch.grading.models import Hold
from vouch.grading.queries import reach_of
from vouch.grading.queries.exposures import exposures
from vouch.grading.queries.limit import rooms_for
from vouch.grading.queries.takings import Taken, taken, taken_by_customer
from vouch.grading.terms import HoldState, HoldStep, LimitKind, LimitOf
from vouch.parties.actions import merge_parties
from vouch.parties.models import Building, BuildingLimit, Occupancy, Party
from vouch.parties.terms import OccupancyRole
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role, Scope
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.policy.actions import GateRefused

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def guaranteed(party: Party, number: str, debt: int, *, as_of: date, share: str = "1", **more: str) -> None:
    """A guarantee in the register, or how it stands by another ledger."""
    with writing():
        Guarantee.objects.update_or_create(
            number=number,
            defaults={
                "party": party, "contract_amount": 10_000_000, "debt_balance": debt, "as_of": as_of,
                "share_rate": Decimal(share), "state": "in_force", "counted_on": date(2026, 1, 1),
                "recorded_at": timezone.now(), "updated_at": timezone.now(), **more,
            },
        )  # fmt: skip


def housed(building: Building, *parties: Party) -> None:
    with writing():
        for party in parties:
            Occupancy.objects.create(
                party=party, building=building, role=OccupancyRole.OPERATING, address="某路1号",
                confidence=1, added_at=timezone.now(),
            )  # fmt: skip


def test_a_draw_takes_what_is_reserved_used_and_registered_each_once(actor: Actor, now: datetime) -> None:
    party = firm("占用企业")
    limit = granted(party, 1_000_000, at=now)
    guaranteed(party, "DB1", 300_000, as_of=now.date(), share="0.8")  # 240,000 of ours

    def told(at: datetime = now) -> Taken:
        return taken(reach_of(limit.subject), at=at)

    hold = drawn(party, 500_000, actor=actor, at=now, share_rate=Decimal("0.8"))
    assert told() == Taken(Decimal(400_000), Decimal(0), Decimal(240_000))
    use(actor=actor, at=now, hold=hold, amount=Decimal(200_000), guarantee_number="DB2")
    assert told() == Taken(Decimal(240_000), Decimal(160_000), Decimal(240_000))
    # A ledger of the same day may not know of the use: the larger of the two counts, never both.
    guaranteed(party, "DB2", 100_000, as_of=now.date(), share="0.8")
    assert told() == Taken(Decimal(240_000), Decimal(80_000), Decimal(320_000))
    guaranteed(party, "DB2", 150_000, as_of=(now + DAY).date(), share="0.8")
    assert told() == Taken(Decimal(240_000), Decimal(0), Decimal(360_000))
    assert taken_by_customer(reach_of(limit.subject), at=now) == {party.pk: told()}
    release(actor=actor, at=now, hold=hold, step=HoldStep.CANCEL)
    keep_limits(actor=actor, at=now)
    hold.refresh_from_db()
    assert (hold.state, told()) == (HoldState.RELEASED, Taken(registered=Decimal(360_000)))
    # A further draw on the same guarantee comes on top, until a later ledger tells of it.
    more = drawn(party, 100_000, actor=actor, at=now + DAY, guarantee_number="DB2")
    use(actor=actor, at=now + DAY, hold=more, amount=Decimal(100_000))
    assert told().total == Decimal(460_000)
    guaranteed(party, "DB2", 275_000, as_of=(now + 2 * DAY).date(), share="0.8")
    assert told().total == Decimal(460_000)


def test_to_the_fen_it_fits_and_one_fen_more_does_not(actor: Actor, now: datetime) -> None:
    party = firm("分毫企业")
    granted(party, 5_000_000, at=now)
    drawn(party, Decimal("4999999.99"), actor=actor, at=now)
    with pytest.raises(GateRefused) as refused:
        drawn(party, Decimal("0.02"), actor=actor, at=now)
    (refusal,) = refused.value.verdict.refusals
    assert (refusal.rule, dict(refusal.numbers)["可用"]) == ("limit.customer", "0.01 元")
    for part in ("额度不足", "本机构授信额度管理", "5,000,000.00 元", "4,999,999.99 元", "0.01 元", "调高"):
        assert part in str(refused.value)
    drawn(party, Decimal("0.01"), actor=actor, at=now)


def test_every_limit_that_applies_is_taken_and_each_can_refuse(actor: Actor, now: datetime) -> None:
    head = firm("集团母公司", industry_code="C1311")
    daughter = firm("集团子公司", industry_code="F5137")
    neighbour = firm("邻居企业", industry_code="C3311")
    control(head, daughter)
    with writing():
        tower = Building.objects.create(key="塔楼", name="塔楼", found_at=now)
        BuildingLimit.objects.create(
            building=tower, max_balance=900_000, max_customers=2, starts_on=now.date(), reason="限额", set_at=now
        )  # fmt: skip
    housed(tower, head, daughter, neighbour)
    for one in (head, daughter, neighbour):
        granted(one, 2_000_000, at=now)
    granted(LimitOf(kind=LimitKind.GROUP, party_id=head.pk), 800_000, at=now)
    granted(LimitOf(kind=LimitKind.INDUSTRY, industry="C"), 600_000, at=now)
    granted(LimitOf(kind=LimitKind.BANK, bank="江州银行"), 500_000, at=now)
    granted(LimitOf(kind=LimitKind.INSTITUTION), 1_000_000, at=now)

    def tried(party: Party, amount: int, bank: str = "海州银行") -> set[str]:
        with pytest.raises(GateRefused) as refused:
            drawn(party, amount, actor=actor, at=now, bank=bank)
        return {one.rule for one in refused.value.verdict.refusals}

    kinds = [one.subject.kind for one in rooms_for(head, bank="江州银行", at=now)]
    assert kinds == ["customer", "group", "building", "industry", "bank", "institution"]
    assert tried(head, 500_001, bank="江州银行") == {"limit.bank"}
    assert tried(head, 600_001) == {"limit.industry"}
    assert tried(daughter, 800_001) == {"limit.group"}
    assert tried(daughter, 1_000_001) == {"limit.group", "limit.building", "limit.institution"}
    drawn(head, 400_000, actor=actor, at=now, bank=" 江州银行 ")
    for bank in ("", " ", "江州银行股份有限公司", "江州 银行", "江州银行城东支行"):
        with pytest.raises(NotHeld, match="银行额度"):
            drawn(daughter, 1, actor=actor, at=now, bank=bank)
    assert tried(daughter, 400_001) == {"limit.group"}
    assert tried(neighbour, 200_001) == {"limit.industry"}
    drawn(daughter, 400_000, actor=actor, at=now, bank="海州银行")
    assert tried(neighbour, 100_001) == {"limit.building", "limit.building_customers"}
    # Nothing was kept of what was refused.
    assert Hold.objects.count() == 2


def test_without_a_limit_of_its_own_a_customer_draws_nothing(actor: Actor, now: datetime) -> None:
    party = firm("无额度企业")
    with pytest.raises(GateRefused, match="没有生效的客户额度"):
        drawn(party, 1, actor=actor, at=now)
    granted(party, 10, at=now, until=now.date())
    with pytest.raises(GateRefused, match="已到期"):
        drawn(party, 1, actor=actor, at=now + DAY)


def test_a_freeze_stops_reserving_and_using_and_says_why_and_who_lifts_it(
    actor: Actor, now: datetime
) -> None:
    party = firm("冻结企业")
    granted(party, 1_000, at=now)
    hold = drawn(party, 500, actor=actor, at=now)
    freeze_use(actor=actor, at=now, party_id=party.pk, reason="分类下调为高风险")
    said = "分类下调为高风险.*首席风险官解除"
    with pytest.raises(GateRefused, match=said):
        drawn(party, 1, actor=actor, at=now)
    with pytest.raises(GateRefused, match=said):
        use(actor=actor, at=now, hold=hold, amount=Decimal(1), guarantee_number="DB1")
    # To give back is always possible.
    release(actor=actor, at=now, hold=hold, step=HoldStep.CANCEL)


def test_a_limit_lowered_after_the_reservation_refuses_the_use(actor: Actor, now: datetime) -> None:
    party = firm("调低企业")
    limit = granted(party, 1_000, at=now)
    hold = drawn(party, 800, actor=actor, at=now)
    lower_limit(actor=actor, at=now, limit=limit, amount=Decimal(500), reason="销售下滑")
    with pytest.raises(GateRefused, match="额度不足"):
        use(actor=actor, at=now, hold=hold, amount=Decimal(1), guarantee_number="DB1")


def test_what_died_between_reserving_and_using_is_free_again_by_itself(actor: Actor, now: datetime) -> None:
    party = firm("中断企业")
    granted(party, 1_000, at=now)
    for wrong in (now, now + 30 * DAY + HOUR):
        with pytest.raises(NotHeld, match="30 天"):
            drawn(party, 1, actor=actor, at=now, expires_at=wrong)
    hold = drawn(party, 1_000, actor=actor, at=now, expires_at=now + HOUR)
    with pytest.raises(GateRefused):
        drawn(party, 1, actor=actor, at=now + HOUR - timedelta(seconds=1))
    # The hour is over, and no worker runs: it is free all the same.
    with pytest.raises(NotHeld, match="已到期"):
        use(actor=actor, at=now + HOUR, hold=hold, amount=Decimal(1), guarantee_number="DB1")
    drawn(party, 1_000, actor=actor, at=now + HOUR)
    for _round in range(2):
        keep_limits(actor=actor, at=now + HOUR)
    hold.refresh_from_db()
    assert (hold.state, hold.reserved) == (HoldState.EXPIRED, Decimal(0))
    assert Entry.objects.filter(event="grading.hold.expired").count() == 1
    assert [one.step for one in hold.moves.order_by("pk")] == [HoldStep.RESERVE, HoldStep.EXPIRE]


def test_a_part_is_used_and_given_back_and_the_rest_stays(actor: Actor, now: datetime) -> None:
    party = firm("分次企业")
    limit = granted(party, 1_000, at=now)
    hold = drawn(party, 900, actor=actor, at=now)
    use(actor=actor, at=now, hold=hold, amount=Decimal(300), guarantee_number="DB1")
    held = use(actor=actor, at=now, hold=hold, amount=Decimal(200))
    assert (held.reserved, held.used) == (Decimal(400), Decimal(500))
    release(actor=actor, at=now, hold=hold, step=HoldStep.REPAY, amount=Decimal(100), note="还款")
    assert taken(reach_of(limit.subject), at=now).total == Decimal(800)
    for wrong in (Decimal(401), Decimal(0), Decimal(-1)):
        with pytest.raises(NotHeld):
            use(actor=actor, at=now, hold=hold, amount=wrong)
    release(actor=actor, at=now, hold=hold, step=HoldStep.CANCEL)
    held = release(actor=actor, at=now, hold=hold, step=HoldStep.REPAY)
    assert (held.state, taken(reach_of(limit.subject), at=now).total) == (HoldState.RELEASED, Decimal(0))


def test_a_number_hides_no_other_customer_s_guarantee_and_no_other_hold(actor: Actor, now: datetime) -> None:
    party, other = firm("甲企业"), firm("乙企业")
    granted(party, 1_000, at=now)
    guaranteed(other, "DB1", 500, as_of=(now + DAY).date())
    hold = drawn(party, 100, actor=actor, at=now)
    with pytest.raises(NotHeld, match="别的客户"):
        use(actor=actor, at=now, hold=hold, amount=Decimal(1), guarantee_number="DB1")
    with pytest.raises(NotHeld, match="业务编号"):
        use(actor=actor, at=now, hold=hold, amount=Decimal(1))
    use(actor=actor, at=now, hold=hold, amount=Decimal(1), guarantee_number="DB2")
    with pytest.raises(NotHeld, match="未结束"):
        drawn(party, 1, actor=actor, at=now, guarantee_number="DB2")


def test_a_merged_record_s_limit_and_holds_are_the_customer_s(actor: Actor, now: datetime) -> None:
    stays, goes = firm("保留企业"), firm("并入企业")
    limit = granted(goes, 1_000, at=now)
    drawn(goes, 400, actor=actor, at=now)
    merge_parties(actor=actor, at=now, party=goes, canonical=stays, reason="同一企业")
    drawn(stays, 500, actor=actor, at=now)
    assert taken(reach_of(limit.subject), at=now).total == Decimal(900)
    with pytest.raises(GateRefused):
        drawn(goes, 101, actor=actor, at=now)


def test_the_gate_weighs_what_is_held_and_not_in_the_register_yet(actor: Actor) -> None:
    now = timezone.now()
    party = firm("敞口企业")
    granted(party, 1_000, at=now)
    hold = drawn(party, 600, actor=actor, at=now, share_rate=Decimal("0.5"))
    today = timezone.localdate(now)
    (one,) = exposures([party.pk], as_of=today)
    assert (one.customer, one.debt, one.share) == (party.pk, 60_000, 500_000)
    use(actor=actor, at=now, hold=hold, amount=Decimal(600), guarantee_number="DB1")
    guaranteed(party, "DB1", 200, as_of=today, share="0.5")
    (one,) = exposures(None, as_of=today)
    assert (one.debt, one.share) == (20_000, 1_000_000)
    guaranteed(party, "DB1", 600, as_of=today + DAY, share="0.5")
    assert exposures(None, as_of=today) == []


def test_a_ledger_that_gives_the_number_to_another_customer_hides_nothing(
    actor: Actor, now: datetime
) -> None:
    party, other = firm("甲企业"), firm("乙企业")
    limit = granted(party, 1_000, at=now)
    hold = drawn(party, 600, actor=actor, at=now)
    use(actor=actor, at=now, hold=hold, amount=Decimal(600), guarantee_number="DB1")
    guaranteed(other, "DB1", 5, as_of=(now + DAY).date())
    keep_limits(actor=actor, at=now + 2 * DAY)
    hold.refresh_from_db()
    assert (hold.state, hold.used) == (HoldState.OPEN, Decimal(600))
    assert taken(reach_of(limit.subject), at=now + 2 * DAY) == Taken(used=Decimal(600))
    # It is the same customer by another record, and the register takes over.
    merge_parties(actor=actor, at=now + DAY, party=other, canonical=party, reason="同一企业")
    keep_limits(actor=actor, at=now + 2 * DAY)
    hold.refresh_from_db()
    assert hold.state == HoldState.RELEASED


def test_what_is_used_is_given_back_by_who_pays_alone(actor: Actor, now: datetime) -> None:
    party = firm("还款企业")
    granted(party, 1_000, at=now)
    hold = drawn(party, 600, actor=actor, at=now)
    use(actor=actor, at=now, hold=hold, amount=Decimal(500), guarantee_number="DB1")

    for role in (Role.ACCOUNT_MANAGER, Role.TEAM_LEAD, Role.INSPECTOR):
        with pytest.raises(Refused, match="权限"):
            release(actor=_person(role), at=now, hold=hold, step=HoldStep.REPAY)
    release(actor=_person(Role.ACCOUNT_MANAGER), at=now, hold=hold, step=HoldStep.CANCEL)
    held = release(actor=_person(Role.RELEASE_OFFICER), at=now, hold=hold, step=HoldStep.REPAY)
    assert held.state == HoldState.RELEASED


def test_what_was_approved_when_it_was_reserved_is_used_by_who_pays(actor: Actor, now: datetime) -> None:
    party = firm("审批企业")
    granted(party, 1_000, at=now)
    wants: dict[str, Any] = {"severity": "approve", "measure": "expression", "steps": ("draw",)}
    own_rule(now, **wants, expression='proposal.kind == "bond"')
    with pytest.raises(GateRefused, match="OWN-1"):
        drawn(party, 100, actor=_person(Role.ACCOUNT_MANAGER), at=now)
    hold = drawn(party, 100, actor=_person(Role.CRO), at=now)
    assert hold.approved == ["OWN-1"]
    cashier = _person(Role.CASHIER)
    held = use(actor=cashier, at=now, hold=hold, amount=Decimal(40), guarantee_number="DB1")
    assert held.used == 40
    # What another rule wants since then was approved by nobody.
    own_rule(now, **wants, code="OWN-2", expression='proposal.kind == "bond"')
    with pytest.raises(GateRefused, match="OWN-2") as refused:
        use(actor=cashier, at=now, hold=hold, amount=Decimal(40))
    assert [one.rule for one in refused.value.verdict.refusals] == ["OWN-2"]


def _person(role: Role) -> Actor:
    return Actor(id="user:1", label="某人", user_id=1, roles=frozenset({role}), scope=Scope.ALL)
