"""The check of an installation finds what is broken, and says what to do."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from vouch.platform.database.connection import owner_connection
from vouch.platform.operations import sign_ins
from vouch.platform.operations.sign_ins import SignIn, remember, remembered, sign_ins_file

needs_assets = pytest.mark.skipif(
    not (Path(__file__).resolve().parents[4] / "node_modules").is_dir(),
    reason="browser assets: run `make setup`",
)


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
def test_an_app_that_could_rewrite_the_ledger_is_found() -> None:
    with owner_connection() as owner:
        owner.execute("GRANT UPDATE ON ledger_entry TO PUBLIC")
    try:
        code, text = report()
    finally:
        with owner_connection() as owner:
            owner.execute("REVOKE UPDATE ON ledger_entry FROM PUBLIC")
    assert code == 1
    assert "✗ 运行角色可以改写操作日志" in text


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
