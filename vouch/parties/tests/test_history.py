"""Nothing overwritten is lost: what each field was, from when to when, and what was recorded on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from vouch.parties import actions, queries
from vouch.parties.actions import Change, EnterpriseDetails, Named, PostLine, ShareholderLine
from vouch.parties.models import FormerValue, Party
from vouch.parties.terms import ChangeNature, PartyKind, PartyStatus, PostKind, RecordSource
from vouch.parties.tests.people import NUMBER, OTHER_NUMBER
from vouch.parties.tests.worlds import World
from vouch.platform.exchange.models import Import
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def corrected(
    firm: Party, actor: Actor, at: datetime, change: Change | None = None, **values: object
) -> None:
    given = {"name": "甲有限公司", "province": "福建", **values}
    actions.correct_enterprise(
        actor=actor, at=at, party=firm, details=EnterpriseDetails(**given), reason="变更登记", change=change  # type: ignore[arg-type]
    )  # fmt: skip


def test_each_field_keeps_its_former_values_with_from_to_who_and_source(
    firm: Party, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    corrected(firm, actors["liqiang"], now + DAY, address="甲路1号")
    change = Change(ChangeNature.CHANGE, RecordSource.REGISTER, date(2026, 11, 15))
    corrected(firm, actors["zhaomin"], now + 2 * DAY, change, address="乙路2号")
    second, first = queries.former_values_of(firm)
    assert (first.title, first.text, first.since, first.until) == ("注册地址", "", now, now + DAY)
    assert (first.recorded_by, first.replaced_by, first.nature) == (
        "系统（test）",
        "李强（业务一部）",
        "更正",
    )
    assert (second.text, second.since, second.until) == ("甲路1号", now + DAY, now + 2 * DAY)
    assert (second.recorded_by, second.replaced_by) == ("李强（业务一部）", "赵敏（业务一部）")
    assert (second.nature, second.source, second.ended_on) == (
        "变更",
        "企业信用信息公示系统",
        date(2026, 11, 15),
    )
    assert second.reason == "变更登记"


def test_what_never_changed_has_no_row(
    firm: Party, actor: Actor, now: datetime, import_text: Callable[..., Import]
) -> None:
    import_text("企业名称,统一社会信用代码\n新公司,91350200MA2XNEWC0X\n")
    corrected(firm, actor, now)
    assert FormerValue.objects.count() == 0
    corrected(firm, actor, now, staff_count=5)
    corrected(firm, actor, now, staff_count=5)
    assert FormerValue.objects.count() == 1


def test_an_import_that_changes_a_firm_is_named_as_the_source(
    firm: Party, now: datetime, import_text: Callable[..., Import]
) -> None:
    head = "企业名称,统一社会信用代码,注册地址\n"
    import_text(f"{head}甲股份有限公司,91350100M000100Y43,福州市甲路1号\n")
    [name] = FormerValue.objects.filter(field="name")
    assert (name.value, name.source, name.nature) == ("甲有限公司", RecordSource.IMPORT, ChangeNature.CHANGE)
    assert name.batch is not None


def test_the_status_and_the_kind_keep_what_they_were(firm: Party, actor: Actor, now: datetime) -> None:
    actions.change_status(actor=actor, at=now + DAY, party=firm, status=PartyStatus.CLOSED, reason="注销")
    actions.correct_kind(
        actor=actor, at=now + 2 * DAY, party=firm, kind=PartyKind.COOPERATIVE, reason="看错了"
    )
    recorded = queries.party_as_of(firm.pk, now.date())
    assert recorded is not None
    assert (recorded.fields["status"], recorded.fields["kind"]) == ("active", "enterprise")
    assert {one.text for one in queries.former_values_of(firm)} == {"正常", "企业"}


def test_a_persons_former_values_are_sealed_and_shown_masked(
    person: Party, actor: Actor, now: datetime, cipher: str
) -> None:
    changes = {"document_number": OTHER_NUMBER, "occupation": "店主", "marital_status": "divorced"}
    actions.correct_person(actor=actor, at=now + DAY, party=person, changes=changes, reason="补正")
    shown = {one.title: one.text for one in queries.former_values_of(person)}
    assert shown == {"证件号码": "110***********1233", "职业": "******", "婚姻状况": "已婚"}
    for row in FormerValue.objects.filter(field__in=["document_number", "occupation"]):
        assert row.value == ""
        assert NUMBER.encode() not in bytes(row.sealed or b"")
    # As of a day, protected fields are left out and not shown as they are today.
    recorded = queries.party_as_of(person.pk, now.date())
    assert recorded is not None
    assert recorded.fields["marital_status"] == "married"
    assert "document_number" not in recorded.fields


def test_as_of_a_day_gives_fields_and_edges_as_they_were_recorded(
    firm: Party, actor: Actor, now: datetime
) -> None:
    line = ShareholderLine(who=Named("甲"), rate=Decimal("0.4"))
    [holding] = actions.add_edges(actor=actor, at=now, party=firm, lines=[line])
    corrected(firm, actor, now + DAY, staff_count=9)
    ending = actions.Ending("转让", now.date())
    actions.end_edge(
        actor=actor, at=now + 2 * DAY, party=firm, edge=("shareholder", holding.pk), ending=ending
    )
    post = PostLine(who=Named("乙"), kind=PostKind.DIRECTOR, starts_on=now.date() - 30 * DAY)
    actions.add_edges(actor=actor, at=now + 3 * DAY, party=firm, lines=[post])
    told = [queries.party_as_of(firm.pk, now.date() + n * DAY) for n in range(-1, 4)]
    assert told[0] is None
    found = [(one.fields["staff_count"], len(one.shareholdings), len(one.posts)) for one in told[1:] if one]
    # The post began a month ago in the world; nobody knew before the day on which it was told.
    assert found == [(None, 1, 0), (9, 1, 0), (9, 0, 0), (9, 0, 1)]


@pytest.mark.parametrize("seed", range(4))
def test_as_of_any_day_the_fields_equal_a_diary_kept_beside(
    seed: int, head_office: Unit, actor: Actor
) -> None:
    world = World.of(seed + 50, actor=actor, unit=head_office)
    for _step in range(40):
        world.step()
    for day in world.days(3):
        for pk, kept in world.kept.items():
            recorded = queries.party_as_of(pk, day)
            if kept.since > day:
                assert recorded is None
                continue
            assert recorded is not None
            for name in {told[1] for told in kept.said}:
                was = kept.was(name, day)
                assert (recorded.fields.get(name) or None) == (was or None), (name, day)


def test_a_day_ends_at_midnight_here_and_not_in_london(firm: Party, actor: Actor, now: datetime) -> None:
    late = now.replace(hour=23, minute=59)
    corrected(firm, actor, late, staff_count=1)
    corrected(firm, actor, late + timedelta(minutes=2), staff_count=2)
    recorded = queries.party_as_of(firm.pk, now.date())
    assert recorded is not None
    assert recorded.fields["staff_count"] == 1
