"""A backup while twenty writers work, restored on another cluster: every table and the ledger's root are equal."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from tests.survival.conftest import Elsewhere, Start, wait_until
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of
from vouch.platform.ledger.testing import writing
from vouch.platform.operations import _backing_up, actions
from vouch.platform.operations._archive import MANIFEST, Manifest, read_manifest
from vouch.platform.operations._backing_up import LEFT_OUT, BackupFailed, Order, run_backup
from vouch.platform.operations.models import Backup, Drill
from vouch.platform.operations.tasks import back_up, drill
from vouch.platform.operations.terms import BackupState, DrillState
from vouch.platform.vault.actions import ensure_key, store_document
from vouch.platform.vault.terms import Place, Subject

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES, THREADS = 4, 5
SECRET, DOCUMENT = "11010119900307663X", b"%PDF-1.7 " + bytes(range(256)) * 2048
SEALED_AT = Place("test", "phone", "1")

LOOK = """
import hashlib, json, sys
from pathlib import Path
from vouch.platform.database.supervisor import hold
with hold():
    import django
    django.setup()
    from django.conf import settings
    from django.db import connection
    from vouch.platform.ledger.queries import newest_head
    from vouch.platform.vault.models import Document
    from vouch.platform.vault.queries import key_of, read_document
    from vouch.platform.vault.terms import Place, Subject
    from vouch.parties.models import Party
    from vouch.platform.ledger.models import Entry
    sealed = bytes.fromhex(sys.argv[1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = [row[0] for row in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
        cursor.execute("SELECT status, worker_id FROM procrastinate_jobs WHERE task_name = 'grading.reassess'")
        jobs = cursor.fetchall()
        cursor.execute("SELECT nextval('parties_party_id_seq') > coalesce(max(id), 0) FROM parties_party")
        counts_on = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        unchecked = cursor.fetchone()[0]
        cursor.execute("SELECT (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),"
            " (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'),"
            " (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            "  WHERE NOT tgisinternal AND tgenabled = 'O' AND relnamespace = 'public'::regnamespace)")
        shape = cursor.fetchone()
        refused = []
        for statement in ("DELETE FROM ledger_entry", "UPDATE ledger_entry SET event = 'x'", "TRUNCATE ledger_head"):
            try:
                cursor.execute(statement)
            except Exception as error:
                refused.append(type(error.__cause__).__name__)
    head = newest_head()
    document = Document.objects.get()
    print(json.dumps({
        "counts": counts, "root": head.root.hex(), "size": head.size, "jobs": jobs, "counts_on": counts_on,
        "unchecked": unchecked, "shape": shape, "refused": refused,
        "phone": key_of(Subject("test", "1")).open(sealed, place=Place("test", "phone", "1")),
        "document": hashlib.sha256(b"".join(read_document(document))).hexdigest(),
        "parties": Party.objects.count(),
        "registered": Entry.objects.filter(event="parties.enterprise.registered").count(),
        "files": sorted(path.name for path in Path(settings.IMPORTS_DIR).glob("??/*")),
    }))
"""


@pytest.fixture
def protected(now: datetime) -> bytes:
    """A sealed value and a document of one subject; returns the ciphertext of the value."""
    subject = Subject("test", "1")
    with writing(), transaction.atomic():
        key = ensure_key(subject, at=now)
        store_document(subject, pieces=[DOCUMENT], media_type="application/pdf", at=now)
    return key.seal(SECRET, place=SEALED_AT)


def shape_of_the_database() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),"
            " (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'),"
            " (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            "  WHERE NOT tgisinternal AND tgenabled = 'O' AND relnamespace = 'public'::regnamespace)"
        )
        return list(cursor.fetchone())


def back_up_under_load(folder: Path, start: Start, stop: Path) -> Manifest:
    """Twenty writers in four processes; the backup is made in the middle of their work."""
    writers = [start("-m", "tests.survival.writers", str(THREADS), str(stop)) for _ in range(PROCESSES)]
    wait_until(lambda: Party.objects.count() >= 10 * PROCESSES * THREADS)
    before = Party.objects.count()
    call_command("backup", str(folder))
    after = Party.objects.count()
    stop.touch()
    assert [writer.wait(60) for writer in writers] == [0] * PROCESSES
    manifest, _document = read_manifest(folder)
    taken = {table.name: table.rows for table in manifest.tables}["parties_party"]
    assert before <= taken <= after
    assert before < after, "nobody wrote meanwhile"
    return manifest


def test_a_backup_while_twenty_writers_work_is_restored_elsewhere_to_the_row(
    start: Start, tmp_path: Path, elsewhere: Elsewhere, head_office: Unit, protected: bytes
) -> None:
    # A delivery as versions before kept it.
    kept = hashlib.sha256("企业名称\n".encode()).hexdigest()
    path = Path(settings.IMPORTS_DIR) / kept[:2] / kept
    path.parent.mkdir(parents=True)
    path.write_text("企业名称\n")
    job = defer("grading.reassess", party_id=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    manifest = back_up_under_load(tmp_path / "backup", start, tmp_path / "stop")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file())
    for readable in ("写者".encode(), b"9151010", kept.encode()):
        assert readable not in everything

    done = elsewhere.run(
        "-m", "vouch", "restore", str(tmp_path / "backup"), "--report", str(tmp_path / "report.json")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "每张表的行数与操作日志的根都与备份一致" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    wanted = {table.name: table.rows for table in manifest.tables}
    assert report["tables"] == wanted
    assert report["ledger_root"] == manifest.ledger_root != ""

    found = look(elsewhere, protected)
    # Counted by the other server: the entry that says it was restored is one more, and nothing else is.
    assert found["counts"] == wanted | {"ledger_entry": wanted["ledger_entry"] + 1} | dict.fromkeys(
        LEFT_OUT, 0
    )
    assert (found["root"], found["size"]) == (manifest.ledger_root, manifest.ledger_size)
    # One moment: never a customer without its entry, nor an entry without its customer.
    assert found["parties"] == found["registered"]
    assert (found["phone"], found["files"]) == (SECRET, [kept])
    assert found["jobs"] == [["todo", None]]
    assert found["counts_on"]
    assert found["unchecked"] == 0
    assert found["shape"] == shape_of_the_database()
    assert found["refused"] == ["InsufficientPrivilege"] * 3

    verified = elsewhere.run("-m", "vouch", "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    again = elsewhere.run("-m", "vouch", "restore", str(tmp_path / "backup"))
    assert again.returncode == 1
    assert "不是空的" in again.stderr


def look(elsewhere: Elsewhere, protected: bytes) -> dict[str, Any]:
    environment = elsewhere.environment | {"DJANGO_SETTINGS_MODULE": "vouch.config.settings"}
    elsewhere.environment = environment
    seen = elsewhere.run("-c", LOOK, protected.hex())
    assert seen.returncode == 0, seen.stderr
    return dict(json.loads(seen.stdout))


@pytest.fixture
def made(head_office: Unit, tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    call_command("backup", str(folder))
    return folder


def fails(folder: Path, *options: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("restore", str(folder), *options)
    assert caught.value.returncode == 1
    return str(caught.value)


def test_without_the_keys_or_with_others_it_says_what_is_missing(
    made: Path, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    keys = {
        name: elsewhere.environment.pop(name)
        for name in ("VOUCH_KEY_RING", "VOUCH_LEDGER_KEY", "VOUCH_LEDGER_SIGNING_KEY")
    }
    without = elsewhere.run("-m", "vouch", "restore", str(made), "--check")
    assert without.returncode == 1
    assert "缺少密钥环（key-ring.json）、日志密钥（ledger.key）、树头签名密钥" in without.stderr
    assert not (elsewhere.home / "key-ring.json").exists(), "asking must make no key"
    other = {"current": 1, "keys": {"1": "00" * 32}, "index": "11" * 32}
    elsewhere.environment |= keys | {"VOUCH_KEY_RING": json.dumps(other)}
    wrong = elsewhere.run("-m", "vouch", "restore", str(made), "--check")
    assert wrong.returncode == 1
    assert "密钥环打不开这个备份：需要第" in wrong.stderr


def test_a_database_that_is_in_use_is_not_overwritten(made: Path, staff: dict[str, User]) -> None:
    before = User.objects.count()
    assert "不是空的（表 ledger_entry 有数据），没有覆盖" in fails(made)
    assert User.objects.count() == before


def test_a_changed_cut_or_missing_file_is_named(made: Path, tmp_path: Path) -> None:
    call_command("restore", str(made), "--check")
    unit = made / "tables" / "identity_unit.sealed"
    whole = unit.read_bytes()
    unit.write_bytes(whole[:-1])
    assert "1 个文件损坏" in fails(made, "--check")
    unit.unlink()
    assert "1 个文件损坏" in fails(made, "--check")
    unit.write_bytes(whole)
    document = json.loads((made / MANIFEST).read_text())
    document["tables"][0]["rows"] += 1
    (made / MANIFEST).write_text(json.dumps(document))
    assert "manifest.json 的签名不符" in fails(made, "--check")
    (made / MANIFEST).unlink()
    assert "没有 manifest.json：不是备份，或备份没有完成" in fails(made, "--check")


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_touched(
    made: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = _backing_up._migrations
    monkeypatch.setattr(_backing_up, "_migrations", lambda taken: [*real(taken), ["ledger", "9999_later"]])
    call_command("backup", str(tmp_path / "newer"))
    done = elsewhere.run("-m", "vouch", "restore", str(tmp_path / "newer"))
    assert done.returncode == 1
    assert "备份由更新的版本生成（数据库升级 ledger.9999_later 在本机没有）" in done.stderr
    assert MigrationRecorder(connection).has_table()


def test_a_place_that_is_taken_stays_as_it_is_and_the_failure_is_noted(made: Path) -> None:
    before = sorted(made.rglob("*"))
    with pytest.raises(CommandError, match="已存在且不是空文件夹，没有覆盖"):
        call_command("backup", str(made))
    assert sorted(made.rglob("*")) == before
    newest = Backup.objects.order_by("-ordered_at")[0]
    assert newest.state == BackupState.FAILED
    assert "已存在" in newest.cause
    assert history_of("backup", newest.pk)[0].event == "operations.backup.finished"


def test_a_backup_whose_disk_fills_leaves_nothing_that_looks_like_one(
    head_office: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(_backing_up, "write_manifest", full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("backup", str(tmp_path / "backup"))
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []
    assert Backup.objects.get().state == BackupState.FAILED


def ordered(folder: Path, now: datetime, *, due_at: datetime | None = None) -> Backup:
    backup = actions.order_backup(actor=system_actor("t"), at=now, folder=str(folder), due_at=due_at)
    assert backup is not None
    return backup


def test_a_job_whose_worker_died_makes_the_backup_again_or_finds_it_whole(
    head_office: Unit, tmp_path: Path, actor: Actor, now: datetime
) -> None:
    backup = ordered(tmp_path / "first", now)
    actions.start_backup(actor=actor, at=now, backup_id=backup.pk)  # and there its worker died
    (tmp_path / ".first.part").mkdir()
    (tmp_path / ".first.part" / "half").touch()
    back_up(backup_id=str(backup.pk))
    backup.refresh_from_db()
    assert (backup.state, backup.tables_done) == (BackupState.DONE, backup.tables)
    assert not (tmp_path / ".first.part").exists()
    with writing():
        Backup.objects.filter(pk=backup.pk).update(state=BackupState.RUNNING, rows=0)
    marks = (tmp_path / "first" / MANIFEST).stat().st_mtime_ns
    back_up(backup_id=str(backup.pk))
    backup.refresh_from_db()
    assert backup.state == BackupState.DONE
    assert backup.rows > 0
    assert (tmp_path / "first" / MANIFEST).stat().st_mtime_ns == marks
    back_up(backup_id=str(backup.pk))
    assert Entry.objects.filter(event="operations.backup.finished").count() == 2


def test_one_backup_at_a_time(head_office: Unit, tmp_path: Path, actor: Actor, now: datetime) -> None:
    first, second = ordered(tmp_path / "a", now), ordered(tmp_path / "b", now)
    held = _backing_up._alone(Order(first.pk, tmp_path / "a"), actor, lambda: now)
    with held, pytest.raises(BackupFailed, match="另一个备份正在进行"):
        run_backup(Order(second.pk, tmp_path / "b"), actor=actor, clock=lambda: now)
    second.refresh_from_db()
    assert second.state == BackupState.FAILED


def test_old_scheduled_backups_are_removed_and_nothing_else(
    head_office: Unit, tmp_path: Path, now: datetime, settings: Any
) -> None:
    settings.BACKUP_DIR, settings.BACKUP_KEEP = str(tmp_path / "kept"), "1,0,0"
    by_hand = ordered(tmp_path / "kept" / "by-hand", now)
    days = [ordered(tmp_path / "kept" / f"{day}", now, due_at=now.replace(day=day)) for day in (18, 19)]
    for backup in (by_hand, *days):
        back_up(backup_id=str(backup.pk))
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["19", "by-hand"]
    days[0].refresh_from_db()
    assert days[0].state == BackupState.REMOVED
    assert history_of("backup", days[0].pk)[0].event == "operations.backup.removed"


def test_the_drill_restores_the_newest_backup_and_says_what_it_found(
    made: Path, actor: Actor, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("drill")
    assert "演练通过" in capsys.readouterr().out
    passed = Drill.objects.get()
    assert passed.state == DrillState.PASSED
    assert passed.backup == Backup.objects.get()
    assert passed.rows == passed.backup.rows
    assert passed.ledger_root == passed.backup.ledger_root
    (made / "tables" / "identity_unit.sealed").unlink()
    again = actions.order_drill(actor=actor, at=now, folder=str(made))
    assert again is not None
    drill(drill_id=again.pk)
    again.refresh_from_db()
    assert again.state == DrillState.FAILED
    assert "identity_unit.sealed 不存在" in again.cause


def test_keys_sealed_in_a_backup_open_it_on_a_machine_that_has_none(
    head_office: Unit, tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOUCH_BACKUP_PASSPHRASE", "十二个字符以上的备份口令才行")
    call_command("backup", str(tmp_path / "backup"), "--with-keys")
    for name in ("VOUCH_KEY_RING", "VOUCH_LEDGER_KEY", "VOUCH_LEDGER_SIGNING_KEY", "VOUCH_SECRET_KEY"):
        elsewhere.environment.pop(name, None)
    elsewhere.environment["VOUCH_BACKUP_PASSPHRASE"] = "另一个完全不对的口令在这里"
    wrong = elsewhere.run("-m", "vouch", "restore", str(tmp_path / "backup"), "--with-keys", "--check")
    assert wrong.returncode == 1
    assert "口令不对" in wrong.stderr
    elsewhere.environment["VOUCH_BACKUP_PASSPHRASE"] = "十二个字符以上的备份口令才行"
    done = elsewhere.run("-m", "vouch", "restore", str(tmp_path / "backup"), "--with-keys", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "备份完好" in done.stdout
