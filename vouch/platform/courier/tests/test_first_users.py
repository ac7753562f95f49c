"""What the product itself tells people: strange sign-ins, failed jobs; and what a room below may ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.platform.courier import queries, tasks
from vouch.platform.courier.models import Channel, Delivery, Message
from vouch.platform.courier.terms import ProtectedValue
from vouch.platform.courier.tests.conftest import WORDS, Receiver, Tell
from vouch.platform.identity.actions import SignIn, set_password, start_session
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def record_sign_in(*, actor: Actor, at: datetime, address: str) -> None:
    user = User.objects.get(pk=actor.user_id or 0)
    how = SignIn(digest=f"{at:%H%M}{address}", address=address, agent="Firefox", means="password")
    start_session(actor=actor, at=at, user=user, sign_in=how)


def titles(actor: Actor) -> list[str]:
    return [queries.text_of(row).title for row in queries.visible_to(actor)]


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("vouch.platform.courier.tasks.timezone.now", lambda: now)
    return now


def test_a_sign_in_from_a_new_address_is_told_once_and_the_first_one_ever_is_not(
    actors: dict[str, Actor], clock: datetime
) -> None:
    actor = actors["liqiang"]

    def sign_in(address: str, minutes: int) -> None:
        record_sign_in(actor=actor, at=clock - timedelta(minutes=minutes), address=address)
        tasks.tell_of_sign_in(subject_id=str(actor.user_id))

    sign_in("10.1.2.3", 50)
    sign_in("10.1.2.3", 40)
    assert titles(actor) == []
    sign_in("139.10.123.211", 30)
    sign_in("139.10.123.211", 20)
    tasks.tell_of_sign_in(subject_id=str(actor.user_id))
    assert titles(actor) == ["您的账号从新地址登录"]
    [row] = queries.visible_to(actor)
    assert "网络地址 139.10.123.211 登录" in queries.text_of(row).body
    assert row.urgency == "urgent"


def test_a_sign_in_puts_its_reaction_in_the_queue(actors: dict[str, Actor], now: datetime) -> None:
    record_sign_in(actor=actors["liqiang"], at=now, address="10.1.2.3")
    job = ProcrastinateJob.objects.get(task_name="courier.tell_of_sign_in")
    assert job.args == {"subject_id": str(actors["liqiang"].user_id)}


def test_whose_password_was_reset_is_told_once(staff: dict[str, User], actors: dict[str, Actor]) -> None:
    user = staff["liqiang"]
    set_password(
        actor=actors["zhoujie"], at=timezone.now(), user=user, password="one-time-one-time", one_time=True
    )
    [job] = ProcrastinateJob.objects.filter(task_name="courier.tell_of_access")
    for _ in range(2):
        tasks.tell_of_access(**job.args)
    assert titles(actors["liqiang"]) == ["您的登录方式有变动：重置密码"]
    [row] = queries.visible_to(actors["liqiang"])
    assert "one-time-one-time" not in queries.text_of(row).body
    tasks.tell_of_access(subject_id="unknown")
    assert titles(actors["zhoujie"]) == []


def fail(job: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])


def test_administrators_are_told_of_failed_jobs_once(
    staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    tasks.tell_of_failures()
    assert not Message.objects.exists()
    for _ in range(2):
        fail(defer("courier.deliver", lane="x"))
    tasks.tell_of_failures()
    tasks.tell_of_failures()
    assert titles(actors["zhoujie"]) == ["2 项后台任务失败"]
    assert titles(actors["liqiang"]) == []
    [row] = queries.visible_to(actors["zhoujie"])
    assert "courier.deliver（2）" in queries.text_of(row).body
    fail(defer("courier.deliver", lane="y"))
    tasks.tell_of_failures()
    assert len(titles(actors["zhoujie"])) == 2


def test_a_room_below_gives_notice_by_the_name_of_the_task(
    staff: dict[str, User], actors: dict[str, Actor]
) -> None:
    given: dict[str, Any] = {
        "template": "test.greeting",
        "stable_id": "below:1",
        "recipients": [staff["liqiang"].pk],
    }
    tasks.notify(**given, values=WORDS, subject=("user", "1"))
    tasks.notify(**given, values=WORDS, subject=("user", "1"))
    assert titles(actors["liqiang"]) == ["您好，李强"]
    with pytest.raises(ProtectedValue):
        tasks.notify(**given | {"stable_id": "below:2"}, values=WORDS | {"who": "13912345678"})


def test_the_sweep_wakes_what_is_due_and_leaves_what_has_a_job_or_waits(
    webhook: Channel, receiver: Receiver, tell: Tell, staff: dict[str, User], clock: datetime
) -> None:
    tell(staff["liqiang"])
    jobs = ProcrastinateJob.objects.filter(task_name="courier.deliver")
    tasks.sweep()
    assert jobs.count() == 1  # the one of the notice
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    tasks.sweep()
    tasks.sweep()
    assert jobs.count() == 1
    with writing(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        Delivery.objects.update(due_at=clock + timedelta(hours=1))
    tasks.sweep()
    assert jobs.count() == 0
    tasks.deliver(lane=f"channel:{webhook.pk}")
    assert receiver.taken == []
