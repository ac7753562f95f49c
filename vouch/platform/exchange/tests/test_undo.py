"""A whole import is taken back; what somebody has worked on since is named, and stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.tables import OF_THE_IMPORT, all_rows, differences
from vouch.platform.exchange import actions
from vouch.platform.exchange._registered import witnesses
from vouch.platform.exchange.models import Import, ImportChange, KeptRecord
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.exchange.running import run_import, take_back
from vouch.platform.exchange.tasks import undo_import_job
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.exchange.undoing import plan_undo, register_witness
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

HEAD = "编码,名称,备注\n"
Receive = Callable[..., Import]
LIBRARIES = ("auth_", "account_", "mfa_", "socialaccount_", "axes_", "vouch_cache")


@pytest.fixture
def run(receive: Receive, actor: Actor, now: datetime) -> Callable[..., Import]:
    return lambda text, **details: run_import(receive(text, **details).pk, actor=actor, clock=lambda: now)


@pytest.fixture
def undo(actor: Actor, now: datetime) -> Callable[[Import], Import]:
    def run(batch: Import) -> Import:
        actions.order_undo(actor=actor, at=now, batch=batch, reason="导错了文件")
        return take_back(batch.pk, actor=actor, clock=lambda: now)

    return run


def test_every_table_of_the_house_is_watched() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'exchange_journal_%' GROUP BY 1"
        )
        watched = dict(cursor.fetchall())
    tables = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed
    }
    expected = {table for table in tables if not table.startswith((*OF_THE_IMPORT, *LIBRARIES))}
    assert {table: watched.get(table) for table in expected} == dict.fromkeys(expected, 3)
    assert len(expected) > 60


def test_an_undo_leaves_every_table_as_it_was(run: Any, undo: Any, head_office: Unit, now: datetime) -> None:
    with writing():
        Unit.objects.create(code="U2", name="旧名", parent=head_office)
    before = all_rows()
    batch = run(HEAD + "".join(f"U{n},第{n}部,\n" for n in range(1, 9)) + "u9,九部,\n")
    assert Unit.objects.get(code="U2").name == "第2部"
    plan = plan_undo(batch)
    assert (plan.total("deleted"), plan.total("restored"), plan.kept) == (7, 1, [])
    undone = undo(batch)
    assert differences(before, all_rows()) == {}
    assert (undone.status, undone.undo_counts["deleted"], undone.undo_counts["restored"]) == ("undone", 7, 1)
    entry = Entry.objects.get(event="exchange.import.undone")
    assert (entry.purpose, (entry.after or {})["deleted"]) == ("导错了文件", 7)
    assert not ImportChange.objects.exists()
    assert kept_rows(batch).count() == 1, "the import's own record stays"


def test_a_row_that_was_corrected_by_hand_is_the_imports_too(
    run: Any, undo: Any, actor: Actor, now: datetime
) -> None:
    before = all_rows()
    batch = run(HEAD + "u9,九部,\n")
    actions.correct_row(actor=actor, at=now, row=kept_rows(batch).get(), cells={"code": "U9", "name": "九部"})
    assert Unit.objects.filter(code="U9").exists()
    undo(batch)
    assert differences(before, all_rows()) == {}
    with pytest.raises(actions.NotNow, match="已撤销"):
        actions.dismiss_row(actor=actor, at=now, row=kept_rows(batch).get(), reason="")


def test_columns_added_and_removed_since_hold_nothing(
    run: Any, undo: Any, head_office: Unit, now: datetime
) -> None:
    with writing():
        Unit.objects.create(code="U2", name="旧名", parent=head_office)
    before = all_rows()
    batch = run(HEAD + "U1,一部,\nU2,二部,\n")
    with writing(), connection.cursor() as cursor:
        # As if a release had brought the codes of units since the import, and taken another column.
        other = "- 'code' || '{\"gone\": 1}'"
        cursor.execute(f"UPDATE exchange_importchange SET before = before {other}, after = after {other}")
    assert plan_undo(batch).kept == []
    undo(batch)
    assert differences(before, all_rows()) == {}


def test_rows_edited_since_are_named_and_kept(run: Any, undo: Any, head_office: Unit) -> None:
    with writing():
        Unit.objects.create(code="U2", name="旧名", parent=head_office)
    batch = run(HEAD + "U1,一部,\nU2,二部,\nU3,三部,\nU4,四部,\n")
    with writing():
        Unit.objects.filter(code="U1").update(name="一部（改名）")
        Unit.objects.filter(code="U2").update(name="二部（改名）")
        Unit.objects.create(code="X", name="下属", parent=Unit.objects.get(code="U3"))
    told = [(one.label, one.reason) for one in plan_undo(batch).kept]
    undo(batch)
    assert [(one.label, one.reason) for one in KeptRecord.objects.order_by("pk")] == told
    assert sorted(told) == [
        ("机构 一部 U1", "之后被修改"),
        ("机构 三部 U3", "之后有记录引用它：机构 1 条"),
        ("机构 二部 U2", "之后被修改"),
    ]
    assert dict(Unit.objects.filter(code__startswith="U").values_list("code", "name")) == {
        "U1": "一部（改名）",
        "U2": "二部（改名）",
        "U3": "三部",
    }


def test_a_later_import_of_the_same_row_counts_as_an_edit(run: Any, undo: Any) -> None:
    first = run(HEAD + "U1,一部,\nU2,二部,\n")
    second = run(HEAD + "U1,一部新名,\n")
    undo(first)
    assert list(Unit.objects.filter(code__startswith="U").values_list("name")) == [("一部新名",)]
    undo(second)
    assert Unit.objects.get(code="U1").name == "一部", "the second one is undone to what the first one wrote"


def test_what_somebody_changed_while_the_import_ran_is_kept(
    receive: Receive, actor: Actor, now: datetime, undo: Any
) -> None:
    batch = receive(HEAD + "U1,一部,\nU2,二部,\nU3,三部,\nU1,一部甲,\n")

    def rename(_file: object, _batch: object) -> None:
        with writing():
            Unit.objects.filter(code="U1", name="一部").update(name="别人改的")

    run_import(batch.pk, actor=actor, clock=lambda: now, tell=rename)
    assert Unit.objects.get(code="U1").name == "一部甲"
    undo(batch)
    assert Unit.objects.get(code="U1").name == "一部甲"
    assert not Unit.objects.filter(code="U2").exists()


@pytest.fixture
def witness() -> Iterator[None]:
    def judged(keys: Collection[str], since: datetime) -> Mapping[str, str]:
        return {str(unit.pk): "之后被评级" for unit in Unit.objects.filter(pk__in=keys, code="U2")}

    register_witness("identity_unit", judged)
    yield
    witnesses["identity_unit"].remove(judged)


@pytest.mark.usefixtures("witness")
def test_what_a_room_says_was_judged_since_is_kept(run: Any, undo: Any) -> None:
    undo(run(HEAD + "U1,一部,\nU2,二部,\n"))
    assert [one.reason for one in KeptRecord.objects.all()] == ["之后被评级"]
    assert list(Unit.objects.filter(code__startswith="U").values_list("code")) == [("U2",)]


def test_a_dry_run_leaves_no_journal_and_nothing_to_undo(run: Any, undo: Any) -> None:
    batch = run(HEAD + "U1,一部,\n", is_dry_run=True)
    assert not ImportChange.objects.exists()
    with pytest.raises(actions.NotNow, match="试运行"):
        undo(batch)


def test_an_undo_says_why_and_is_ordered_once_by_those_who_may_import(
    run: Any, undo: Any, actor: Actor, actors: dict[str, Actor], now: datetime
) -> None:
    batch = run(HEAD + "U1,一部,\n")
    with pytest.raises(Refused):
        actions.order_undo(actor=actors["liqiang"], at=now, batch=batch, reason="x")
    with pytest.raises(actions.NotNow, match="理由"):
        actions.order_undo(actor=actor, at=now, batch=batch, reason=" ")
    undo(batch)
    with pytest.raises(actions.NotNow):
        actions.order_undo(actor=actor, at=now, batch=batch, reason="再来")
    assert take_back(batch.pk, actor=actor, clock=lambda: now).status == ImportStatus.UNDONE, (
        "a repeat does nothing"
    )


def test_the_job_undoes_it_and_says_when_it_could_not(
    run: Any, actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = run(HEAD + "U1,一部,\n")
    actions.order_undo(actor=actor, at=now, batch=batch, reason="导错")
    job = ProcrastinateJob.objects.get(task_name="exchange.undo_import")

    def fail(_batch: Import) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(actions.undo, "plan_undo", fail)
    undo_import_job(**job.args)
    batch.refresh_from_db()
    assert (batch.status, Unit.objects.filter(code="U1").count()) == (ImportStatus.DONE, 1)
    assert "没有撤销任何内容" in batch.problem
    monkeypatch.undo()
    actions.order_undo(actor=actor, at=now, batch=batch, reason="导错")
    undo_import_job(**job.args)
    batch.refresh_from_db()
    assert (batch.status, Unit.objects.filter(code="U1").count()) == (ImportStatus.UNDONE, 0)
    assert batch.problem == "", "what the first attempt said is no longer so"


def test_the_job_acts_and_signs_as_whoever_ordered_the_undo(
    run: Any, actors: dict[str, Actor], staff: dict[str, User], now: datetime
) -> None:
    batch, orders = run(HEAD + "U1,一部,\n"), actors["wangfang"]
    assert batch.actor_id != orders.id
    actions.order_undo(actor=orders, at=now, batch=batch, reason="导错")
    job = ProcrastinateJob.objects.get(task_name="exchange.undo_import")
    with writing():
        User.objects.filter(pk=staff["wangfang"].pk).update(is_active=False)
    undo_import_job(**job.args)
    batch.refresh_from_db()
    assert (batch.status, "没有撤销任何内容" in batch.problem) == (ImportStatus.DONE, True)
    with writing():
        User.objects.filter(pk=staff["wangfang"].pk).update(is_active=True)
    actions.order_undo(actor=orders, at=now, batch=batch, reason="导错")
    undo_import_job(**job.args)
    batch.refresh_from_db()
    assert (batch.status, batch.undone_by) == (ImportStatus.UNDONE, orders.label)
    assert Entry.objects.get(event="exchange.import.undone").actor_id == orders.id


def test_after_ninety_days_the_journal_is_forgotten(run: Any, undo: Any, actor: Actor, now: datetime) -> None:
    batch = run(HEAD + "U1,一部,\n")
    assert actions.forget_journals(actor=actor, at=now + timedelta(days=89)) == 0
    assert actions.forget_journals(actor=actor, at=now + timedelta(days=91)) == 1
    with pytest.raises(actions.NotNow, match="90 天"):
        undo(batch)
