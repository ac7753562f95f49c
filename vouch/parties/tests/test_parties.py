"""Who sees whom, who looks after whom, and particulars changed by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from vouch.engine.firm_size import FirmSize
from vouch.parties import actions, queries
from vouch.parties.actions import AlreadyKnown, Duty, EnterpriseDetails, Registration, WrongDays
from vouch.parties.models import Assignment, Enterprise, Party
from vouch.parties.terms import IdentifierKind, PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def seen(actor: Actor) -> list[str]:
    return sorted(queries.visible_to(actor).values_list("name", flat=True))


def test_a_party_is_seen_by_its_manager_its_unit_and_those_who_see_all(
    firm: Party, actors: dict[str, Actor]
) -> None:
    who = {name for name, actor in actors.items() if seen(actor)}
    assert who == {"liqiang", "zhaomin", "wangfang", "chenjing", "sunlei", "zhoujie"}


def test_the_second_manager_sees_the_party_and_the_former_one_no_longer(
    firm: Party, actors: dict[str, Actor], staff: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    duty = Duty(units["YW2"], now.date(), manager=None, second_manager=staff["wuting"])
    actions.assign_party(actor=actors["chenjing"], at=now, party=firm, duty=duty)
    assert seen(actors["wuting"]) == ["甲有限公司"]
    assert seen(actors["liqiang"]) == seen(actors["zhaomin"]) == []
    former, present = queries.assignments_of(firm).order_by("starts_on", "pk")
    assert (former.ends_on, present.ends_on) == (now.date(), None)


def test_assigning_the_same_people_again_changes_nothing(
    firm: Party, actor: Actor, staff: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    duty = Duty(units["YW1"], now.date(), manager=staff["liqiang"])
    actions.assign_party(actor=actor, at=now, party=firm, duty=duty)
    assert Assignment.objects.filter(party=firm).count() == 1
    assert not Entry.objects.filter(event="parties.assignment.made").exists()


def test_days_of_assignments_follow_on_one_another(
    firm: Party, actor: Actor, staff: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    yesterday = now.date() - timedelta(days=1)
    with pytest.raises(WrongDays, match="不能早于"):
        actions.assign_party(actor=actor, at=now, party=firm, duty=Duty(units["YW2"], yesterday))
    both = Duty(units["YW2"], now.date(), manager=staff["wuting"], second_manager=staff["wuting"])
    with pytest.raises(WrongDays, match="同一人"):
        actions.assign_party(actor=actor, at=now, party=firm, duty=both)
    with pytest.raises(WrongDays, match="不能早于"):
        actions.end_assignment(actor=actor, at=now, party=firm, ends_on=yesterday)


def test_after_its_assignment_ended_a_party_is_seen_by_those_who_see_all(
    firm: Party, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    actions.end_assignment(actor=actor, at=now, party=firm, ends_on=now.date())
    assert seen(actors["liqiang"]) == []
    assert seen(actors["wangfang"]) == ["甲有限公司"]
    assert queries.current_assignment(firm) is None


def test_the_database_keeps_one_present_assignment(
    firm: Party, units: dict[str, Unit], now: datetime
) -> None:
    with writing(), pytest.raises(IntegrityError, match="one_current"):
        Assignment.objects.create(party=firm, unit=units["YW2"], starts_on=now.date())


def test_an_officer_does_not_assign_and_a_stranger_does_not_correct(
    firm: Party, actors: dict[str, Actor], units: dict[str, Unit], now: datetime
) -> None:
    with pytest.raises(Refused):
        actions.assign_party(actor=actors["liqiang"], at=now, party=firm, duty=Duty(units["YW2"], now.date()))
    with pytest.raises(Refused):
        actions.correct_enterprise(
            actor=actors["wuting"], at=now, party=firm, details=EnterpriseDetails(name="别名"), reason=""
        )


def test_a_correction_keeps_both_sides_and_the_reason(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    details = EnterpriseDetails(name="乙有限公司", established_on=date(2003, 1, 1))
    actions.correct_enterprise(
        actor=actors["liqiang"], at=now, party=firm, details=details, reason="名称变更"
    )
    entry = history_of("party", firm.pk).first()
    assert entry is not None
    assert entry.before == {"name": "甲有限公司", "established_on": None, "province": "福建"}
    assert entry.after == {"name": "乙有限公司", "established_on": "2003-01-01", "province": ""}
    assert entry.purpose == "名称变更"
    assert seen(actors["liqiang"]) == ["乙有限公司"]
    assert list(queries.search(Party.objects.all(), "乙有限")) == [firm]


def test_a_code_belongs_to_one_party(
    firm: Party, actor: Actor, units: dict[str, Unit], now: datetime
) -> None:
    again = Registration(
        EnterpriseDetails(name="丁"), codes=[(IdentifierKind.USCC, "", "91350100M000100Y43")]
    )
    with pytest.raises(AlreadyKnown, match=firm.number):
        actions.register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=again)
    assert not Party.objects.filter(name="丁").exists()


def test_codes_of_two_sources_do_not_meet(firm: Party, actor: Actor, now: datetime) -> None:
    for source in ("a", "b"):
        actions.add_identifier(
            actor=actor, at=now, party=firm, code=(IdentifierKind.SOURCE_CODE, source, "E1")
        )
    assert queries.party_by_code("E1", kind=IdentifierKind.SOURCE_CODE, source="b") == firm
    assert queries.party_by_code("E1", kind=IdentifierKind.SOURCE_CODE, source="c") is None
    assert queries.party_ids_by_code(["E1"], kind=IdentifierKind.SOURCE_CODE, source="a") == {"E1": firm.pk}


@pytest.mark.parametrize("text", ["有限", "甲 91350100", "m000100y43", "Ｃ0", ""])
def test_a_party_is_found_by_parts_of_name_code_and_number(firm: Party, text: str) -> None:
    assert list(queries.search(Party.objects.all(), text)) == [firm]


@pytest.mark.parametrize("text", ["丙", "甲 丙", "%", "_"])
def test_other_words_do_not_find_it(firm: Party, text: str) -> None:
    assert list(queries.search(Party.objects.all(), text)) == []


def test_a_status_moves_only_along_its_transitions(firm: Party, actor: Actor, now: datetime) -> None:
    actions.change_status(actor=actor, at=now, party=firm, status=PartyStatus.CLOSED, reason="注销")
    with pytest.raises(ValueError, match="状态"):
        actions.change_status(actor=actor, at=now, party=firm, status=PartyStatus.CLOSED, reason="")


def test_size_follows_from_industry_and_figures() -> None:
    firm = Enterprise(industry_code="C13", staff_count=300, revenue=Decimal("20000000.00"))
    assert queries.size_of(firm) is FirmSize.MEDIUM
    assert queries.size_of(Enterprise(industry_code="C13", staff_count=300)) is None
    assert queries.size_of(Enterprise()) is None


@pytest.mark.parametrize(
    ("established", "months"), [("2025-11-20", 12), ("2025-11-21", 11), ("2026-11-20", 0), ("2027-01-01", 0)]
)
def test_age_counts_completed_months(established: str, months: int) -> None:
    assert queries.age_in_months(date.fromisoformat(established), as_of=date(2026, 11, 20)) == months


def test_particulars_cost_the_same_queries_for_one_and_for_many(
    firm: Party,
    actor: Actor,
    units: dict[str, Unit],
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def read() -> None:
        for party in queries.with_particulars(queries.visible_to(actor)):
            assert (party.enterprise, party.codes, party.present[0].unit) is not None  # type: ignore[attr-defined]

    with django_assert_num_queries(3):
        read()
    for number in range(5):
        registration = Registration(EnterpriseDetails(name=f"第{number}公司"))
        actions.register_enterprise(actor=actor, at=now, unit=units["YW1"], registration=registration)
    with django_assert_num_queries(3):
        read()


def test_a_restricted_party_is_stored_and_nothing_else(
    firm: Party, actors: dict[str, Actor], now: datetime
) -> None:
    chief = actors["chenjing"]
    with pytest.raises(Refused):
        actions.restrict_party(actor=actors["liqiang"], at=now, party=firm, reason="无权")
    actions.restrict_party(actor=chief, at=now, party=firm, reason="保存期限未满")
    actions.restrict_party(actor=chief, at=now, party=firm, reason="重复")
    firm.refresh_from_db()
    assert firm.status == PartyStatus.RESTRICTED
    with pytest.raises(Refused):
        actions.change_status(actor=chief, at=now, party=firm, status=PartyStatus.ACTIVE, reason="绕过")
    actions.lift_restriction(actor=chief, at=now, party=firm, reason="期满")
    with pytest.raises(ValueError, match="没有被限制"):
        actions.lift_restriction(actor=chief, at=now, party=firm, reason="期满")
    events = {entry.event for entry in history_of("party", firm.pk)}
    assert {"parties.party.restricted", "parties.party.unrestricted"} <= events
    assert history_of("party", firm.pk).filter(event="parties.party.restricted").count() == 1
