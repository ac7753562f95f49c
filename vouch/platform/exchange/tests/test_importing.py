"""An import from its file to its last row: counted, kept, resumed, tried out, corrected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from vouch.platform.exchange import actions
from vouch.platform.exchange.contents import content_of
from vouch.platform.exchange.importer import Batch, Importer, Outcome
from vouch.platform.exchange.kept_files import open_kept
from vouch.platform.exchange.models import Import, ImportFile, ImportRow
from vouch.platform.exchange.queries import kept_rows, latest_imports, visible_to
from vouch.platform.exchange.running import LOCK_CLASS, Busy, run_import
from vouch.platform.exchange.tabular import Row
from vouch.platform.exchange.terms import ImportStatus, RowState
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.merkle import root_hash
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import opened
from vouch.platform.vault.models import Chunk

pytestmark = pytest.mark.django_db

HEAD = "编码,名称,备注\n"
EIGHT = HEAD + "".join(f"U{n},第{n}部,\n" for n in range(1, 9))
Receive = Callable[..., Import]


def counts(batch: Import) -> tuple[int, int, int, int]:
    return batch.accepted, batch.unchanged, batch.rejected, batch.warned


@pytest.fixture
def run(actor: Actor, now: datetime) -> Callable[[Import], Import]:
    return lambda batch: run_import(batch.pk, actor=actor, clock=lambda: now)


def test_every_row_is_counted_once_and_the_bad_ones_are_kept(receive: Receive, run: Any) -> None:
    batch = run(receive(HEAD + "U1,一部,\nu2,二部,\nU3,三部,请核对\nU1,一部,\n多一格,x,y,z\n"))
    assert batch.status == ImportStatus.DONE
    assert counts(batch) == (2, 1, 2, 1)
    assert [(row.line, row.verdict, row.column, row.reason) for row in kept_rows(batch)] == [
        (3, "rejected", "code", "编码“u2”应为大写"),
        (4, "warned", "note", "请核对"),
        (6, "rejected", "", "列数不符：表头有 3 列，本行有 4 列，疑似错列"),
    ]
    torn = content_of(kept_rows(batch)[2])
    assert torn is not None
    assert torn.raw == ["多一格", "x", "y", "z"]


def test_each_chunk_leaves_one_entry_with_counts_hash_and_root(receive: Receive, run: Any) -> None:
    batch = run(receive(EIGHT))
    entries = Entry.objects.filter(event="exchange.chunk.taken").order_by("recorded_at")
    bulks = [entry.bulk for entry in entries]
    assert [bulk["rows"] for bulk in bulks if bulk] == [3, 3, 2]
    first = bulks[0] or {}
    assert first["root"] == root_hash(f"U{n},第{n}部".encode() for n in (1, 2, 3)).hex()
    assert first["file_sha256"] == batch.files.get().sha256
    assert {entry.subject_id for entry in entries} == {str(batch.pk)}


def test_a_second_import_of_the_same_file_changes_nothing(receive: Receive, run: Any) -> None:
    run(receive(EIGHT))
    before = list(Unit.objects.order_by("pk").values())
    chunks = Entry.objects.filter(event="exchange.chunk.taken").count()
    assert counts(run(receive(EIGHT))) == (0, 8, 0, 0)
    assert list(Unit.objects.order_by("pk").values()) == before
    assert Entry.objects.filter(event="exchange.chunk.taken").count() == chunks


class Killed(BaseException):
    """The process dies here."""


def test_an_import_that_died_goes_on_after_its_last_chunk(
    receive: Receive, run: Any, actor: Actor, now: datetime
) -> None:
    batch = receive(EIGHT)

    def die(file: ImportFile, _batch: Import) -> None:
        if file.rows_done == 6:
            raise Killed

    with pytest.raises(Killed):
        run_import(batch.pk, actor=actor, clock=lambda: now, tell=die)
    batch.refresh_from_db()
    assert (batch.status, counts(batch)) == (ImportStatus.RUNNING, (6, 0, 0, 0))
    assert counts(run(batch)) == (8, 0, 0, 0)
    assert Unit.objects.filter(code__startswith="U").count() == 8


def test_a_chunk_that_fails_is_neither_written_nor_counted(
    receive: Receive, run: Any, unit_importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = unit_importer.take

    def fail_after_writing(batch: Batch) -> Outcome:
        outcome = take(batch)
        if any(row.cells[0] == "U5" for row in batch.rows):
            raise OSError("disk full")
        return outcome

    batch = receive(EIGHT)
    monkeypatch.setattr(unit_importer, "take", fail_after_writing)
    with pytest.raises(OSError, match="disk full"):
        run(batch)
    batch.refresh_from_db()
    assert counts(batch) == (3, 0, 0, 0)
    assert not Unit.objects.filter(code="U4").exists()
    monkeypatch.undo()
    assert counts(run(batch)) == (8, 0, 0, 0)


def test_a_chunk_is_not_taken_twice(receive: Receive, actor: Actor, now: datetime) -> None:
    batch = receive(EIGHT)
    actions.start_import(actor=actor, at=now, batch=batch)
    chunk = actions.Chunk(batch.files.get().pk, 0, [Row(2, ("U1", "一部", ""), [])], 10)
    actions.take_chunk(actor=actor, at=now, batch=batch, chunk=chunk)
    with pytest.raises(actions.Overtaken):
        actions.take_chunk(actor=actor, at=now, batch=batch, chunk=chunk)


@pytest.mark.django_db(transaction=True)
def test_two_processes_do_not_run_one_import(receive: Receive, run: Any) -> None:
    batch = receive(EIGHT)
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, batch.pk])
        with pytest.raises(Busy):
            run(batch)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, batch.pk])
    finally:
        other.close()
    assert counts(run(batch)) == (8, 0, 0, 0)


def test_a_value_that_the_database_refuses_costs_its_own_row_only(receive: Receive, run: Any) -> None:
    batch = run(receive(HEAD + "U1,一部,\nU2,二部,\n" + "U" * 60 + ",三部,\nU4,四部,\n"))
    assert counts(batch) == (3, 0, 1, 0)
    row = kept_rows(batch).get()
    assert row.line == 4
    assert "数据库不接受" in row.reason


def test_a_dry_run_finds_the_same_and_writes_nothing(receive: Receive, run: Any) -> None:
    text = HEAD + "U1,一部,\nu2,二部,\nU3,三部,请核对\nU1,一部,\nU4,四部,\n"
    tried = run(receive(text, is_dry_run=True))
    assert not Unit.objects.filter(code__startswith="U").exists()
    assert not Entry.objects.filter(event="exchange.chunk.taken").exists()
    done = run(receive(text))
    assert counts(tried) == counts(done) == (3, 1, 1, 1)
    assert list(kept_rows(tried).values_list("line", "reason")) == list(
        kept_rows(done).values_list("line", "reason")
    )


def test_an_import_fails_only_when_nothing_could_be_read(receive: Receive, run: Any) -> None:
    batch = run(receive("没有,这样的列\n1,2\n"))
    assert batch.status == ImportStatus.FAILED
    assert "缺少列" in batch.problem or "找不到表头" in batch.problem


def test_the_kept_file_is_ciphertext_in_the_vault_and_comes_back_as_it_was(receive: Receive) -> None:
    file = receive(EIGHT).files.get()
    with open_kept(file) as kept:
        assert kept.read() == EIGHT.encode()
        kept.seek(-4, 2)
        assert kept.read() == EIGHT.encode()[-4:]
    assert file.sha256 == hashlib.sha256(EIGHT.encode()).hexdigest()
    assert file.size == len(EIGHT.encode())
    assert not Path(settings.IMPORTS_DIR).exists()
    pieces = b"".join(bytes(piece.data) for piece in Chunk.objects.all())
    assert "部".encode() not in pieces
    assert len(pieces) > file.size


class TestResolving:
    @pytest.fixture
    def rejected(self, receive: Receive, run: Any) -> ImportRow:
        return kept_rows(run(receive(HEAD + "u2,二部,\n"))).get()

    def test_a_row_is_imported_with_the_values_that_a_person_gave_it(
        self, rejected: ImportRow, actor: Actor, now: datetime
    ) -> None:
        row = actions.correct_row(
            actor=actor, at=now, row=rejected, cells={"code": "U2", "name": "二部", "note": ""}
        )
        assert Unit.objects.filter(code="U2").exists()
        assert (row.state, row.resolved_by) == (RowState.CORRECTED, actor.label)
        entry = Entry.objects.get(event="exchange.row.corrected")
        assert "u2" not in str((entry.before or {})["cells"])
        before, after = opened(entry)
        assert before == {"cells": '["u2","二部",""]', "reason": "编码“u2”应为大写"}
        assert after == {"cells": '["U2","二部",""]', "state": "corrected"}
        content = content_of(row)
        assert content is not None
        assert list(content.cells) == ["U2", "二部", ""]

    def test_a_correction_that_is_still_wrong_changes_nothing(
        self, rejected: ImportRow, actor: Actor, now: datetime
    ) -> None:
        with pytest.raises(actions.StillRejected, match="大写") as raised:
            actions.correct_row(actor=actor, at=now, row=rejected, cells={"code": "u3", "name": "三部"})
        assert raised.value.column == "code"
        rejected.refresh_from_db()
        assert rejected.state == RowState.OPEN

    def test_a_row_is_accepted_as_it_stands_for_a_reason_only(
        self, rejected: ImportRow, actor: Actor, now: datetime
    ) -> None:
        with pytest.raises(actions.StillRejected, match="理由"):
            actions.accept_row(actor=actor, at=now, row=rejected, reason=" ")
        actions.accept_row(actor=actor, at=now, row=rejected, reason="编码即如此")
        assert Unit.objects.filter(code="u2").exists()
        with pytest.raises(actions.NotNow, match="已经处理过"):
            actions.dismiss_row(actor=actor, at=now, row=rejected, reason="")

    def test_a_dismissed_row_can_still_be_corrected(
        self, rejected: ImportRow, actor: Actor, now: datetime
    ) -> None:
        actions.dismiss_row(actor=actor, at=now, row=rejected, reason="并非机构")
        assert not Unit.objects.filter(code="u2").exists()
        actions.correct_row(actor=actor, at=now, row=rejected, cells={"code": "U2", "name": "二部"})
        assert Unit.objects.filter(code="U2").exists()

    def test_who_may_not_import_may_not_resolve(
        self, rejected: ImportRow, actors: dict[str, Actor], now: datetime
    ) -> None:
        with pytest.raises(Refused):
            actions.dismiss_row(actor=actors["liqiang"], at=now, row=rejected, reason="")


def test_imports_are_seen_by_those_who_import_for_their_unit(
    receive: Receive, run: Any, actors: dict[str, Actor]
) -> None:
    batch = run(receive(HEAD + "u2,二部,\n"))
    assert list(visible_to(actors["wangfang"])) == [batch]
    assert list(visible_to(actors["zhaomin"])) == []
    assert list(visible_to(actors["liqiang"])) == []
    assert vars(latest_imports(actors["wangfang"]).get())["open_rows"] == 1


@pytest.mark.usefixtures("head_office")
class TestCommand:
    def test_the_last_line_counts_the_rows(self, tmp_path: Path, capsys: Any) -> None:
        path = tmp_path / "机构.csv"
        path.write_text(HEAD + "U1,一部,\nu2,二部,\nU3,三部,请核对\nU1,一部,\n", "utf-8")
        call_command("import", "units", str(path), "--errors", str(tmp_path / "错误.csv"))
        out, err = capsys.readouterr()
        assert out == "accepted 2, unchanged 1, rejected 1, warned 1\n"
        assert "机构.csv 第 3 行 编码：编码“u2”应为大写" in err
        lines = (tmp_path / "错误.csv").read_text("utf-8-sig").splitlines()
        assert lines == [
            "文件,行号,结果,字段,原因,编码,名称,备注",
            "机构.csv,3,未导入,编码,编码“u2”应为大写,u2,二部,",
            "机构.csv,4,已导入，有提示,备注,请核对,U3,三部,请核对",
        ]

    def test_a_dry_run_writes_nothing(self, tmp_path: Path, capsys: Any) -> None:
        path = tmp_path / "机构.csv"
        path.write_text(EIGHT, "utf-8")
        call_command("import", "units", str(path), "--dry-run")
        assert capsys.readouterr().out == "accepted 8, unchanged 0, rejected 0, warned 0\n"
        assert not Unit.objects.filter(code__startswith="U").exists()

    def test_it_ends_with_1_when_nothing_could_be_read(self, tmp_path: Path, capsys: Any) -> None:
        path = tmp_path / "空.csv"
        path.write_bytes(b"")
        with pytest.raises(SystemExit) as ended:
            call_command("import", "units", str(path))
        assert ended.value.code == 1
        out, err = capsys.readouterr()
        assert out == "accepted 0, unchanged 0, rejected 0, warned 0\n"
        assert "文件“空.csv”是空的" in err

    def test_it_goes_on_with_what_a_killed_run_left(
        self, receive: Receive, tmp_path: Path, capsys: Any, actor: Actor, now: datetime
    ) -> None:
        batch = receive(EIGHT)
        actions.start_import(actor=actor, at=now, batch=batch)
        rows = [Row(2, ("U1", "第1部", ""), []), Row(3, ("U2", "第2部", ""), [])]
        chunk = actions.Chunk(batch.files.get().pk, 0, rows, 10)
        actions.take_chunk(actor=actor, at=now, batch=batch, chunk=chunk)
        path = tmp_path / "机构.csv"
        path.write_text(EIGHT, "utf-8")
        call_command("import", "units", str(path))
        out, err = capsys.readouterr()
        assert out == "accepted 8, unchanged 0, rejected 0, warned 0\n"
        assert f"继续未完成的导入 {batch.pk}" in err
        assert Import.objects.count() == 1

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--unit", "没有"], "没有编码或名称为“没有”的机构"),
            (["--column", "电话=手机"], "字段是其中之一"),
        ],
    )
    def test_wrong_arguments_are_explained(self, tmp_path: Path, arguments: list[str], message: str) -> None:
        path = tmp_path / "机构.csv"
        path.write_text(EIGHT, "utf-8")
        with pytest.raises(CommandError, match=message):
            call_command("import", "units", str(path), *arguments)

    def test_a_file_that_is_not_there_is_named(self) -> None:
        with pytest.raises(CommandError, match="没有.csv”：没有这个文件"):
            call_command("import", "units", "没有.csv")

    def test_a_column_is_found_under_the_heading_that_is_given(self, tmp_path: Path, capsys: Any) -> None:
        path = tmp_path / "机构.csv"
        path.write_text("部门号,名称\nU1,一部\n", "utf-8")
        call_command("import", "units", str(path), "--column", "编码=部门号")
        assert capsys.readouterr().out.startswith("accepted 1,")


def test_the_tables_of_imports_are_written_by_actions_only(receive: Receive) -> None:
    batch = receive(EIGHT)
    with pytest.raises(RuntimeError, match="outside an action"), connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_import SET accepted = 9 WHERE id = %s", [batch.pk])
