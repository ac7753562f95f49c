"""The pages of imports, as a risk manager uses them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from vouch.platform.courier import queries
from vouch.platform.exchange import actions
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.running import run_import
from vouch.platform.exchange.tasks import run_import_job, tell_submitter, undo_import_job
from vouch.platform.exchange.terms import ImportStatus, RowState
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import actor_of
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

HEAD = "编码,名称,备注\n"
Receive = Callable[..., Import]


@pytest.fixture
def manager(client: Client, staff: dict[str, User]) -> Client:
    """王芳, risk manager, signed in."""
    client.force_login(staff["wangfang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def batch(receive: Receive, actor: Actor, now: datetime) -> Import:
    return run_import(
        receive(HEAD + "U1,一部,\nu2,二部,\nu3,三部,\nU4,四部,请核对\n").pk, actor=actor, clock=lambda: now
    )


def upload(client: Client, text: str, **fields: str) -> Any:
    file = SimpleUploadedFile("机构.csv", text.encode())
    return client.post(
        reverse("exchange:new_of_kind", args=["units"]), {"file_file": file, **fields}, follow=True
    )


def test_a_file_is_uploaded_its_columns_confirmed_and_the_job_imports_it(
    manager: Client, units: dict[str, Unit]
) -> None:
    page = upload(manager, "部门号,名称\nU1,一部\nU2,二部\n", unit=str(units["YW1"].pk))
    batch = Import.objects.get()
    assert page.redirect_chain[-1][0] == reverse("exchange:columns", args=[batch.pk])
    assert "U1" in page.content.decode()
    file = batch.files.get()
    wrong = manager.post(reverse("exchange:columns", args=[batch.pk]), {f"file{file.pk}-name": "名称"})
    assert "这个字段是必填项" in wrong.content.decode()
    manager.post(
        reverse("exchange:columns", args=[batch.pk]),
        {f"file{file.pk}-code": "部门号", f"file{file.pk}-name": "名称"},
    )
    job = ProcrastinateJob.objects.get(task_name="exchange.run_import")
    assert job.args == {"import_id": batch.pk}
    waiting = manager.get(reverse("exchange:import", args=[batch.pk])).content.decode()
    assert "every 1s" in waiting
    run_import_job(**job.args)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted) == (ImportStatus.DONE, 2)
    assert Unit.objects.get(code="U2").parent == units["YW1"]
    assert batch.actor_label.startswith("王芳")
    done = manager.get(reverse("exchange:progress", args=[batch.pk]))
    assert done["HX-Refresh"] == "true"


def test_one_heading_cannot_be_two_columns(manager: Client, units: dict[str, Unit]) -> None:
    upload(manager, "编码,名称\nU1,一部\n", unit=str(units["YW1"].pk))
    batch = Import.objects.get()
    prefix = f"file{batch.files.get().pk}"
    page = manager.post(
        reverse("exchange:columns", args=[batch.pk]), {f"{prefix}-code": "名称", f"{prefix}-name": "名称"}
    )
    assert "“名称”已用于“编码”" in page.content.decode()


def test_what_is_no_table_is_refused_beside_its_field(manager: Client, units: dict[str, Unit]) -> None:
    page = upload(manager, "\0\1" * 500, unit=str(units["YW1"].pk))
    assert "不是文本表格" in page.content.decode()
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEAD, "只有表头，下面没有数据行"),
        ("%PDF-1.4 甲,乙\n1,2\n", "“机构.csv”的内容是PDF 文件，不是表格"),
    ],
)
def test_what_has_no_rows_is_refused_before_anybody_maps_its_columns(
    manager: Client, units: dict[str, Unit], content: str, said: str
) -> None:
    page = upload(manager, content, unit=str(units["YW1"].pk))
    assert said in page.content.decode()
    assert not Import.objects.exists()


def test_whoever_may_import_into_several_units_says_into_which(
    manager: Client, units: dict[str, Unit]
) -> None:
    assert "请选择" in manager.get(reverse("exchange:new_of_kind", args=["units"])).content.decode()
    page = upload(manager, HEAD + "U1,一部,\n")
    assert page.context["form"].errors["unit"]
    assert not Import.objects.exists()


def test_columns_that_must_be_there_and_were_not_recognised_are_named(
    manager: Client, units: dict[str, Unit]
) -> None:
    page = upload(manager, "甲,乙\nU1,一部\n", unit=str(units["YW1"].pk))
    assert "没有认出必须有的列：编码、名称" in page.content.decode()


def test_a_draft_is_given_up(manager: Client, units: dict[str, Unit]) -> None:
    upload(manager, HEAD + "U1,一部,\n", unit=str(units["YW1"].pk))
    batch = Import.objects.get()
    manager.post(reverse("exchange:cancel", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.status == ImportStatus.CANCELLED


def test_a_job_that_fails_for_good_says_so_and_can_be_tried_again(
    manager: Client,
    receive: Receive,
    monkeypatch: pytest.MonkeyPatch,
    unit_importer: Any,
    now: datetime,
    actor: Actor,
) -> None:
    batch = receive(HEAD + "U1,一部,\n")

    def fail(_batch: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(unit_importer, "take", fail)
    run_import_job(import_id=batch.pk)
    batch.refresh_from_db()
    assert batch.status == ImportStatus.FAILED
    assert "程序出错" in manager.get(reverse("exchange:import", args=[batch.pk])).content.decode()
    monkeypatch.undo()
    actions.queue_import(actor=actor, at=now, batch=batch, chosen={})
    run_import_job(import_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted) == (ImportStatus.DONE, 1)


def test_the_page_shows_what_waits_with_line_field_and_reason(manager: Client, batch: Import) -> None:
    text = manager.get(batch.get_absolute_url()).content.decode()
    for words in ("编码“u2”应为大写", "编码“u3”应为大写", "请核对", "已导入，有提示"):
        assert words in text
    only = manager.get(batch.get_absolute_url() + "?verdict=warned").content.decode()
    assert "编码“u2”应为大写" not in only


def test_a_row_is_corrected_and_the_next_one_opened(manager: Client, batch: Import) -> None:
    first, second = ImportRow.objects.filter(verdict="rejected").order_by("line")
    url = reverse("exchange:row", args=[batch.pk, first.pk])
    assert 'value="u2"' in manager.get(url).content.decode()
    still = manager.post(url, {"do": "correct", "code": "u9", "name": "二部"})
    assert still.status_code == 422
    assert "编码“u9”应为大写" in still.content.decode()
    done = manager.post(url, {"do": "correct", "code": "U2", "name": "二部"})
    assert done["Location"] == reverse("exchange:row", args=[batch.pk, second.pk])
    first.refresh_from_db()
    assert first.state == RowState.CORRECTED
    assert Unit.objects.filter(code="U2").exists()


def test_a_row_is_accepted_for_a_reason_or_dismissed(manager: Client, batch: Import) -> None:
    first, second = ImportRow.objects.filter(verdict="rejected").order_by("line")
    url = reverse("exchange:row", args=[batch.pk, first.pk])
    assert manager.post(url, {"do": "accept", "reason": ""}).status_code == 422
    manager.post(url, {"do": "accept", "reason": "文件即如此"})
    assert Unit.objects.filter(code="u2").exists()
    last = manager.post(
        reverse("exchange:row", args=[batch.pk, second.pk]), {"do": "dismiss", "reason": "并非机构"}
    )
    assert last["Location"] == batch.get_absolute_url()
    assert not Unit.objects.filter(code="u3").exists()


def test_rejected_rows_are_downloaded_with_their_values(manager: Client, batch: Import) -> None:
    response = manager.get(reverse("exchange:download", args=[batch.pk, "csv"]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["行号"], row["编码"], row["名称"]) for row in rows] == [
        ("3", "u2", "二部"),
        ("4", "u3", "三部"),
    ]
    response = manager.get(reverse("exchange:download", args=[batch.pk, "xlsx"]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    assert book.get_sheet_by_index(0).to_python()[1][5:7] == ["u2", "二部"]


def marked_rows(client: Client, batch: Import) -> list[list[Any]]:
    response = client.get(reverse("exchange:marked", args=[batch.pk, batch.files.get().pk]))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_their_own_file_comes_back_with_every_reason_beside_its_row(
    manager: Client, receive: Receive, actor: Actor, now: datetime
) -> None:
    text = '机构名单,,\n编码,名称,备注\nU1,=1+1,\nu2,"二\n部",\n\nU3,三部,请核对\nU1,=1+1,\n多,一,格,了\n'
    batch = run_import(receive(text).pk, actor=actor, clock=lambda: now)
    assert marked_rows(manager, batch) == [
        ["机构名单", "", "", "", "", ""],
        ["编码", "名称", "备注", "结果", "原因", ""],
        ["U1", "=1+1", "", "已导入或无变化", "", ""],
        ["u2", "二\n部", "", "未导入", "编码“u2”应为大写", ""],
        ["", "", "", "", "", ""],
        ["U3", "三部", "请核对", "已导入，有提示", "请核对", ""],
        ["U1", "=1+1", "", "已导入或无变化", "", ""],
        ["多", "一", "格", "未导入", "列数不符：表头有 3 列，本行有 4 列，疑似错列", "了"],
    ]


def test_a_workbook_keeps_its_sheets_dates_and_numbers_and_shows_the_faulty_cell(
    manager: Client, receive: Receive, actor: Actor, now: datetime
) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("说明").write(0, 0, "先看这里")
    sheet = book.add_worksheet("机构")
    sheet.write_row(1, 1, ["编码", "名称", "备注"])
    sheet.write_row(2, 1, ["u1", 12.5])
    sheet.write_datetime(2, 3, datetime(2026, 3, 1), book.add_format({"num_format": "yyyy/m/d"}))
    book.close()
    batch = run_import(receive(out.getvalue(), name="机构.xlsx").pk, actor=actor, clock=lambda: now)
    response = manager.get(reverse("exchange:marked", args=[batch.pk, batch.files.get().pk]))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    copy = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert copy.sheet_names == ["说明", "机构"]
    assert copy.get_sheet_by_name("说明").to_python() == [["先看这里"]]
    assert copy.get_sheet_by_name("机构").to_python(skip_empty_area=False)[2] == [
        "", "u1", 12.5, date(2026, 3, 1), "未导入", "编码“u1”应为大写",
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        comments = [name for name in archive.namelist() if "comments" in name]
        assert "编码“u1”应为大写" in archive.read(comments[0]).decode()
        assert "<f>" not in archive.read("xl/worksheets/sheet2.xml").decode()


def test_an_import_is_undone_after_a_look_at_what_would_stay(manager: Client, batch: Import) -> None:
    with writing():
        Unit.objects.filter(code="U4").update(name="改名")
    assert reverse("exchange:undo", args=[batch.pk]) in manager.get(batch.get_absolute_url()).content.decode()
    plan = manager.get(reverse("exchange:undo_plan", args=[batch.pk])).content.decode()
    assert "机构 四部 U4" in plan
    assert "之后被修改" in plan
    page = reverse("exchange:undo", args=[batch.pk])
    assert manager.post(page, {"reason": ""}).status_code == 422
    assert manager.post(page, {"reason": "导错"})["Location"] == batch.get_absolute_url()
    assert "撤销中" in manager.get(batch.get_absolute_url()).content.decode()
    undo_import_job(**ProcrastinateJob.objects.get(task_name="exchange.undo_import").args)
    done = manager.get(batch.get_absolute_url()).content.decode()
    assert "撤销了这次导入：导错" in done
    assert "删除 1 行，还原 0 行，保留 1 行" in done
    assert "机构 四部 U4" in manager.get(reverse("exchange:kept", args=[batch.pk])).content.decode()
    assert manager.get(page).status_code == 302, "there is nothing left to undo"


def test_those_who_may_not_import_find_no_page(client: Client, batch: Import, staff: dict[str, User]) -> None:
    client.force_login(staff["liqiang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("exchange:imports")).status_code == 403
    assert client.get(batch.get_absolute_url()).status_code == 403
    row = ImportRow.objects.first()
    assert row is not None
    assert client.post(reverse("exchange:row", args=[batch.pk, row.pk]), {"do": "dismiss"}).status_code == 403


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_the_same_queries_for_one_and_for_many(
    manager: Client, receive: Receive, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        receive(HEAD + f"U{number},一部,\n")
    manager.get(reverse("exchange:imports"))
    with django_assert_num_queries(14):
        page = manager.get(reverse("exchange:imports"))
    assert page.content.decode().count("<tr data-row>") == count


def test_whoever_submitted_an_import_is_told_how_it_ended(
    manager: Client, units: dict[str, Unit], staff: dict[str, User]
) -> None:
    upload(manager, HEAD + "U1,一部,\nu2,二部,\n", unit=str(units["YW1"].pk))
    batch = Import.objects.get()
    prefix = f"file{batch.files.get().pk}"
    manager.post(
        reverse("exchange:columns", args=[batch.pk]), {f"{prefix}-code": "编码", f"{prefix}-name": "名称"}
    )
    run_import_job(import_id=batch.pk)
    reaction = ProcrastinateJob.objects.get(task_name="exchange.tell_submitter")
    tell_submitter(**reaction.args)
    tell_submitter(**reaction.args)
    page = manager.get(reverse("courier:messages")).content.decode()
    assert "1 条未读" in page
    assert "导入完成：" in page
    [row] = queries.messages_where(actor_of(staff["wangfang"]))
    body = queries.text_of(row).body
    assert "已导入 1 行，未导入 1 行" in body
    shown = manager.get(row.get_absolute_url()).content.decode()
    assert f'href="/imports/{batch.pk}/"' in shown


def test_an_import_that_failed_is_told_of_and_one_of_the_command_line_is_not(
    receive: Receive, actor: Actor, now: datetime, staff: dict[str, User], units: dict[str, Unit]
) -> None:
    mine = actor_of(staff["wangfang"])
    batch = receive(HEAD + "U1,一部,\n")
    tell_submitter(subject_id=str(batch.pk))  # not ended yet
    actions.finish_import(actor=actor, at=now, batch=batch, problem="坏了")
    tell_submitter(subject_id=str(batch.pk))  # the installation's own
    assert not queries.messages_where(mine).exists()
    with writing():
        Import.objects.filter(pk=batch.pk).update(actor_id=mine.id)
    tell_submitter(subject_id=str(batch.pk))
    [row] = queries.messages_where(mine)
    assert queries.text_of(row).title.startswith("导入失败：")
