"""The pages of running as an administrator, an auditor and everybody else find them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from vouch.platform.identity.models import ApiKey, Unit, User
from vouch.platform.identity.queries import key_in_force
from vouch.platform.identity.terms import ApiScope, Role, Scope
from vouch.platform.jobs import queries as jobs
from vouch.platform.jobs.beat import Beat, _once, last_run_of
from vouch.platform.jobs.defer import defer
from vouch.platform.jobs.worker import run_worker
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing
from vouch.platform.operations.models import Backup
from vouch.platform.operations.terms import BackupState
from vouch.platform.operations.tests import sample_jobs  # noqa: F401 - registers the task
from vouch.platform.vault import ring as ring_module

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SignedIn = Callable[[str], Client]
PAGES = ("health", "findings", "jobs", "load", "schedules", "keys", "backups", "api_keys")


@pytest.fixture
def signed_in(client: Client, staff: dict[str, User]) -> SignedIn:
    def sign(username: str) -> Client:
        client.force_login(staff[username], backend=BACKEND)
        return client

    return sign


def job_of(text: str, *, status: str = "todo") -> int:
    pk = defer("sample_page.note", lock=f"party:{text}", file="nowhere", text=text)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, pk])
    return pk


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_administrators_and_auditors_find_the_page_and_nobody_else(signed_in: SignedIn, page: str) -> None:
    for username, status in (("zhoujie", 200), ("sunlei", 200), ("wangfang", 403), ("liqiang", 403)):
        assert signed_in(username).get(reverse(f"operations:{page}")).status_code == status, username


@pytest.mark.django_db
def test_the_list_shows_filters_and_counts(signed_in: SignedIn) -> None:
    job_of("waiting")
    job_of("failed", status="failed")
    job_of("running", status="doing")
    client = signed_in("zhoujie")
    page = client.get(reverse("operations:jobs")).content.decode()
    assert page.count("data-row") == 3
    for text, count in (
        ("?status=failed", 1),
        ("?q=party:waiting", 1),
        ("?task=sample_page.note", 3),
        ("?q=nobody", 0),
    ):
        assert client.get(reverse("operations:jobs") + text).content.decode().count("data-row") == count, text
    load = jobs.load()
    assert (load.waiting, load.running, load.failed) == (1, 1, 1)


@pytest.mark.django_db
def test_the_list_makes_the_same_queries_for_one_job_and_for_fifty(
    signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("zhoujie")
    counted = []
    for count in (3, 47):
        for number in range(count):
            job_of(f"{count}-{number}", status=("todo", "failed", "doing")[number % 3])
        with django_assert_max_num_queries(100) as context:
            client.get(reverse("operations:jobs") + "?size=50")
        counted.append(len(context))
    assert counted[0] == counted[1]


@pytest.mark.django_db
def test_only_administrators_retry_and_cancel_and_both_are_entries(signed_in: SignedIn) -> None:
    failed, waiting, running = job_of("a", status="failed"), job_of("b"), job_of("c", status="doing")
    auditor = signed_in("sunlei")
    assert (
        reverse("operations:retry_job", args=[failed])
        not in auditor.get(reverse("operations:jobs")).content.decode()
    )
    assert auditor.post(reverse("operations:retry_job", args=[failed])).status_code == 403
    admin = signed_in("zhoujie")
    admin.post(reverse("operations:retry_job", args=[failed]))
    admin.post(reverse("operations:cancel_job", args=[waiting]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM procrastinate_jobs")
        assert dict(cursor.fetchall()) == {failed: "todo", waiting: "cancelled", running: "doing"}
    events = Entry.objects.filter(subject_kind="job").values_list("event", "subject_id")
    assert set(events) == {
        ("operations.job.retried", str(failed)),
        ("operations.job.cancelled", str(waiting)),
    }
    refused = admin.post(reverse("operations:retry_job", args=[running]), follow=True)
    assert "只有失败的任务可以重试" in refused.content.decode()
    refused = admin.post(reverse("operations:cancel_job", args=[999_999]), follow=True)
    assert "没有这个任务" in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_says_where_it_broke_but_not_in_its_own_words_and_runs_when_retried(
    signed_in: SignedIn, tmp_path: Path
) -> None:
    file = tmp_path / "not there yet" / "told"
    pk = defer("sample_page.note", file=str(file), text="13800138000")
    run_worker(wait=False)
    page = signed_in("zhoujie").get(reverse("operations:jobs") + f"?q={pk}").content.decode()
    assert "FileNotFoundError" in page
    assert "sample_jobs.py:" in page
    fault = cache.get(f"vouch.job.fault.{pk}")
    assert "13800138000" not in fault
    assert "not there" not in fault
    file.parent.mkdir()
    signed_in("zhoujie").post(reverse("operations:retry_job", args=[pk]))
    run_worker(wait=False)
    assert file.read_text().strip() == "13800138000"


@pytest.mark.django_db
def test_running_jobs_show_their_progress(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        jobs._progress, "sample_page.note", lambda given: [jobs.Progress(30, 120, "/x/") for _ in given]
    )
    job_of("running", status="doing")
    page = signed_in("zhoujie").get(reverse("operations:jobs")).content.decode()
    assert 'value="30" max="120"' in page


@pytest.mark.django_db(transaction=True)
def test_a_beat_notes_when_it_ran_and_by_name_what_it_broke_on(signed_in: SignedIn) -> None:
    def broken() -> None:
        message = "13800138000"
        raise ValueError(message)

    _once(Beat("sample.good", 5, lambda: None))
    _once(Beat("sample.broken", 5, broken))
    assert cache.get(last_run_of("sample.good"))["fault"] == ""
    note = cache.get(last_run_of("sample.broken"))
    assert note["fault"] == "ValueError"
    assert "138" not in str(note)
    page = signed_in("zhoujie").get(reverse("operations:schedules")).content.decode()
    assert "封存日志并外送树头" in page
    assert "17 3 * * *" in page


@pytest.mark.django_db
def test_keys_are_rotated_after_asking_who_one_is_and_whether_one_means_it(
    staff: dict[str, User], client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring_module, "home", lambda: tmp_path)
    monkeypatch.setattr(ring_module, "_kept", ring_module._Kept())
    monkeypatch.delenv("VOUCH_KEY_RING", raising=False)
    with writing():
        staff["zhoujie"].set_password("only-for-this-test-7361")
        staff["zhoujie"].save()
    client.force_login(staff["zhoujie"], backend=BACKEND)
    rotate = reverse("operations:rotate_keys")
    asked = client.get(rotate)
    assert asked.status_code == 302
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked["Location"], {"password": "only-for-this-test-7361"})
    page = client.get(rotate)
    assert page.status_code == 200
    assert "第 1 版" in page.content.decode()
    assert client.post(rotate, {}).status_code == 422
    assert ring_module.ring().current == 1
    assert client.post(rotate, {"is_understood": "on"}).status_code == 302
    assert ring_module.ring().current == 2
    page_of_keys = client.get(reverse("operations:keys")).content.decode()
    assert not any(material.hex() in page_of_keys for material in ring_module.ring().materials.values())


@pytest.mark.django_db
def test_the_checks_are_shown_with_their_remedies_the_bad_ones_first(signed_in: SignedIn) -> None:
    page = signed_in("sunlei").get(reverse("operations:findings")).content.decode()
    assert "操作日志只能追加" in page
    assert "Python 3." in page
    assert page.find(">问题<") < page.find(">正常<")


@pytest.mark.django_db
def test_a_backup_is_ordered_by_hand_and_its_manifest_is_handed_out(
    signed_in: SignedIn, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    client = signed_in("zhoujie")
    settings.BACKUP_DIR = ""
    refused = client.post(reverse("operations:back_up_now"), follow=True).content.decode()
    assert "VOUCH_BACKUP_DIR" in refused
    settings.BACKUP_DIR = str(tmp_path)
    client.post(reverse("operations:back_up_now"))
    [backup] = Backup.objects.all()
    assert Path(backup.folder).parent == tmp_path
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args ->> 'backup_id' FROM procrastinate_jobs")
        assert cursor.fetchall() == [("operations.back_up", str(backup.pk))]
    manifest = reverse("operations:manifest", args=[backup.pk])
    assert client.get(manifest).status_code == 404
    with writing():
        Backup.objects.update(state=BackupState.DONE, finished_at=now)
    assert client.get(manifest).status_code == 404, "the folder is not there"
    Path(backup.folder).mkdir()
    (Path(backup.folder) / "manifest.json").write_text(json.dumps({"tables": []}))
    assert client.get(manifest).json() == {"tables": []}
    client.post(reverse("operations:drill_now", args=[backup.pk]))
    assert "恢复演练" in client.get(reverse("operations:backups")).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'operations.drill'")
        assert cursor.fetchone() == (1,)
    assert signed_in("sunlei").post(reverse("operations:back_up_now")).status_code == 403


@pytest.mark.django_db
def test_a_key_of_the_interface_goes_through_two_hands_on_the_pages(
    signed_in: SignedIn, staff: dict[str, User], units: dict[str, Unit], now: datetime
) -> None:
    with writing():
        staff["second"] = User(
            username="second",
            name="何宁",
            unit=units["HQ"],
            roles=[Role.ADMIN],
            scope=Scope.ALL,
            joined_at=now,
        )
        staff["second"].save()
    asked = {
        "name": "银行对接",
        "holder": "示范银行",
        "unit": units["YW1"].pk,
        "data_scope": Scope.UNIT,
        "scopes": [ApiScope.CUSTOMERS_READ],
        "per_minute": 30,
        "expires_on": timezone.localdate().isoformat(),
    }
    admin = signed_in("zhoujie")
    assert (
        admin.post(reverse("operations:new_api_key"), asked | {"expires_on": "2020-01-01"}).status_code == 422
    )
    admin.post(reverse("operations:new_api_key"), asked)
    key = ApiKey.objects.get()
    step = {
        name: reverse("operations:do_api_key", args=[key.pk, name]) for name in ("approve", "issue", "revoke")
    }
    assert admin.post(step["approve"]).status_code == 403
    assert "等待另一名管理员" in admin.get(reverse("operations:api_key", args=[key.pk])).content.decode()
    assert signed_in("second").post(step["approve"]).status_code == 302
    shown = signed_in("zhoujie").post(step["issue"])
    assert "no-store" in shown["Cache-Control"]
    page = shown.content.decode()
    secret = page.split('<code class="secret">')[1].split("<")[0]
    assert key_in_force(secret, at=timezone.now()) == key
    assert secret not in admin.get(reverse("operations:api_key", args=[key.pk])).content.decode()
    admin.post(step["revoke"])
    assert key_in_force(secret, at=timezone.now()) is None
