"""Enterprises from files: new, known, changed, doubtful, and in a file that is not what it should be."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vouch.engine.identifiers import uscc_check_character
from vouch.parties.actions import Duty, assign_party
from vouch.parties.models import Assignment, Enterprise, Identifier, Party
from vouch.parties.tests.conftest import GOOD, HEAD, OLD
from vouch.platform.exchange import actions
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Part, Unit
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

Run = Callable[..., Import]


def counts(batch: Import) -> tuple[int, int, int, int]:
    return batch.accepted, batch.unchanged, batch.rejected, batch.warned


def reasons(batch: Import) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.reason) for row in kept_rows(batch)]


def test_new_enterprises_are_registered_with_code_unit_and_batch(
    import_text: Run, units: dict[str, Unit]
) -> None:
    batch = import_text(HEAD + GOOD + OLD, unit=units["YW1"])
    assert counts(batch) == (2, 0, 0, 1)
    assert reasons(batch) == [(3, "code", "旧注册号（13位），不是统一社会信用代码")]
    party = Party.objects.select_related("enterprise").get(name="甲有限公司")
    assert party.number == f"C{party.pk:08d}"
    assert (party.batch, party.enterprise.batch) == (batch, batch)
    assert (party.enterprise.capital_amount, party.enterprise.capital_currency) == (Decimal(100000), "CNY")
    assert [str(a.unit) for a in Assignment.objects.filter(party=party)] == ["业务一部"]
    assert Identifier.objects.get(party__name="丙加工厂").kind == "old_number"
    missing = Enterprise.objects.get(party__name="丙加工厂")
    assert (missing.capital_amount, missing.capital_text) == (None, "")


def test_a_second_import_changes_nothing(import_text: Run) -> None:
    import_text(HEAD + GOOD + OLD)
    before = [
        list(model.objects.order_by("pk").values()) for model in (Party, Enterprise, Identifier, Assignment)
    ]
    batch = import_text(HEAD + GOOD + OLD)
    assert counts(batch) == (0, 2, 0, 0)
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Party, Enterprise, Identifier, Assignment)
    ]


def test_a_changed_value_is_updated_with_both_sides_in_the_ledger(import_text: Run) -> None:
    import_text(HEAD + GOOD)
    batch = import_text(HEAD + GOOD.replace("10(万元)", "50(万美元)").replace("甲", "新甲"))
    assert counts(batch) == (1, 0, 0, 0)
    entry = Entry.objects.get(event="parties.enterprise.changed")
    assert entry.before == {
        "capital_text": "10(万元)",
        "capital_currency": "CNY",
        "capital_amount": "100000.00",
        "name": "甲有限公司",
    }
    assert entry.after == {
        "capital_text": "50(万美元)",
        "capital_currency": "USD",
        "capital_amount": "500000.00",
        "name": "新甲有限公司",
    }
    assert Party.objects.get().search_text.startswith("新甲有限公司 ")


def test_what_a_later_file_does_not_say_is_not_forgotten(import_text: Run) -> None:
    import_text(HEAD + GOOD)
    assert counts(import_text(HEAD + GOOD.replace("10(万元)", "N/A"))) == (0, 1, 0, 0)
    assert Enterprise.objects.get().capital_amount == Decimal(100000)


def test_copies_in_a_file_are_unchanged_and_contradictions_are_rejected(import_text: Run) -> None:
    batch = import_text(HEAD + GOOD + GOOD + GOOD.replace("甲", "乙"))
    assert counts(batch) == (1, 1, 1, 0)
    assert reasons(batch) == [(4, "code", "本文件中已有同一代码而内容不同的一行")]


def test_a_contradiction_in_a_later_chunk_is_found_too(
    import_text: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.parties.actions.intake.EnterpriseImporter.chunk_rows", 1)
    assert counts(import_text(HEAD + GOOD + GOOD + GOOD.replace("甲", "乙"))) == (1, 1, 1, 0)


CODED = "企业名称,统一社会信用代码,企业代号\n"


def test_the_code_under_which_invoices_name_a_firm_is_another_name_of_the_same_firm(import_text: Run) -> None:
    import_text(HEAD + GOOD)
    firm = Party.objects.get()
    assert counts(import_text(CODED + "甲有限公司,91350100M000100Y43,E7\n")) == (1, 0, 0, 0)
    assert counts(import_text(CODED + "甲有限公司,,E7\n")) == (0, 1, 0, 0)
    found = Identifier.objects.order_by("kind").values_list("party", "kind", "source", "value")
    assert list(found) == [
        (firm.pk, "source_code", "invoices", "E7"),
        (firm.pk, "uscc", "", "91350100M000100Y43"),
    ]
    firm.refresh_from_db()
    assert "E7" in firm.search_text


def test_codes_of_two_firms_in_one_row_are_rejected(import_text: Run) -> None:
    import_text(CODED + "甲有限公司,91350100M000100Y43,E7\n丙加工厂,3202112107499,E8\n")
    batch = import_text(CODED + "甲有限公司,91350100M000100Y43,E8\n")
    assert counts(batch) == (0, 0, 1, 0)
    assert reasons(batch) == [(2, "code", "本行的代码分属两个不同的客户")]


def test_full_width_and_small_letters_name_the_same_enterprise(import_text: Run) -> None:
    wide = GOOD.replace("91350100M000100Y43", "９１３５０１００m000100ｙ43")
    assert counts(import_text(HEAD + GOOD + wide)) == (1, 1, 0, 0)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_other_encodings_are_read(import_text: Run, encoding: str) -> None:
    assert counts(import_text((HEAD + GOOD).encode(encoding))) == (1, 0, 0, 0)
    assert Party.objects.get().name == "甲有限公司"


def shifted(line: str, *, by: int) -> str:
    cells = line.strip().split(",")
    return ",".join(cells[-by:] + cells[:-by]) + "\n"


@pytest.mark.parametrize("by", [1, 2, 3, 4])
def test_a_file_whose_cells_are_shifted_writes_nothing(import_text: Run, by: int) -> None:
    batch = import_text(HEAD + shifted(GOOD, by=by) + shifted(OLD, by=by))
    assert counts(batch) == (0, 0, 2, 0)
    assert not Party.objects.exists()
    assert all("疑似错列" in reason for _line, _column, reason in reasons(batch))


def test_a_nul_byte_is_refused_and_the_rest_is_read(import_text: Run) -> None:
    batch = import_text(HEAD + GOOD.replace("甲", "甲\0") + OLD)
    assert counts(batch) == (1, 0, 1, 1)
    assert reasons(batch)[0] == (2, "", "含有空字符（NUL）")


def test_an_importer_of_one_unit_does_not_touch_the_customers_of_another(
    import_text: Run, firm: Party, actors: dict[str, Actor], units: dict[str, Unit], actor: Actor, now: Any
) -> None:
    lead = actors["zhaomin"]
    assign_party(actor=actor, at=now, party=firm, duty=Duty(units["YW2"], now.date()))
    batch = import_text(HEAD + GOOD.replace("10(万元)", "99(万元)"), unit=units["YW1"], by=lead)
    assert counts(batch) == (0, 0, 1, 0)
    assert "不在您的数据范围内" in kept_rows(batch).get().reason


def test_whoever_judged_a_customer_does_not_import_its_particulars(
    import_text: Run, firm: Party, actors: dict[str, Actor], units: dict[str, Unit], now: Any
) -> None:
    with writing():
        take_part(actor=actors["wangfang"], matter=("party", str(firm.pk)), office=Office.MIDDLE, at=now)
    batch = import_text(
        HEAD + GOOD.replace("10(万元)", "99(万元)") + OLD, unit=units["YW1"], by=actors["wangfang"]
    )
    assert counts(batch)[2] == 1
    assert "须由其他人员导入" in kept_rows(batch).filter(verdict="rejected").get().reason
    # What she brought in herself she brought in as the front office.
    brought = Part.objects.get(user=actors["wangfang"].user_id, office=Office.FRONT)
    assert brought.matter_id == str(Party.objects.get(name="丙加工厂").pk)


def test_keeping_the_offices_apart_costs_an_import_a_question_a_chunk_not_a_row(
    import_text: Run, actors: dict[str, Actor], units: dict[str, Unit]
) -> None:
    def asked(count: int, first: int) -> int:
        rows = "".join(
            OLD.replace("丙", f"丙{n}").replace("3202112107499", f"{3202112100000 + n}")
            for n in range(first, first + count)
        )
        with CaptureQueriesContext(connection) as queries:
            assert sum(counts(import_text(HEAD + rows, unit=units["YW1"], by=actors["wangfang"]))) >= count
        return sum("identity_part" in query["sql"] for query in queries)

    assert asked(1, 0) == asked(50, 100) <= 3


class TestResolving:
    @pytest.fixture
    def rejected(self, import_text: Run) -> ImportRow:
        text = HEAD + "成都真飞商贸有限公司,91510100749703023Y,2003-05-08,150(万元人民币),四川\n"
        return kept_rows(import_text(text)).get()

    def test_an_issuers_own_error_is_accepted_and_marked(
        self, rejected: ImportRow, actor: Actor, now: Any, import_text: Run
    ) -> None:
        actions.accept_row(actor=actor, at=now, row=rejected, reason="营业执照上即为此代码")
        identifier = Identifier.objects.get()
        assert (identifier.value, identifier.is_flawed) == ("91510100749703023Y", True)
        assert identifier.note == "营业执照上即为此代码"
        again = HEAD + "成都真飞商贸有限公司,91510100749703023Y,2003-05-08,150(万元人民币),四川\n"
        assert counts(import_text(again)) == (0, 1, 0, 0)

    def test_a_corrected_code_registers_the_enterprise(
        self, rejected: ImportRow, actor: Actor, now: Any
    ) -> None:
        source = ("name", "code", "established_on")
        cells = dict(zip(source, ("成都真飞商贸有限公司", "915101007497030231", "2003-05-08"), strict=True))
        with pytest.raises(actions.StillRejected, match="末位应为"):
            actions.correct_row(
                actor=actor, at=now, row=rejected, cells=cells | {"code": "915101007497030232"}
            )
        code = "91510100749703023" + uscc_check_character("91510100749703023")
        actions.correct_row(actor=actor, at=now, row=rejected, cells=cells | {"code": code})
        assert Identifier.objects.get().value == code
        assert not Identifier.objects.get().is_flawed

    def test_an_enterprise_without_any_code_is_accepted_by_its_number_alone(
        self, import_text: Run, actor: Actor, now: Any
    ) -> None:
        row = kept_rows(import_text(HEAD + "某某办事处,无,2003-02-19,N/A,北京\n")).get()
        assert row.reason == "没有统一社会信用代码或注册号"
        actions.accept_row(actor=actor, at=now, row=row, reason="办事处无代码")
        assert Party.objects.get().name == "某某办事处"
        assert not Identifier.objects.exists()


@pytest.mark.shared_data
class TestRegistry:
    """The public register of 2003–04: 62,214 rows."""

    def test_it_is_imported_whole_and_a_second_time_changes_nothing(
        self, shared_data: Path, capsys: Any, head_office: Unit
    ) -> None:
        path = str(shared_data / "registry" / "enterprises.csv.gz")
        call_command("import", "enterprises", path)
        assert capsys.readouterr().out == "accepted 62199, unchanged 0, rejected 15, warned 984\n"
        assert Party.objects.count() == 62_199
        rejected = kept_rows(Import.objects.get(), verdict="rejected")
        kinds = {
            "check": sum("校验位不符" in row.reason for row in rejected),
            "missing": sum("没有统一社会信用代码" in row.reason for row in rejected),
            "shifted": sum("疑似错列" in row.reason for row in rejected),
        }
        assert kinds == {"check": 12, "missing": 1, "shifted": 2}
        assert [row.line for row in rejected if "疑似错列" in row.reason] == [10304, 17187]
        lengths = Identifier.objects.filter(kind="old_number").values_list("value", flat=True)
        assert sorted({len(value) for value in lengths}) == [13, 15]
        assert sum(len(value) == 15 for value in lengths) == 870
        capital = Enterprise.objects.exclude(capital_currency__in=["", "CNY"]).count()
        assert capital == self.foreign(path)
        # 9,921 rows state no capital; two of them are among the rejected.
        assert Enterprise.objects.filter(capital_text="").count() == 9921 - 2

        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'parties_party'")
            assert cursor.fetchone() == (62_199,), "the planner has not been told"

        call_command("import", "enterprises", path)
        assert capsys.readouterr().out == "accepted 0, unchanged 62199, rejected 15, warned 0\n"
        assert Party.objects.count() == 62_199
        assert not Entry.objects.filter(event="parties.enterprise.changed").exists()

    @staticmethod
    def foreign(path: str) -> int:
        """Independent count of capital in foreign currency."""
        words = ("美元", "港", "欧元", "日元", "澳大利亚元", "加拿大元")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return sum(any(word in row["注册资金"] for word in words) for row in csv.DictReader(file))

    def test_a_register_cut_in_the_middle_is_imported_up_to_the_break(
        self, shared_data: Path, tmp_path: Path, capsys: Any, head_office: Unit
    ) -> None:
        whole = (shared_data / "registry" / "enterprises.csv.gz").read_bytes()
        path = tmp_path / "cut.csv.gz"
        path.write_bytes(whole[: len(whole) // 20])
        call_command("import", "enterprises", str(path))
        out, err = capsys.readouterr()
        first = gzip.GzipFile(fileobj=io.BytesIO(whole)).read(3_000_000).decode("utf-8", "ignore").split("\n")
        accepted = int(out.split(",")[0].removeprefix("accepted "))
        rejected = int(out.split("rejected ")[1].split(",")[0])
        rows = accepted + rejected
        assert 2_000 < rows < 4_000
        assert f"cut.csv.gz：第 {rows + 2} 行：压缩文件在此处中断" in err
        assert Party.objects.filter(name=first[rows].split(",")[0]).exists()
        assert not Party.objects.filter(name=first[rows + 1].split(",")[0]).exists()
