"""The door: who may, all or nothing, one entry."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from vouch.platform.database.guard import WriteOutsideActionError, writing
from vouch.platform.ledger import action as door
from vouch.platform.ledger.action import Entry, action
from vouch.platform.ledger.merkle import root_hash
from vouch.platform.ledger.models import Entry as Row
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.reactions import register_reactions

pytestmark = pytest.mark.django_db


class Clerk:
    id = "user:1"
    label = "李强（业务一部）"


def anyone(actor: Clerk) -> bool:
    return True


def only_small(actor: Clerk, amount: int) -> bool:
    return amount < 10


@action("test.thing.noted", may=anyone)
def note_thing(entry: Entry, *, actor: Clerk, at: datetime, text: str) -> str:
    entry.about("thing", 7, before={"text": None}, after={"text": text})
    entry.purpose("test")
    return text.upper()


@action("test.amount.paid", may=only_small)
def pay(entry: Entry, *, actor: Clerk, at: datetime, amount: int) -> None:
    entry.about("account", 1, after={"amount": amount})


@action("test.thing.broken", may=anyone)
def break_half_way(entry: Entry, *, actor: Clerk, at: datetime) -> None:
    note_thing(actor=actor, at=at, text="inside")
    raise ZeroDivisionError


@action("test.thing.forgotten", may=anyone)
def forget_the_subject(entry: Entry, *, actor: Clerk, at: datetime) -> None:
    pass


@action("test.thing.repeated", may=anyone)
def repeat(entry: Entry, *, actor: Clerk, at: datetime) -> None:
    entry.nothing()


@action("test.chunk.loaded", may=anyone)
def load_chunk(entry: Entry, *, actor: Clerk, at: datetime, rows: list[bytes]) -> None:
    entry.bulk("import", 3, rows=rows, file_sha256="ab", accepted=2)


def test_an_action_leaves_one_entry_with_who_what_and_when(now: datetime) -> None:
    assert note_thing(actor=Clerk(), at=now, text="hello") == "HELLO"
    [entry] = history_of("thing", 7)
    assert (entry.event, entry.actor_id, entry.actor_label) == ("test.thing.noted", "user:1", Clerk.label)
    assert (entry.at, entry.before, entry.after) == (now, {"text": None}, {"text": "hello"})
    assert entry.purpose == "test"


def test_an_actor_who_may_not_is_refused_in_chinese_and_nothing_is_written(now: datetime) -> None:
    with pytest.raises(door.Refused, match="权限"):
        pay(actor=Clerk(), at=now, amount=10)
    assert not Row.objects.exists()
    pay(actor=Clerk(), at=now, amount=9)
    assert Row.objects.count() == 1


def test_a_failing_action_takes_back_the_entries_of_actions_inside_it(now: datetime) -> None:
    with pytest.raises(ZeroDivisionError):
        break_half_way(actor=Clerk(), at=now)
    assert not Row.objects.exists()
    assert writing.get() is False


def test_an_action_that_names_no_subject_fails(now: datetime) -> None:
    with pytest.raises(RuntimeError, match="names its subject"):
        forget_the_subject(actor=Clerk(), at=now)


def test_a_repeat_leaves_no_entry(now: datetime) -> None:
    repeat(actor=Clerk(), at=now)
    assert not Row.objects.exists()


def test_a_chunk_leaves_one_entry_with_its_root(now: datetime) -> None:
    load_chunk(actor=Clerk(), at=now, rows=[b"a", b"b", b"c"])
    [entry] = Row.objects.all()
    assert entry.bulk == {
        "rows": 3,
        "accepted": 2,
        "root": root_hash([b"a", b"b", b"c"]).hex(),
        "file_sha256": "ab",
    }


def test_an_event_name_must_be_one() -> None:
    with pytest.raises(ValueError, match="event name"):
        action("Note Thing", may=anyone)


def test_the_running_role_can_neither_change_nor_remove_an_entry(now: datetime) -> None:
    note_thing(actor=Clerk(), at=now, text="kept")
    token = writing.set(True)
    try:
        for statement in (
            "UPDATE ledger_entry SET actor_label = 'x'",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry",
        ):
            connection.cursor().execute("SAVEPOINT before")
            with pytest.raises(DatabaseError, match="permission denied"):
                connection.cursor().execute(statement)
            connection.cursor().execute("ROLLBACK TO SAVEPOINT before")
    finally:
        writing.reset(token)
    assert Row.objects.count() == 1


def test_a_write_outside_an_action_is_refused_in_tests() -> None:
    with pytest.raises(WriteOutsideActionError):
        Row.objects.create(at="2026-01-01T00:00Z", event="x.y")
    with pytest.raises(WriteOutsideActionError):
        connection.cursor().execute(
            "WITH gone AS (DELETE FROM identity_unit RETURNING id) SELECT * FROM gone"
        )


def test_an_event_defers_its_reactions_in_the_same_transaction(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.platform.ledger.reactions._reactions", {})
    register_reactions({"test.thing.noted": ("procrastinate.builtin_tasks.remove_old_jobs",)})
    note_thing(actor=Clerk(), at=now, text="react")
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, lock, args FROM procrastinate_jobs")
        [(task, lock, _)] = cursor.fetchall()
    assert task == "builtin:procrastinate.builtin_tasks.remove_old_jobs"
    assert lock == "procrastinate.builtin_tasks.remove_old_jobs:thing:7"
