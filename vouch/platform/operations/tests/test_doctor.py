"""The check of an installation finds what is broken, and says what to do."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from vouch.platform.database.connection import owner_connection
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.actions import Sealer, seal_entries
from vouch.platform.ledger.queries import sent_head
from vouch.platform.ledger.testing import writing
from vouch.platform.operations import _upkeep, actions, sign_ins
from vouch.platform.operations._keys_kept import KEYS
from vouch.platform.operations.models import Backup, Drill
from vouch.platform.operations.sign_ins import SignIn, remember, remembered, sign_ins_file

needs_assets = pytest.mark.skipif(
    not (Path(__file__).resolve().parents[4] / "node_modules").is_dir(),
    reason="browser assets: run `make setup`",
)


@pytest.fixture(autouse=True)
def own_heads(settings: Settings, tmp_path: Path) -> None:
    """The heads of the test database are not those that the installation sent away."""
    settings.LEDGER_HEADS_DIR = tmp_path / "heads"
    settings.BACKUP_DIR = ""


def report() -> tuple[int, str]:
    """Exit code and text."""
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@needs_assets
@pytest.mark.django_db(transaction=True)
def test_an_installation_in_order_passes() -> None:
    code, text = report()
    assert code == 0, text
    assert "✗" not in text
    assert "一切就绪" in text
    assert "操作日志只能追加" in text


@needs_assets
@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'x', 'doing')"
        )
    code, text = report()
    assert code == 1
    assert "✗ 1 项任务的执行进程已中断" in text
    assert "vouch worker" in text


@pytest.mark.django_db(transaction=True)
def test_missing_assets_and_migrations_are_found(settings: object, tmp_path: Path) -> None:
    settings.ASSETS_DIR = tmp_path  # type: ignore[attr-defined]
    with owner_connection() as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    try:
        code, text = report()
    finally:
        with owner_connection() as owner:
            owner.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('sessions', '0001_initial', now())"
            )
    assert code == 1
    assert "✗ 有 1 项数据库升级未执行" in text
    assert "✗ 页面资源缺失" in text
    assert "发现 2 个问题" in text


@needs_assets
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["ledger_entry", "ledger_head"])
def test_an_app_that_could_rewrite_the_ledger_is_found(table: str) -> None:
    with owner_connection() as owner:
        owner.execute(f"GRANT UPDATE ON {table} TO PUBLIC")
    try:
        code, text = report()
    finally:
        with owner_connection() as owner:
            owner.execute(f"REVOKE UPDATE ON {table} FROM PUBLIC")
    assert code == 1
    assert "✗ 运行角色可以改写操作日志" in text


@pytest.mark.django_db(transaction=True)
def test_triggers_of_the_ledger_that_somebody_disabled_are_found() -> None:
    assert "触发器" not in report()[1]
    with owner_connection() as owner:
        owner.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER USER")
    try:
        code, text = report()
    finally:
        with owner_connection() as owner:
            owner.execute("ALTER TABLE ledger_leaf ENABLE TRIGGER USER")
    assert code == 1
    assert "✗ 操作日志的只追加触发器被停用或删除：ledger_leaf　→" in text


def test_a_database_that_does_not_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:hunter2@127.0.0.1:1/nothing")
    code, text = report()
    assert code == 1
    assert "✗ 无法连接 DATABASE_URL 指定的数据库" in text
    assert "hunter2" not in text


def test_first_passwords_are_kept_for_this_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "home", lambda: tmp_path)
    assert remembered() == []
    people = [SignIn(username="liqiang", name="李强", role="客户经理", password="随机-1")]
    remember(people)
    assert remembered() == people
    assert sign_ins_file().stat().st_mode & 0o777 == 0o600


def backup_of(at: datetime, folder: Path, *, state: str = "done", cause: str = "") -> Backup:
    with writing():
        return Backup.objects.create(
            ordered_at=at,
            ordered_by="t",
            state=state,
            folder=str(folder),
            finished_at=at,
            size=1,
            cause=cause,
        )


@pytest.mark.django_db
def test_a_backup_that_is_late_failed_or_was_never_tried_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = str(tmp_path)
    assert "✗ 还没有备份" in report()[1]
    now = timezone.now()
    (tmp_path / "manifest.json").touch()
    backup = backup_of(now - timedelta(hours=25), tmp_path)
    text = report()[1]
    assert "✓ 最近的备份在 25 小时前" in text
    assert "– 备份还没有演练过恢复　→ 请运行 vouch drill" in text
    backup_of(now - timedelta(hours=1), tmp_path / "other", state="failed", cause="磁盘已满\n详情")
    with writing():
        Backup.objects.filter(pk=backup.pk).update(finished_at=now - timedelta(hours=27))
        passed = Drill.objects.create(
            ordered_at=now, ordered_by="t", state="passed", folder="x", finished_at=now - timedelta(days=41)
        )
    text = report()[1]
    assert "✗ 最近一次备份失败：磁盘已满　→" in text
    assert "✗ 最近的备份在 27 小时前" in text
    assert "✗ 最近一次通过的恢复演练在 41 天前" in text
    with writing():
        Drill.objects.filter(pk=passed.pk).update(finished_at=now - timedelta(days=39))
        Drill.objects.create(
            ordered_at=now + timedelta(seconds=1),
            ordered_by="t",
            state="failed",
            folder="x",
            cause="表 a 少 1 行",
        )
    text = report()[1]
    assert "✓ 最近一次通过的恢复演练在 39 天前" in text
    assert "✗ 最近一次恢复演练未通过：表 a 少 1 行" in text


@pytest.mark.django_db
def test_entries_that_nobody_seals_and_heads_of_another_database_are_told(
    actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = timezone.now() - timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: late)
    actions.order_backup(actor=actor, at=now, folder="x")
    monkeypatch.undo()
    assert "✗ 1 条操作日志待封存，最早的在 11 分钟前" in report()[1]
    seal_entries(actor=Sealer(), at=now, everything=True)
    assert "✓ 操作日志按时封存，0 条待封存" in report()[1]
    away = sent_head()
    assert away is not None
    heads = Path(django_settings.LEDGER_HEADS_DIR) / "heads.jsonl"
    ahead = {**away.document, "size": 9}
    heads.write_text(json.dumps(ahead) + "\n")
    code, text = report()
    assert code == 1
    assert "✗ 已外送的树头有 9 条，库中只有 1 条" in text
    assert "vouch ledger restart-witness" in text


@pytest.mark.django_db
def test_a_key_file_that_others_may_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in KEYS:
        monkeypatch.delenv(kept.variable, raising=False)
    monkeypatch.setattr(_upkeep, "home", lambda: tmp_path)
    (tmp_path / "ledger.key").write_text("a" * 64)
    (tmp_path / "ledger.key").chmod(0o644)
    text = report()[1]
    assert f"✗ 密钥文件 {tmp_path / 'ledger.key'} 对其他用户开放" in text
    assert f"→ chmod 600 {tmp_path / 'ledger.key'}" in text
