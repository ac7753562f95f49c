"""Drafted by one, published by another, never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from vouch.engine.canonical import FileError
from vouch.engine.policy_diff import differences
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.policy import queries
from vouch.policy.actions import (
    LIBRARY,
    GateRefused,
    RuleDetails,
    WrongStateError,
    begin_policy,
    confirm_rule,
    draft_policy,
    install_shipped_policies,
    propose_rule,
    publish_policy,
    retire_policy,
    review_policy,
    roll_back,
)
from vouch.policy.models import PolicyVersion
from vouch.policy.terms import Measure, PolicyState, Severity, Step

pytestmark = pytest.mark.django_db

SHIPPED = (LIBRARY / "small-firm-invoices.policy.yaml").read_bytes()


def second_version(title: str = "第二版") -> bytes:
    return SHIPPED.replace(b"version: 2\ntitle:", f"version: 3\ntitle: {title}".encode() + b" #", 1)


def later_version(row: PolicyVersion, by: int) -> bytes:
    """The shipped policy under a later number."""
    return row.document.replace(f"version: {row.version}\n", f"version: {row.version + by}\n", 1).encode()


@pytest.fixture
def first(actor: Actor, now: datetime) -> PolicyVersion:
    """The shipped policy, in force."""
    (version,) = install_shipped_policies(actor=system_actor("install"), at=now)
    return version


def published(actors: dict[str, Actor], now: datetime, document: bytes) -> PolicyVersion:
    version = draft_policy(actor=actors["wangfang"], at=now, document=document)
    review_policy(actor=actors["chenjing"], at=now, version=version)
    return publish_policy(actor=actors["chenjing"], at=now, version=version)


def test_installing_twice_leaves_one_version_in_force(first: PolicyVersion, now: datetime) -> None:
    (again,) = install_shipped_policies(actor=system_actor("install"), at=now)
    assert again == first
    assert again.state == PolicyState.PUBLISHED
    assert Entry.objects.filter(event__startswith="policy.version").count() == 3
    assert queries.policy_in_force(at=now) == first


def test_without_a_published_policy_the_question_says_so(now: datetime) -> None:
    with pytest.raises(queries.NoPolicyInForceError, match="没有已发布的政策"):
        queries.policy_in_force(at=now)


def test_the_author_may_not_publish_what_he_wrote(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    version = draft_policy(actor=actors["chenjing"], at=now, document=second_version())
    with pytest.raises(Refused):
        review_policy(actor=actors["chenjing"], at=now, version=version)
    review_policy(actor=actors["wangfang"], at=now, version=version)
    with pytest.raises(Refused):
        publish_policy(actor=actors["chenjing"], at=now, version=version)
    # Nor may somebody of another trade.
    with pytest.raises(Refused):
        publish_policy(actor=actors["zhoujie"], at=now, version=version)
    assert queries.policy_in_force(at=now) == first


def test_publishing_retires_the_version_before_and_the_past_keeps_it(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    later = now + timedelta(days=30)
    second = published(actors, later, second_version())
    assert queries.policy_in_force(at=later) == second
    assert queries.policy_in_force(at=later - timedelta(seconds=1)) == first
    first.refresh_from_db()
    assert first.state == PolicyState.RETIRED
    assert queries.policy_of(first).sha256 == first.sha256


def test_a_draft_cannot_be_published_without_review(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    version = draft_policy(actor=actors["wangfang"], at=now, document=second_version())
    with pytest.raises(WrongStateError, match="草稿"):
        publish_policy(actor=actors["chenjing"], at=now, version=version)


def test_a_retired_version_does_not_come_back(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    retire_policy(actor=actors["chenjing"], at=now, version=first)
    with pytest.raises(WrongStateError):
        publish_policy(actor=actors["chenjing"], at=now, version=first)
    with pytest.raises(queries.NoPolicyInForceError):
        queries.policy_in_force(at=now)


def test_the_database_refuses_to_edit_to_remove_and_to_skip_a_state(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    draft = draft_policy(actor=actors["wangfang"], at=now, document=second_version())
    rows = PolicyVersion.objects
    with writing():
        for change in ({"document": "x"}, {"sha256": "0" * 64}, {"version": 9}):
            with pytest.raises(Error, match="Cannot update"), transaction.atomic():
                rows.filter(pk=first.pk).update(**change)
        with pytest.raises(Error, match="Cannot delete"), transaction.atomic():
            rows.filter(pk=first.pk).delete()
        with pytest.raises(Error, match="Invalid transition"), transaction.atomic():
            rows.filter(pk=draft.pk).update(state=PolicyState.PUBLISHED, published_at=now)


def test_two_policies_cannot_be_in_force_for_one_kind_of_customer(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    version = draft_policy(actor=actors["wangfang"], at=now, document=second_version())
    version = review_policy(actor=actors["chenjing"], at=now, version=version)
    with writing(), pytest.raises(IntegrityError, match="one_in_force"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(state=PolicyState.PUBLISHED, published_at=now)


def test_another_text_under_the_same_number_is_refused(
    first: PolicyVersion, actor: Actor, now: datetime
) -> None:
    with pytest.raises(FileError, match="已经存在且内容不同"):
        draft_policy(
            actor=actor, at=now, document=SHIPPED.replace("发票担保政策".encode(), "新政策".encode())
        )


def test_a_policy_that_asks_for_an_unknown_fact_is_refused_by_name(
    first: PolicyVersion, actor: Actor, now: datetime
) -> None:
    faulty = second_version().replace(b"invoice.supplier_count_12m", b"invoice.supplier_mood")
    with pytest.raises(FileError, match=r"invoice\.supplier_mood"):
        draft_policy(actor=actor, at=now, document=faulty)


def test_the_page_of_a_version_shows_card_rules_and_formula(
    first: PolicyVersion, staff: dict[str, User], client: Client
) -> None:
    client.force_login(staff["liqiang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    listing = client.get("/policies/").content.decode()
    assert first.title in listing
    page = client.get(first.get_absolute_url()).content.decode()
    for words in ("近12个月几乎没有开票销售", "疑似停业", "basis * share", "500万元", "尚未用违约数据验证"):
        assert words in page
    assert "style=" not in page


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_version_goes_through_the_pages_from_hand_to_hand(
    first: PolicyVersion, staff: dict[str, User], client: Client
) -> None:
    file = SimpleUploadedFile("第二版.yaml", second_version())
    drafted = sign_in(client, staff["wangfang"]).post("/policies/", {"file": file})
    version = PolicyVersion.objects.get(version=3)
    assert drafted.headers["Location"] == version.get_absolute_url()
    page = f"/policies/{version.pk}/"
    assert "复核通过" not in client.get(page).content.decode()
    assert client.post(f"{page}review/").status_code == 403
    sign_in(client, staff["chenjing"])
    assert "复核通过" in client.get(page).content.decode()
    client.post(f"{page}review/")
    assert "发布" in client.get(page).content.decode()
    client.post(f"{page}publish/")
    version.refresh_from_db()
    assert version.state == PolicyState.PUBLISHED
    again = client.post(f"{page}publish/", follow=True)
    assert "不能改为" in again.content.decode()
    assert client.post(f"{page}burn/").status_code == 404


def test_every_fault_of_an_uploaded_file_is_named_on_the_page(
    first: PolicyVersion, staff: dict[str, User], client: Client
) -> None:
    faulty = second_version().replace(b"from: 845", b"from: 990").replace(b"round_down_to: ", b"round_to: ")
    sign_in(client, staff["wangfang"])
    answer = client.post("/policies/", {"file": SimpleUploadedFile("坏.yaml", faulty)})
    assert answer.status_code == 422
    assert "round_to" in answer.content.decode()
    assert PolicyVersion.objects.count() == 1
    answer = client.post("/policies/", {"file": SimpleUploadedFile("图.yaml", b"\xff\xd8\xff")})
    assert "不是 UTF-8 文本" in answer.content.decode()
    assert answer.status_code == 422


def test_who_may_not_draft_gets_no_form_and_no_draft(
    first: PolicyVersion, staff: dict[str, User], client: Client
) -> None:
    sign_in(client, staff["liqiang"])
    assert "提交草稿" not in client.get("/policies/").content.decode()
    file = SimpleUploadedFile("第二版.yaml", second_version())
    assert client.post("/policies/", {"file": file}).status_code == 403


def test_the_page_of_a_draft_says_what_looks_wrong_and_what_differs(
    first: PolicyVersion, actors: dict[str, Actor], staff: dict[str, User], client: Client, now: datetime
) -> None:
    document = second_version().replace(b"check_every_days: 180", b"check_every_days: 120", 1)
    rule = "  - {name: never, when: invoice.days_since_sale < 0 and invoice.days_since_sale > 0, reason: 甲, source: 乙}\n"
    start = document.index(b"knock_outs:\n") + len(b"knock_outs:\n")
    document = document[:start] + rule.encode() + document[start:]
    draft = draft_policy(actor=actors["wangfang"], at=now, document=document)
    client.force_login(staff["chenjing"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(draft.get_absolute_url()).content.decode()
    line = document[:start].count(b"\n") + 1
    assert "knock_outs never：永远不会成立" in page
    assert f'<td class="num">{line}</td>' in page
    assert "180 天" in page
    assert "120 天" in page
    # What is in force is compared with nothing newer, and no longer checked.
    page = client.get(first.get_absolute_url()).content.decode()
    assert "永远不会成立" not in page


def test_the_first_version_is_compared_with_nothing(first: PolicyVersion) -> None:
    assert queries.compared(first) is None


def test_a_retired_version_is_compared_with_the_one_before_it(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    second = published(actors, now, second_version("改名"))
    found = queries.compared(second)
    assert found is not None
    assert found.other == first
    assert next(str(one) for one in found.changes).startswith("名称：")


def test_a_version_published_for_a_later_day_judges_from_then_whatever_the_job_has_done(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    second = draft_policy(actor=actors["wangfang"], at=now, document=later_version(first, 1))
    review_policy(actor=actors["chenjing"], at=now, version=second)
    begins = now + timedelta(days=10)
    with pytest.raises(WrongStateError, match="不能早于"):
        publish_policy(actor=actors["chenjing"], at=now, version=second, effective_at=now - timedelta(days=1))
    second = publish_policy(actor=actors["chenjing"], at=now, version=second, effective_at=begins)
    assert second.state == PolicyState.SCHEDULED
    assert queries.policy_in_force(at=begins - timedelta(seconds=1)) == first
    assert queries.policy_in_force(at=begins) == second
    # One that waits at a time.
    third = draft_policy(actor=actors["wangfang"], at=now, document=later_version(first, 2))
    review_policy(actor=actors["chenjing"], at=now, version=third)
    with pytest.raises(WrongStateError, match="正在等待生效"):
        publish_policy(actor=actors["chenjing"], at=now, version=third, effective_at=begins)
    job = system_actor("policy")
    assert (
        begin_policy(actor=job, at=begins - timedelta(days=1), version=second).state == PolicyState.SCHEDULED
    )
    with pytest.raises(Refused):
        begin_policy(actor=actors["chenjing"], at=begins, version=second)
    # The job is late: what was in force when does not move.
    for _round in range(2):
        begin_policy(actor=job, at=begins + timedelta(hours=3), version=second)
    first.refresh_from_db()
    assert (first.state, first.retired_at) == (PolicyState.RETIRED, begins)
    assert queries.policy_in_force(at=begins + timedelta(days=1)) == second
    assert queries.policy_in_force(at=begins - timedelta(seconds=1)) == first


def test_what_waits_can_be_called_off(first: PolicyVersion, actors: dict[str, Actor], now: datetime) -> None:
    second = draft_policy(actor=actors["wangfang"], at=now, document=later_version(first, 1))
    review_policy(actor=actors["chenjing"], at=now, version=second)
    begins = now + timedelta(days=10)
    second = publish_policy(actor=actors["chenjing"], at=now, version=second, effective_at=begins)
    retire_policy(actor=actors["chenjing"], at=now, version=second)
    assert queries.policy_in_force(at=begins + timedelta(days=1)) == first


def test_rolling_back_is_the_earlier_content_as_the_next_version_by_two_persons(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    later = now + timedelta(days=1)
    second = published(actors, later, later_version(first, 1).replace(b"from: 875", b"from: 880"))
    first.refresh_from_db()
    with pytest.raises(Refused):
        roll_back(actor=actors["liqiang"], at=later, version=first)
    back = roll_back(actor=actors["chenjing"], at=later, version=first)
    assert (back.version, back.state) == (second.version + 1, PolicyState.DRAFT)
    assert queries.policy_in_force(at=later) == second
    with pytest.raises(Refused):
        publish_policy(actor=actors["chenjing"], at=later, version=back)
    review_policy(actor=actors["wangfang"], at=later, version=back)
    executive = replace(actors["zhoujie"], id="user:0", roles=frozenset({Role.EXECUTIVE}))
    back = publish_policy(actor=executive, at=later + timedelta(hours=1), version=back)
    assert queries.policy_in_force(at=later + timedelta(hours=1)) == back
    # The same meaning but for its number.
    found = differences(queries.policy_of(first), queries.policy_of(back))
    assert {one.subject for one in found} <= {"版本"}
    assert Entry.objects.get(event="policy.version.rolled_back").after == {
        "version": back.version, "rolled_back_to": first.version,
    }  # fmt: skip


def test_publishing_passes_the_gate_and_what_a_rule_stops_is_named(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    details = RuleDetails(
        code="OWN-1", title="政策的最高额度", text="任何分类的最高额度不超过 300 万元。", article="本机构制度第 8 条",
        severity=Severity.BLOCK, steps=(Step.PUBLISH_POLICY,), measure=Measure.EXPRESSION, expression="proposal.amount <= 300万元",
        starts_on=timezone.localdate(now), source="本机构",
    )  # fmt: skip
    rule = propose_rule(actor=actors["wangfang"], at=now, details=details)
    confirm_rule(actor=actors["chenjing"], at=now, row=rule)
    second = draft_policy(actor=actors["wangfang"], at=now, document=later_version(first, 1))
    second = review_policy(actor=actors["chenjing"], at=now, version=second)
    with pytest.raises(GateRefused, match="OWN-1.*第 8 条.*500"):
        publish_policy(actor=actors["chenjing"], at=now, version=second)
    second.refresh_from_db()
    assert second.state == PolicyState.REVIEWED


def test_nobody_changes_what_is_published_not_even_the_programs_own_role(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] != "vouch_owner"
    changes = [
        "SET document = 'x'", "SET sha256 = repeat('0', 64)", "SET version = 9", "SET title = 'x'", "SET kind = 'person'",
        "SET scorecard_id = scorecard_id + 1", "SET author_id = 'x'", "SET reviewer_id = 'x'",
        "SET publisher_label = 'x'", "SET published_at = now()", "SET effective_at = now()", "SET state = 'draft'",
        "SET state = 'reviewed'",
    ]  # fmt: skip
    ways = [f"UPDATE policy_policyversion {change} WHERE id = {first.pk}" for change in changes] + [
        f"DELETE FROM policy_policyversion WHERE id = {first.pk}",
        "TRUNCATE policy_policyversion CASCADE",
        "ALTER TABLE policy_policyversion DISABLE TRIGGER ALL",
        "DROP TABLE policy_policyversion CASCADE",
        "SET session_replication_role = replica",
    ]
    for way in ways:
        with writing(), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(way)
    retire_policy(actor=actors["chenjing"], at=now, version=first)
    with (
        writing(),
        pytest.raises(Error, match="Cannot update"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE policy_policyversion SET retired_at = NULL, state = 'retired'")


def test_an_administrator_finds_no_face_that_changes_what_is_published(
    first: PolicyVersion, staff: dict[str, User], client: Client
) -> None:
    sign_in(client, staff["zhoujie"])
    page = first.get_absolute_url()
    answers = {
        client.post(f"{page}edit/", {"document": first.document, "do": "submit"}).status_code,
        client.post("/policies/write/", {"document": first.document}).status_code,
        client.post("/policies/", {"file": SimpleUploadedFile("第二版.yaml", second_version())}).status_code,
        *(client.post(f"{page}{verb}/").status_code for verb in ("review", "publish", "retire", "rollback")),
    }
    assert answers == {403}
    # The chief risk officer may do all of these, and the published text stays what it is.
    sign_in(client, staff["chenjing"])
    changed = first.document.replace("from: 875", "from: 1")
    assert client.post(f"{page}edit/", {"document": changed, "do": "submit"}).status_code == 422
    for verb in ("review", "publish"):
        client.post(f"{page}{verb}/")
    stored = PolicyVersion.objects.get(pk=first.pk)
    assert (stored.document, stored.sha256, stored.state) == (
        first.document,
        first.sha256,
        PolicyState.PUBLISHED,
    )


def test_a_draft_with_a_gap_is_caught_mended_on_the_page_reviewed_and_published_for_a_day(
    first: PolicyVersion, staff: dict[str, User], client: Client
) -> None:
    sign_in(client, staff["wangfang"])
    good = later_version(first, 1)
    gap = good.replace(b"grades: [CCC, C]", b"grades: [C]")
    assert gap != good
    answer = client.post("/policies/", {"file": SimpleUploadedFile("缺口.yaml", gap)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "CCC" in page
    assert 'action="/policies/write/"' in page
    checked = client.post("/policies/write/", {"document": gap.decode(), "do": "check"}).content.decode()
    assert "处错误" in checked
    mended = good.decode().replace("\n", "\r\n")
    assert "没有错误" in client.post("/policies/write/", {"document": mended, "do": "check"}).content.decode()
    assert PolicyVersion.objects.count() == 1
    client.post("/policies/write/", {"document": mended, "do": "submit"})
    version = PolicyVersion.objects.get(version=first.version + 1)
    sign_in(client, staff["chenjing"])
    page_of = version.get_absolute_url()
    client.post(f"{page_of}review/")
    assert "生效日期" in client.get(page_of).content.decode()
    assert (
        "请写成" in client.post(f"{page_of}publish/", {"effective_on": "明天"}, follow=True).content.decode()
    )
    client.post(f"{page_of}publish/", {"effective_on": "2099-01-01"})
    version.refresh_from_db()
    assert version.state == PolicyState.SCHEDULED
    assert "待生效" in client.get("/policies/").content.decode()
    assert "取消生效" in client.get(page_of).content.decode()


def test_a_version_whose_job_is_late_does_not_undo_what_was_published_after_it(
    first: PolicyVersion, actors: dict[str, Actor], now: datetime
) -> None:
    begins, later = now + timedelta(hours=1), now + timedelta(hours=3)
    second, third = (
        draft_policy(actor=actors["wangfang"], at=now, document=later_version(first, by)) for by in (1, 2)
    )
    for version in (second, third):
        review_policy(actor=actors["chenjing"], at=now, version=version)
    publish_policy(actor=actors["chenjing"], at=now, version=second, effective_at=begins)
    # No worker has come by: two hours after its moment the second still waits for its job.
    publish_policy(actor=actors["chenjing"], at=later, version=third)
    begin_policy(actor=system_actor("policy"), at=later, version=second)
    assert queries.policy_in_force(at=later) == third
    assert queries.policy_in_force(at=later - timedelta(seconds=1)) == second
    assert queries.policy_in_force(at=begins - timedelta(seconds=1)) == first
