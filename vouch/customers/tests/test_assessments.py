"""Impact assessments: written, reviewed by a second person, in force until a day, kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import (
    NotNow,
    WrongAssessment,
    draft_assessment,
    remind_of_assessments,
    return_assessment,
    review_assessment,
    revise_assessment,
    submit_assessment,
    switch_social,
    withdraw_assessment,
)
from vouch.customers.models import ImpactAssessment, SourceSwitch
from vouch.customers.queries.assessments import (
    assessments,
    live_assessment,
    social_is_open,
    standing_of,
    unassessed,
    with_standing,
)
from vouch.customers.terms import (
    AssessmentStanding,
    AssessmentState,
    Conclusion,
    ProcessingActivity,
)
from vouch.customers.tests.assessments import SYSTEM, details, in_force, opened
from vouch.platform.courier.models import Message
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Draft, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

SOCIAL = ProcessingActivity.SOCIAL


@pytest.fixture
def compliance(staff: dict[str, User], now: datetime) -> User:
    """林洁 of compliance, beside the cast."""
    with writing():
        user = User(
            username="linjie",
            name="林洁",
            unit=staff["chenjing"].unit,
            roles=[Role.COMPLIANCE],
            scope="all",
            joined_at=now,
        )
        user.set_unusable_password()
        user.save()
    return user


def test_whoever_wrote_a_word_of_it_does_not_review_it(
    actors: dict[str, Actor], compliance: User, now: datetime
) -> None:
    officer, cro = actor_of(compliance), actors["chenjing"]
    drafted = draft_assessment(actor=actors["wangfang"], at=now, activity=SOCIAL, details=details(at=now))
    revise_assessment(actor=cro, at=now, assessment=drafted, details=details(at=now, measures="另加抽查"))
    with pytest.raises(NotNow, match="不能复核"):
        review_assessment(actor=officer, at=now, assessment=drafted)
    submit_assessment(actor=actors["wangfang"], at=now, assessment=drafted)
    with pytest.raises(PermissionDenied):
        # Only revised it, and that is writing.
        review_assessment(actor=cro, at=now, assessment=ImpactAssessment.objects.get())
    with pytest.raises(PermissionDenied):
        review_assessment(actor=actors["liqiang"], at=now, assessment=ImpactAssessment.objects.get())
    assert Message.objects.get(recipient=compliance).stable_id.startswith(f"assessment:{drafted.pk}:waiting")
    returned = return_assessment(actor=officer, at=now, assessment=drafted, reason="补充风险")
    assert (returned.state, returned.returned_reason) == (AssessmentState.DRAFT, "补充风险")
    submit_assessment(actor=actors["wangfang"], at=now, assessment=drafted)
    done = review_assessment(actor=officer, at=now, assessment=drafted, note="同意")
    assert (done.state, done.reviewed_by, done.review_note) == (AssessmentState.REVIEWED, compliance, "同意")
    with pytest.raises(NotNow, match="只有草稿可以修改"):
        revise_assessment(actor=actors["wangfang"], at=now, assessment=done, details=details(at=now, days=9))
    events = Entry.objects.filter(subject_kind="impact_assessment").values_list("event", flat=True)
    assert sorted(events) == [
        "customers.assessment.drafted",
        "customers.assessment.returned",
        "customers.assessment.reviewed",
        "customers.assessment.revised",
        "customers.assessment.submitted",
        "customers.assessment.submitted",
    ]


def test_what_is_not_sound_is_never_concluded_to_go_on(now: datetime) -> None:
    for field in ("is_lawful", "is_proper", "is_necessary", "is_fitting"):
        with pytest.raises(WrongAssessment) as wrong:
            draft_assessment(actor=SYSTEM, at=now, activity=SOCIAL, details=details(at=now, **{field: False}))
        assert wrong.value.field == field
    refused = in_force(at=now, is_necessary=False, conclusion=Conclusion.FORBIDDEN)
    assert refused.state == AssessmentState.REVIEWED
    assert live_assessment(SOCIAL, at=now) is None
    # The table says so too, whoever writes.
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        ImpactAssessment.objects.update(conclusion=Conclusion.PERMITTED)


def test_matters_are_assessed_one_by_one_and_versions_count_within_them(now: datetime) -> None:
    with pytest.raises(WrongAssessment, match="请写明是哪一个"):
        draft_assessment(actor=SYSTEM, at=now, activity=ProcessingActivity.PROVIDE, details=details(at=now))
    with pytest.raises(WrongAssessment, match="只有一份评估"):
        draft_assessment(actor=SYSTEM, at=now, activity=SOCIAL, matter="某平台", details=details(at=now))
    versions = [
        draft_assessment(
            actor=SYSTEM, at=now, activity=ProcessingActivity.PROVIDE, matter=bank, details=details(at=now)
        ).version
        for bank in ("江州银行", "江城银行")
    ]
    assert versions == [1, 1]
    with pytest.raises(WrongAssessment, match="没有办完"):
        draft_assessment(
            actor=SYSTEM,
            at=now,
            activity=ProcessingActivity.PROVIDE,
            matter="江州银行",
            details=details(at=now),
        )
    first = in_force(at=now)
    second = in_force(at=now + timedelta(days=1), measures="加强")
    first.refresh_from_db()
    assert (second.version, first.state, first.ended_at) == (
        2,
        AssessmentState.SUPERSEDED,
        now + timedelta(days=1),
    )
    assert SOCIAL not in unassessed(on=timezone.localdate(now))
    assert ProcessingActivity.PROVIDE in unassessed(on=timezone.localdate(now))


def test_the_last_day_counts_and_the_day_after_does_not(now: datetime) -> None:
    one = in_force(at=now, days=40)
    assert one.kept_until == date(2029, 12, 31)
    for days, standing in ((0, "live"), (9, "live"), (10, "ending"), (40, "ending"), (41, "ended")):
        at = now + timedelta(days=days)
        assert standing_of(one, at=at) == standing == with_standing(assessments(), at=at).get().standing
        assert (live_assessment(SOCIAL, at=at) is not None) == (standing != AssessmentStanding.ENDED)
    assert live_assessment(SOCIAL, at=now - timedelta(seconds=1)) is None
    with pytest.raises(WrongAssessment, match="最长 3 年"):
        draft_assessment(
            actor=SYSTEM, at=now, activity=ProcessingActivity.LISTS, details=details(at=now, days=1200)
        )


def test_the_switch_needs_an_assessment_in_force_and_a_withdrawal_turns_it_off(
    actors: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(NotNow, match="个人信息保护法55条"):
        switch_social(actor=SYSTEM, at=now, is_on=True, reason="试用")
    one = opened(at=now, days=3)
    assert social_is_open(at=now)
    with pytest.raises(PermissionDenied):
        switch_social(actor=actors["wangfang"], at=now, is_on=False, reason="不用了")
    # Expired: shut by the clock, with the switch where it was.
    assert not social_is_open(at=now + timedelta(days=4))
    assert SourceSwitch.objects.get().is_on
    with pytest.raises(NotNow, match="不能开启"):
        switch_social(actor=SYSTEM, at=now + timedelta(days=4), is_on=True, reason="再开")
    withdraw_assessment(actor=actors["chenjing"], at=now, assessment=one, reason="平台条款变化")
    assert not SourceSwitch.objects.get().is_on
    assert not social_is_open(at=now)
    in_force(at=now)
    assert not social_is_open(at=now)
    switch_social(actor=actors["chenjing"], at=now, is_on=True, reason="新评估已复核")
    assert social_is_open(at=now)


def test_a_reviewed_prohibition_turns_the_switch_off_and_nothing_else_does(
    actors: dict[str, Actor], now: datetime
) -> None:
    opened(at=now)
    in_force(at=now, activity=ProcessingActivity.LISTS, is_lawful=False, conclusion=Conclusion.FORBIDDEN)
    # A renewal leaves it on.
    in_force(at=now)
    assert social_is_open(at=now)
    no = in_force(at=now, reviewer=actors["chenjing"], is_necessary=False, conclusion=Conclusion.FORBIDDEN)
    switch = SourceSwitch.objects.get()
    assert not switch.is_on
    assert switch.set_by_id == actors["chenjing"].user_id
    assert no.number in switch.reason
    # The next assessment that permits it needs the switch anew.
    in_force(at=now)
    assert not social_is_open(at=now)


def test_the_keepers_are_asked_for_once_however_many_assessments_end(
    staff: dict[str, User], now: datetime
) -> None:
    for activity in (SOCIAL, ProcessingActivity.LISTS):
        in_force(at=now, activity=activity, days=20)
    with CaptureQueriesContext(connection) as seen:
        assert remind_of_assessments(actor=SYSTEM, at=now) == 2
    assert sum("roles" in one["sql"] and "&&" in one["sql"] for one in seen.captured_queries) == 1


def test_each_stage_before_the_end_is_told_once(staff: dict[str, User], now: datetime) -> None:
    one = in_force(at=now, days=60)
    told = [
        remind_of_assessments(actor=SYSTEM, at=now + timedelta(days=days))
        for days in (0, 29, 30, 31, 53, 53, 60, 61)
    ]
    assert told == [0, 0, 1, 0, 1, 0, 1, 0]
    messages = Message.objects.filter(recipient=staff["chenjing"], stable_id__contains=f"{one.pk}:2027")
    assert messages.count() == 3


def filled(**more: object) -> dict[str, object]:
    """The form as a person sends it."""
    return {
        "activity": SOCIAL,
        "matter": "",
        "valid_until": (timezone.localdate() + timedelta(days=200)).isoformat(),
        "purpose": "了解企业是否活跃",
        "manner": "查看公开页面",
        "is_lawful": "on",
        "is_proper": "on",
        "is_necessary": "on",
        "grounds": "只记企业",
        "effect": "不涉及个人",
        "risk": "误记",
        "risk_level": "low",
        "measures": "拒绝个人信息",
        "is_fitting": "on",
        "conclusion": "permitted",
        "remarks": "",
        **more,
    }


def test_from_the_draft_to_the_report_and_back_on_the_pages(
    client: Client, staff: dict[str, User], compliance: User
) -> None:
    client.force_login(staff["wangfang"])
    page = reverse("customers:new_assessment")
    answer = client.post(page, filled(purpose="联系 13800138000", is_fitting=""))
    assert answer.status_code == 422
    assert "不要在这里填写证件号码" in answer.content.decode()
    client.post(page, filled(measures="写到一半", save_draft="1"))
    assert Draft.objects.get().about == ""
    assert "写到一半" in client.get(page + "?draft").content.decode()
    answer = client.post(page, filled(is_fitting=""))
    assert "结论只能是不得开展" in answer.content.decode()
    client.post(page, filled())
    assert not Draft.objects.exists()
    one = ImpactAssessment.objects.get()
    edit = reverse("customers:edit_assessment", args=[one.pk])
    client.post(edit, filled(risk="误记个人姓名"))
    client.post(reverse("customers:step_assessment", args=[one.pk]), {"do": "submit"})
    client.force_login(compliance)
    shown = client.get(one.get_absolute_url()).content.decode()
    assert "误记个人姓名" in shown
    assert "复核通过" in shown
    client.post(reverse("customers:step_assessment", args=[one.pk]), {"do": "review", "note": "同意"})
    switch = reverse("customers:social_switch")
    assert client.post(switch, {"is_on": "yes", "reason": ""}).status_code == 422
    client.post(switch, {"is_on": "yes", "reason": "开始使用"})
    assert social_is_open(at=timezone.now())
    listed = client.get(reverse("customers:assessments") + "?export=csv")
    assert "社交信息作为组织信号" in b"".join(listed.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    client.force_login(staff["liqiang"])
    assert client.get(one.get_absolute_url()).status_code == 200
    assert client.get(page).status_code == 403
    assert client.post(switch, {"is_on": "no", "reason": "关"}).status_code == 403
