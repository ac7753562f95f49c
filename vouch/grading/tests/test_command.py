"""``vouch assess`` as a person at the command line meets it."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from vouch.grading.management.commands.assess import COLUMNS, EXAMPLE
from vouch.grading.models import Assessment
from vouch.grading.tests.conftest import Firms
from vouch.parties.models import Identifier, Party
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    """Standard output and standard error."""
    out, err = StringIO(), StringIO()
    call_command("assess", *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def coded(book_of_firms: list[Party]) -> list[Party]:
    """The book, each with a code of the source that brought it."""
    with writing():
        for number, party in enumerate(book_of_firms, start=900):
            Identifier.objects.create(
                party=party, kind=IdentifierKind.SOURCE_CODE, source="invoices", value=f"E{number}"
            )
    return book_of_firms


def test_standard_output_is_csv_with_one_line_for_each_customer(coded: list[Party]) -> None:
    out, err = run("--all", "--as-of", "2020-02-29")
    lines = list(csv.DictReader(StringIO(out)))
    assert [line["企业代号"] for line in lines] == [f"E{number}" for number in range(900, 906)]
    assert [line["客户编号"] for line in lines] == [party.number for party in coded]
    first, last = lines[0], lines[-1]
    assert (first["客户名称"], first["分类"], first["建议额度（元）"]) == ("甲大企业", "优质", "5000000.00")
    assert int(first["评分"]) > 800
    assert (last["评估结果"], last["评分"], last["等级"]) == ("资料不足", "", "")
    assert all(len(line["理由"].split("；")) >= 3 for line in lines)
    assert "已评估 6 / 6 户" in err
    assert "优质 1 户" in err


def test_the_shipped_policy_is_installed_at_the_first_use(coded: list[Party]) -> None:
    run("--as-of", "2020-02-29")
    again, err = run("--as-of", "2020-02-29")
    assert len(again.splitlines()) == 7
    assert "其中 6 户与上次相同" in err


@pytest.mark.parametrize("how", ["number", "code", "name", "part of the name", "id"])
def test_one_customer_is_found_by_number_code_or_name_and_explained(coded: list[Party], how: str) -> None:
    party = coded[1]
    said = {
        "number": party.number,
        "code": "E901",
        "name": party.name,
        "part of the name": "乙中",
        "id": str(party.pk),
    }
    out, _ = run("--party", said[how], "--as-of", "2020-02-29")
    for words in (
        "乙中企业",
        "各项得分",
        "近12个月开票销售额",
        "建议额度的计算",
        "理由",
        "审批路径",
        "不给出违约概率",
    ):
        assert words in out
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as-of", "2020-13-01"), "不是日期"),
        (("--as-of", "昨天"), "不是日期"),
        (("--as-of", "2999-01-01"), "晚于今天"),
        (("--party", "查无此户"), "没有客户编号、代码或名称为“查无此户”"),
        (("--party", "企业"), "不止一个客户"),
        (("--out", "结果.pdf"), "只能是 .csv 或 .xlsx"),
    ],
)
def test_what_is_wrong_is_said_in_chinese_and_nothing_is_judged(
    coded: list[Party], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message) as error:
        run(*arguments)
    assert error.value.returncode == 2
    assert not Assessment.objects.exists()


def test_without_any_customer_the_exit_code_is_one(head_office: Unit) -> None:
    with pytest.raises(SystemExit) as end:
        run("--all")
    assert end.value.code == 1


def test_the_result_goes_to_a_file_that_excel_opens(coded: list[Party], tmp_path: Path) -> None:
    out, _ = run("--as-of", "2020-02-29", "--out", str(tmp_path / "评级.xlsx"))
    assert out == ""
    rows = CalamineWorkbook.from_path(tmp_path / "评级.xlsx").get_sheet_by_index(0).to_python()
    assert rows[0] == list(COLUMNS)
    assert rows[1][COLUMNS.index("建议额度（元）")] == 5_000_000
    run("--as-of", "2020-02-29", "--out", str(tmp_path / "评级.csv"))
    assert (tmp_path / "评级.csv").read_bytes().startswith("\ufeff客户编号".encode())
    with pytest.raises(CommandError, match="无法写入"):
        run("--as-of", "2020-02-29", "--out", str(tmp_path / "没有" / "评级.csv"))


def test_a_name_that_begins_like_a_formula_is_text(firms: Firms) -> None:
    firms("=1+1企业", monthly=10_000)
    out, _ = run("--as-of", "2020-02-29")
    assert ",'=1+1企业," in out


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("assess", "--help")
    assert EXAMPLE.strip() in capsys.readouterr().out
