"""Giving notice: who gets what, once, in words that may travel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.platform.courier import actions, queries
from vouch.platform.courier.models import Address, Channel, Delivery, Message
from vouch.platform.courier.terms import DeliveryState, Group, NoticeError, ProtectedValue
from vouch.platform.courier.tests.conftest import WORDS, Tell
from vouch.platform.database.guard import WriteOutsideActionError
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.platform.vault.actions import destroy_key, ensure_keys
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.terms import Subject

pytestmark = pytest.mark.django_db
Run = Callable[..., None]


def jobs() -> list[dict[str, str]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name="courier.deliver").order_by("id")]


def test_a_notice_becomes_a_message_to_each_and_a_repeat_changes_nothing(
    staff: dict[str, User], tell: Tell, actors: dict[str, Actor]
) -> None:
    both = (staff["liqiang"], staff["wangfang"])
    assert tell(*both) == 2
    entries = Entry.objects.count()
    assert tell(*both) == 0
    assert Entry.objects.count() == entries
    assert tell(*both, staff["zhaomin"]) == 1
    [row] = queries.visible_to(actors["liqiang"])
    assert queries.text_of(row).title == "您好，李强"
    assert "🎉" in queries.text_of(row).body
    assert b"\xe6\x82\xa8\xe5\xa5\xbd" not in bytes(row.content or b"")


def test_it_leaves_an_entry_with_counts_and_the_template_as_its_purpose(
    staff: dict[str, User], tell: Tell
) -> None:
    tell(staff["liqiang"], staff["wangfang"])
    entry = Entry.objects.get(event="courier.notice.queued")
    assert entry.bulk is not None
    assert (entry.subject_id, entry.bulk["recipients"], entry.purpose) == ("greeting:1", 2, "test.greeting")
    assert "李强" not in str(entry.bulk)


def test_who_left_gets_none(staff: dict[str, User], tell: Tell) -> None:
    with writing():
        User.objects.filter(pk=staff["liqiang"].pk).update(is_active=False)
    assert tell(staff["liqiang"]) == 0
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("value", "look"),
    [
        ("110101199003078515", "身份证号"),
        ("１１０１０１１９９００３０７８５１５", "身份证号"),
        ("11010119900307 002X", "身份证号"),
        ("电话13912345678。", "手机号"),
        ("+86 139-1234-5678", "手机号"),
        ("139\u200b12345678", "手机号"),
        ("请拨010-62345678", "电话号码"),
        ("卡号 6222 0200 0011 2345 678", "账号"),
        ("6222·0200·0011·2345·671", "账号"),
        ("1234567890123", "账号"),
    ],
)
def test_a_value_that_looks_protected_is_refused_and_not_repeated(
    value: str, look: str, staff: dict[str, User], tell: Tell
) -> None:
    with pytest.raises(ProtectedValue, match="who") as refused:
        tell(staff["liqiang"], values={"who": value, "day": "2026-11-20"})
    assert value not in str(refused.value)
    assert look in str(refused.value) or "证件号、电话或账号" in str(refused.value)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20 10:30", "139.10.123.211", "1,234,567,890.00", "91110108551385082Q", "C00012345", "12",
        "苏州恒泰新材料有限公司", "grading.reassess（2）",
    ],
)  # fmt: skip
def test_ordinary_values_travel(value: str, staff: dict[str, User], tell: Tell) -> None:
    assert tell(staff["liqiang"], values={"who": value, "day": "2026-11-20"}) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"template": "test.nobody"}, "没有名为"),
        ({"values": {"who": "李强"}}, "day"),
        ({"values": WORDS | {"more": "x"}}, "more"),
        ({"stable_id": ""}, "消息编号"),
        ({"stable_id": "x" * 81}, "消息编号"),
    ],
)
def test_a_notice_that_is_not_whole_is_refused(
    change: dict[str, str], said: str, staff: dict[str, User], tell: Tell
) -> None:
    with pytest.raises(NoticeError, match=said):
        tell(staff["liqiang"], **change)


def test_values_that_look_like_places_stay_as_they_are(
    staff: dict[str, User], tell: Tell, actors: dict[str, Actor]
) -> None:
    tell(staff["liqiang"], values={"who": "{day.__class__}", "day": "{who}"})
    [row] = queries.visible_to(actors["liqiang"])
    assert queries.text_of(row).title == "您好，{day.__class__}"


def test_mail_is_queued_for_those_who_gave_an_address_and_never_in_plain_text(
    reachable: User, staff: dict[str, User], mail_channel: Channel, tell: Tell
) -> None:
    tell(reachable, staff["wangfang"])
    [row] = Delivery.objects.all()
    assert (row.recipient_id, row.state, row.channel_id) == (
        reachable.pk,
        DeliveryState.QUEUED,
        mail_channel.pk,
    )
    assert row.address is not None
    assert b"liqiang" not in bytes(row.address)
    assert jobs() == [{"lane": row.lane}]
    with connection.cursor() as cursor:
        for table in (
            "courier_delivery",
            "courier_message",
            "courier_address",
            "ledger_entry",
            "procrastinate_jobs",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s OR t::text LIKE %s",
                           ["%liqiang@example%", "%13912345678%"])  # fmt: skip
            assert cursor.fetchone() == (0,), table


def test_each_channel_that_carries_the_group_gets_one_whatever_the_number_of_people(
    webhook: Channel, staff: dict[str, User], tell: Tell
) -> None:
    tell(*staff.values())
    assert [row.channel_id for row in Delivery.objects.all()] == [webhook.pk]
    tell(*staff.values(), stable_id="greeting:2")
    assert Delivery.objects.count() == 2


def test_who_opted_out_gets_the_message_inside_only_and_the_log_says_so(
    reachable: User, mail_channel: Channel, actors: dict[str, Actor], tell: Tell, now: datetime
) -> None:
    wished = actions.Wished(hours=None, rests=True, muted=[Group.WORK, Group.SECURITY])
    actions.set_preference(actor=actors["liqiang"], at=now, wished=wished)
    tell(reachable)
    row = Delivery.objects.get()
    assert (row.state, row.finished_at) == (DeliveryState.SUPPRESSED, now)
    assert jobs() == []
    assert Message.objects.count() == 1
    # Security is mandatory, whatever was posted.
    tell(reachable, template="test.alarm", values={"what": "登录"}, stable_id="alarm:1")
    assert Delivery.objects.get(stable_id="alarm:1").state == DeliveryState.QUEUED


NIGHT = "2026-11-20T22:00:00+08:00"


def test_at_night_mail_waits_until_morning_and_urgent_mail_does_not(
    reachable: User, mail_channel: Channel, tell: Tell
) -> None:
    night = datetime.fromisoformat(NIGHT)
    tell(reachable, at=night)
    tell(reachable, at=night, stable_id="alarm:1", template="test.alarm", values={"what": "登录"})
    waiting, urgent = Delivery.objects.get(stable_id="greeting:1"), Delivery.objects.get(stable_id="alarm:1")
    assert waiting.state == DeliveryState.HELD
    # Saturday and Sunday are no working days: Monday at eight.
    assert waiting.due_at == datetime.fromisoformat("2026-11-23T08:00:00+08:00")
    assert (urgent.state, urgent.due_at) == (DeliveryState.QUEUED, night)


def test_a_system_is_told_at_night_too(webhook: Channel, reachable: User, tell: Tell) -> None:
    tell(reachable, at=datetime.fromisoformat(NIGHT))
    assert Delivery.objects.get().state == DeliveryState.QUEUED


def test_a_destroyed_key_ends_the_persons_messages_and_nobody_elses(
    reachable: User,
    staff: dict[str, User],
    mail_channel: Channel,
    tell: Tell,
    now: datetime,
    actors: dict[str, Actor],
) -> None:
    tell(reachable, staff["wangfang"])
    with writing():
        destroy_key(Subject("user", str(reachable.pk)), at=now)
    [gone], [kept] = queries.visible_to(actors["liqiang"]), queries.visible_to(actors["wangfang"])
    assert queries.text_of(gone).title == queries.LOST
    assert queries.text_of(kept).title == "您好，李强"
    assert tell(reachable, staff["wangfang"], stable_id="greeting:2") == 1


def test_a_person_may_not_give_notice(
    actors: dict[str, Actor], now: datetime, staff: dict[str, User]
) -> None:
    notice = actions.Notice(
        recipients=[staff["liqiang"].pk], template="test.greeting", values=WORDS, stable_id="x"
    )
    with pytest.raises(Refused):
        actions.queue_notice(actor=actors["zhoujie"], at=now, notice=notice)


def test_messages_are_written_by_actions_alone(staff: dict[str, User], now: datetime) -> None:
    row = Message(stable_id="x", recipient=staff["liqiang"], template="x", created_at=now, content=b"")
    with pytest.raises((WriteOutsideActionError, TypeError)):
        row.save()
    with pytest.raises(WriteOutsideActionError):
        Message.objects.filter(stable_id="x").delete()
    with pytest.raises(WriteOutsideActionError):
        Delivery.objects.update(state=DeliveryState.SENT)


def test_ten_thousand_people_are_told_in_as_many_queries_as_ten(
    units: dict[str, Unit], mail_channel: Channel, tell: Tell, now: datetime
) -> None:
    def people(count: int, start: int) -> list[User]:
        with writing():
            return User.objects.bulk_create(
                User(username=f"u{n}", name=f"员工{n}", unit=units["YW1"], joined_at=now)
                for n in range(start, start + count)
            )

    few, many = people(10, 0), people(10_000, 10)
    with CaptureQueriesContext(connection) as small:
        tell(*few, stable_id="few")
    with CaptureQueriesContext(connection) as large:
        assert tell(*many, stable_id="many") == 10_000
    assert len(large) == len(small), [query["sql"][:80] for query in large]


def test_ten_thousand_mails_wake_eight_lanes_and_no_more(
    units: dict[str, Unit], mail_channel: Channel, tell: Tell, now: datetime
) -> None:
    with writing():
        people = User.objects.bulk_create(
            User(username=f"u{n}", name=f"员工{n}", unit=units["YW1"], joined_at=now) for n in range(1000)
        )
        keys = ensure_keys("user", [user.pk for user in people], at=now)
        for number, user in enumerate(people, start=10_000):
            row = Address(pk=number, user=user, changed_at=now)
            row.mail = keys[str(user.pk)].seal(f"{user.username}@example.com", place=place_of(row, "mail"))
            row.save(force_insert=True)
    with CaptureQueriesContext(connection) as asked:
        tell(*people)
    assert Delivery.objects.count() == 1000
    assert len(jobs()) == 8
    assert len(asked) < 40


def test_the_bell_asks_one_query_whatever_the_number(
    staff: dict[str, User], tell: Tell, now: datetime
) -> None:
    user = staff["liqiang"]
    for number in range(120):
        tell(user, stable_id=f"greeting:{number}", at=now + timedelta(seconds=number))
    with CaptureQueriesContext(connection) as asked:
        assert queries.unread_count(user.pk) == 100
    assert len(asked) == 1
