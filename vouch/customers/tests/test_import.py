"""Invoices from files, through the exchange: what is accepted, listed, refused, and never taken twice."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import call_command
from django.db.models import Sum

from vouch.customers.actions import InvoiceDetails, InvoiceImporter, record_invoices
from vouch.customers.models import Invoice
from vouch.customers.terms import Direction, InvoiceState
from vouch.parties.actions import EnterpriseDetails, Registration, register_enterprise
from vouch.parties.models import Identifier, Party
from vouch.platform.exchange.importer import Batch, Outcome
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.tabular import Row
from vouch.platform.exchange.terms import Verdict
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

ENTERPRISES = ["企业代号,企业名称", "E1,甲公司 ", "E2,乙公司"]
INPUT_HEAD = "企业代号,发票号码,开票日期,销方单位代号,金额,税额,价税合计,发票状态"
OUTPUT_HEAD = INPUT_HEAD.replace("销方", "购方")
SALES = [
    OUTPUT_HEAD,
    "E1,100,2019/5/1,D1,100.00,3.00,103.00,有效发票",
    "E1,101,2019/5/2,D1,-20.00,-0.60,-20.60,有效发票",
    "E2,100,2019/5/1,D1,100.00,3.00,103.00, 作废发票",
]
PURCHASES = [INPUT_HEAD, "E1,900,2019/4/1,C1,50.00,1.50,51.50,有效发票"]

Write = Callable[[str, Sequence[str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def save(name: str, lines: Sequence[str]) -> Path:
        path = tmp_path / name
        text = ("\n".join(lines) + "\n").encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return path

    return save


@pytest.fixture(autouse=True)
def kept_files(settings: pytest.FixtureRequest, tmp_path: Path, head_office: Unit) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"  # type: ignore[attr-defined]


def run(enterprises: Path, purchases: Path, sales: Path, *options: str) -> str:
    """The command's last line."""
    out = io.StringIO()
    arguments = ["--enterprises", enterprises, "--input", purchases, "--output", sales, *options]
    call_command("import", "invoices", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue().strip().splitlines()[-1]


def findings(verdict: str) -> list[tuple[int, str, str]]:
    rows = ImportRow.objects.filter(verdict=verdict).order_by("file__position", "line")
    return list(rows.values_list("line", "column", "reason"))


def test_firms_and_their_invoices_are_taken_and_a_second_run_changes_nothing(write: Write) -> None:
    files = write("e.csv", ENTERPRISES), write("in.csv.gz", PURCHASES), write("out.csv", SALES)
    assert run(*files) == "accepted 4, unchanged 0, rejected 0, warned 0"
    assert sorted(Party.objects.values_list("name", flat=True)) == ["乙公司", "甲公司"]
    kept = Invoice.objects.order_by("party__name", "direction", "number").values_list(
        "party__name", "direction", "number", "state", "amount"
    )
    assert [(name, way, number, state, str(amount)) for name, way, number, state, amount in kept] == [
        ("乙公司", "out", "100", "void", "100.00"),
        ("甲公司", "in", "900", "valid", "50.00"),
        ("甲公司", "out", "100", "valid", "100.00"),
        ("甲公司", "out", "101", "valid", "-20.00"),
    ]
    entries = Entry.objects.count()
    assert run(*files) == "accepted 0, unchanged 4, rejected 0, warned 0"
    assert Invoice.objects.count() == 4
    assert Party.objects.count() == 2
    assert not Entry.objects.filter(event="exchange.chunk.taken").order_by("-at")[3:].exists()
    assert Entry.objects.count() - entries <= 3, "a repeat leaves only the import's own entries"


def test_rows_alike_in_every_column_are_one_invoice_and_are_listed(write: Write) -> None:
    sales = [*SALES, SALES[1], SALES[1].replace("2019/5/1", "2019-05-01").replace("100.00", "100.0")]
    line = run(write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", sales))
    assert line == "accepted 4, unchanged 2, rejected 0, warned 0"
    assert findings(Verdict.REPEATED) == [
        (5, "", "与本次导入的另一行完全相同，只计一张发票"),
        (6, "", "与本次导入的另一行完全相同，只计一张发票"),
    ]


def test_copies_are_found_however_the_file_is_cut_into_chunks(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InvoiceImporter, "chunk_rows", 2)
    sales = [*SALES, SALES[1], SALES[2]]
    files = write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", sales)
    assert run(*files) == "accepted 4, unchanged 2, rejected 0, warned 0"
    assert len(findings(Verdict.REPEATED)) == 2


def test_the_same_number_with_other_content_is_another_invoice(write: Write) -> None:
    sales = [
        *SALES,
        "E1,100,2019/5/1,D1,100.00,3.00,103.00,作废发票",
        "E1,100,2018/5/1,D9,7.00,0.00,7.00,有效发票",
    ]
    files = write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", sales)
    assert run(*files) == "accepted 6, unchanged 0, rejected 0, warned 0"


def test_ugly_rows_are_refused_with_line_field_and_reason(write: Write, tmp_path: Path) -> None:
    sales = [
        *SALES,
        "E9,1,2019/5/1,D1,100.00,3.00,103.00,有效发票",
        "E1,2,2019/2/30,D1,100.00,3.00,103.00,有效发票",
        "E1,3,2019/5/1,D1,一百,3.00,103.00,有效发票",
        "E1,4,2019/5/1,D1,100.00,3.00,103.00,丢失",
        ",5,2019/5/1,D1,100.00,3.00,103.00,有效发票",
        "E1,6,D1,100.00,3.00,103.00,有效发票",
        "E1,7,2019/5/1,D1,100.00,3.00,104.00,有效发票",
        "E1,8,2019/5/1,D1,1\0,3.00,104.00,有效发票",
    ]
    errors = tmp_path / "错误.csv"
    files = write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", sales)
    assert run(*files, "--errors", str(errors)) == "accepted 5, unchanged 0, rejected 7, warned 1"
    assert findings(Verdict.REJECTED) == [
        (5, "party", "没有代号为“E9”的企业；请先在企业信息中列出"),
        (6, "issued_on", "“2019/2/30”不是存在的日期"),
        (7, "amount", "“一百”不是金额"),
        (8, "state", "发票状态“丢失”无法识别，应为有效发票或作废发票"),
        (9, "party", "企业代号为空"),
        (10, "", "列数不符：表头有 8 列，本行有 7 列，疑似错列"),
        (12, "", "含有空字符（NUL）"),
    ]
    assert findings(Verdict.WARNED) == [
        (11, "total", "金额 100.00 与税额 3.00 之和不等于价税合计 104.00，已按原值导入")
    ]
    text = errors.read_text("utf-8-sig")
    assert "out.csv,6,未导入,开票日期,“2019/2/30”不是存在的日期" in text


def test_a_dry_run_says_the_same_and_writes_nothing(write: Write) -> None:
    files = write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", [*SALES, SALES[1]])
    assert run(*files, "--dry-run") == "accepted 4, unchanged 1, rejected 0, warned 0"
    assert not Invoice.objects.exists()
    assert not Party.objects.exists()


def workbook(path: Path, *, extra: bool) -> Path:
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy/m/d"})
    sheet = book.add_worksheet("企业信息")
    heads = ["企业代号", "企业名称", *(["信誉评级", "是否违约"] if extra else [])]
    for line, values in enumerate([heads, ["E1", "甲公司", "A", "否"], ["E2", "乙公司", "D", "是"]]):
        sheet.write_row(line, 0, values[: len(heads)])
    for name, head, party, number in (
        ("进项发票信息", INPUT_HEAD, "E1", 3390939),
        ("销项发票信息", OUTPUT_HEAD, "E2", 11459356),
    ):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, head.split(","))
        sheet.write_row(1, 0, [party, number])
        sheet.write_datetime(1, 2, datetime(2017, 7, 18), day)
        sheet.write_row(1, 3, ["A00297", -943.4, -56.6, -1000, "有效发票"])
    book.close()
    return path


def test_one_workbook_may_carry_all_three_sheets(tmp_path: Path) -> None:
    path = workbook(tmp_path / "附件.xlsx", extra=True)
    assert run(path, path, path) == "accepted 2, unchanged 0, rejected 0, warned 0"
    kept = Invoice.objects.order_by("direction").values_list("party__name", "direction", "number", "total")
    assert [(*rest, str(total)) for *rest, total in kept] == [
        ("甲公司", "in", "3390939", "-1000.00"),
        ("乙公司", "out", "11459356", "-1000.00"),
    ]


def test_ratings_and_defaults_beside_the_names_are_ignored_with_a_note(tmp_path: Path) -> None:
    path = workbook(tmp_path / "附件.xlsx", extra=True)
    run(path, path, path)
    batch = Import.objects.get()
    assert batch.notes == {
        "“信誉评级”“是否违约”是他人事后的结论，未读入，也不作为指标": 2,
        "企业信息（企业代号、企业名称）": 2,
    }


def test_a_firm_is_met_by_either_of_its_codes(
    write: Write, head_office: Unit, actor: Actor, now: datetime
) -> None:
    uscc = "91330106673959654P"
    party = register_enterprise(
        actor=actor,
        at=now,
        unit=head_office,
        registration=Registration(EnterpriseDetails(name="甲公司"), codes=[("uscc", "", uscc)]),
    )
    enterprises = ["企业代号,企业名称,统一社会信用代码", f"E1,甲公司,{uscc}", "E2,乙公司,"]
    sales = [*SALES, f"{uscc},300,2019/6/1,D1,1.00,0.00,1.00,有效发票"]
    files = write("e.csv", enterprises), write("in.csv", PURCHASES), write("out.csv", sales)
    assert run(*files) == "accepted 5, unchanged 0, rejected 0, warned 0"
    assert Party.objects.count() == 2
    codes = Identifier.objects.filter(party=party).order_by("kind").values_list("kind", "value")
    assert list(codes) == [("source_code", "E1"), ("uscc", uscc)]
    assert Invoice.objects.filter(party=party).count() == 4
    assert run(*files) == "accepted 0, unchanged 5, rejected 0, warned 0"


def test_a_firm_that_comes_under_another_name_keeps_its_own_and_a_person_is_told(write: Write) -> None:
    files = write("in.csv", PURCHASES), write("out.csv", SALES)
    run(write("e.csv", ENTERPRISES), *files)
    run(write("e2.csv", ["企业代号,企业名称", "E1,***公司", "E2,乙公司"]), *files)
    assert findings(Verdict.WARNED) == [
        (2, "name", "企业名称与已登记的“甲公司”不同，未改名；请确认代号没有重复使用")
    ]
    assert Party.objects.filter(name="甲公司").exists()


def test_codes_that_cannot_be_right_are_refused_with_their_firm(write: Write) -> None:
    enterprises = [
        "企业代号,企业名称,统一社会信用代码",
        "E1,甲公司,91330106673959654A",
        "E2,乙公司,",
        "E2,丙公司,",
        ",,",
        "E4,,",
        ",戊公司,",
        "E2,乙公司,",
    ]
    purchases = [INPUT_HEAD, "E2,900,2019/4/1,C1,50.00,1.50,51.50,有效发票"]
    line = run(write("e.csv", enterprises), write("in.csv", purchases), write("out.csv", SALES))
    assert findings(Verdict.REJECTED) == [
        (2, "uscc", "统一社会信用代码“91330106673959654A”校验位不符：末位应为 P"),
        (4, "party", "代号与第3行相同，内容不同"),
        (6, "name", "企业名称为空"),
        (7, "party", "企业代号为空"),
        (2, "party", "没有代号为“E1”的企业；请先在企业信息中列出"),
        (3, "party", "没有代号为“E1”的企业；请先在企业信息中列出"),
    ]
    assert findings(Verdict.REPEATED) == [(8, "", "与第3行是同一家企业")]
    assert line.startswith("accepted 2, unchanged 0, rejected 6")


def test_firms_known_already_need_no_list(write: Write) -> None:
    run(write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", SALES))
    sales = [OUTPUT_HEAD, "E2,500,2019/7/1,D1,9.00,0.00,9.00,有效发票"]
    out = io.StringIO()
    files = "--input", str(write("in2.csv", PURCHASES)), "--output", str(write("out2.csv", sales))
    call_command("import", "invoices", *files, stdout=out, stderr=io.StringIO())
    assert out.getvalue() == "accepted 1, unchanged 1, rejected 0, warned 0\n"


def take(actor: Actor, unit: Unit, now: datetime, *cells: str) -> Outcome:
    importer = InvoiceImporter()
    row = Row(2, cells, cells)
    with writing():
        batch = Import.objects.create(
            kind="invoices", unit=unit, actor_id="t", actor_label="t", created_at=now
        )
        return importer.take(
            Batch(importer.source("output"), [row], unit=unit, actor=actor, at=now, import_id=batch.pk)
        )


def test_nobody_adds_invoices_to_a_customer_of_another_department(
    write: Write, units: dict[str, Unit], actors: dict[str, Actor], now: datetime
) -> None:
    files = write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", SALES)
    run(*files, "--unit", "YW2")
    cells = ("E1", "700", "2019/5/1", "D1", "1.00", "0.00", "1.00", "有效发票")
    refused = take(actors["zhaomin"], units["YW1"], now, *cells)
    assert [finding.reason for finding in refused.rejected] == ["没有代号为“E1”的企业；请先在企业信息中列出"]
    assert take(actors["wangfang"], units["FK"], now, *cells).accepted == 1


def test_invoices_recorded_without_a_file_are_taken_once(
    head_office: Unit, actor: Actor, now: datetime, write: Write
) -> None:
    files = write("e.csv", ENTERPRISES), write("in.csv", PURCHASES), write("out.csv", SALES)
    run(*files)
    party = Party.objects.get(name="甲公司")
    known = Invoice.objects.get(party=party, number="100")
    details = InvoiceDetails(
        party_id=party.pk, direction=Direction.OUTPUT, number="100", issued_on=known.issued_on,
        counterparty="D1", amount=known.amount, tax=known.tax, total=known.total, state=InvoiceState.VALID,
    )  # fmt: skip
    another = details._replace(number="102")
    assert record_invoices(actor=actor, at=now, party_id=party.pk, invoices=[details, another, another]) == 1
    assert record_invoices(actor=actor, at=now, party_id=party.pk, invoices=[another]) == 0
    assert Invoice.objects.filter(party=party).aggregate(sum=Sum("amount"))["sum"] == 230
    with pytest.raises(ValueError, match="among those of party"):
        record_invoices(actor=actor, at=now, party_id=party.pk + 1, invoices=[details])
