"""The guarantee ledger from files: taken, taken again, taken a month later, and refused where it cannot be right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from vouch.business.models import Claim, Draw, Guarantee, GuaranteeVersion, Recovery, Repayment
from vouch.business.tests.conftest import NUMBER, Load
from vouch.business.tests.ledgers import HEAD, NOVEMBER, OCTOBER
from vouch.parties.models import Party
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import RowFault
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.queries import kept_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.models import Entry

pytestmark = pytest.mark.django_db


def counts(batch: Import) -> tuple[int, int, int, int]:
    return batch.accepted, batch.unchanged, batch.rejected, batch.warned


def reasons(batch: Import) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.reason) for row in kept_rows(batch)]


def test_a_ledger_is_taken_with_every_day_and_rate_as_it_is_written(load: Load, firms: list[Party]) -> None:
    batch = load("guarantees", OCTOBER)
    assert counts(batch) == (4, 0, 0, 0), reasons(batch)
    one = Guarantee.objects.get(number="DB001")
    assert one.party == firms[0]
    assert (one.drawn_on, one.counted_on, one.due_on) == (
        date(2026, 1, 5),
        date(2026, 1, 8),
        date(2027, 1, 5),
    )
    assert (one.share_rate, one.fee_rate) == (Decimal("0.8"), Decimal("0.01"))
    assert one.balance == Decimal("2400000.01"), "3,000,000.01 × 80 % is 2,400,000.008"
    released = Guarantee.objects.get(number="DB003")
    assert (released.state, released.debt_balance) == ("released", Decimal(0))
    assert (released.released_on, released.release_registered_on) == (date(2026, 5, 2), date(2026, 5, 20))
    assert Entry.objects.filter(event="exchange.chunk.taken", subject_id=str(batch.pk)).count() == 1


def test_the_same_ledger_again_changes_nothing(load: Load, firms: list[Party]) -> None:
    load("guarantees", OCTOBER)
    before = [list(model.objects.order_by("pk").values()) for model in (Guarantee, GuaranteeVersion)]
    assert counts(load("guarantees", OCTOBER)) == (0, 4, 0, 0)
    after = [list(model.objects.order_by("pk").values()) for model in (Guarantee, GuaranteeVersion)]
    assert after == before


def test_a_later_ledger_shows_what_changed_before_it_is_accepted(
    load: Load, firms: list[Party], now: datetime
) -> None:
    load("guarantees", OCTOBER, at=now - timedelta(days=15))
    tried = load("guarantees", NOVEMBER, is_dry=True)
    assert counts(tried) == (4, 0, 0, 2)
    assert reasons(tried) == [
        (2, "", "较上期：债务余额 300.00万元 → 250.00万元"),
        (3, "", "较上期：五级分类 关注 → 次级；逾期金额 2.00万元 → 100.00万元；逾期天数 35 → 65"),
    ]
    assert Guarantee.objects.get(number="DB001").debt_balance == Decimal("3000000.01"), (
        "a trial writes nothing"
    )
    load("guarantees", NOVEMBER)
    one = Guarantee.objects.get(number="DB001")
    assert (one.debt_balance, one.as_of) == (Decimal(2500000), date(2026, 11, 19))
    assert GuaranteeVersion.objects.filter(guarantee=one).count() == 2
    old = load("guarantees", OCTOBER)
    assert counts(old) == (0, 0, 4, 0)
    assert "早于已登记的" in reasons(old)[0][2]


def test_what_was_released_does_not_come_back_by_itself(load: Load, firms: list[Party]) -> None:
    load("guarantees", OCTOBER)
    back = NOVEMBER.replace("2000000,,0.6", "2000000,1500000,0.6").replace(
        "已解保,2026-05-02,2026-05-20", "在保,,"
    )
    assert reasons(load("guarantees", back))[-1][1:] == (
        "state",
        "系统登记为“已解保”，台账为“在保”；确认台账无误时请人工接受",
    )


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",甲有限公司,,,,1,1", "number", "业务编号为空"),
        ("X1,丁有限公司,,,,1万,1,,2026-01-01", "customer", "没有这个名称的客户"),
        ("X1,甲有限公司,9.13501E+17,,,1万,1,,2026-01-01", "customer_code", "舍去了尾数"),
        ("X1,甲有限公司,,,,120,100,,2026-01-01", "contract_amount", "请核对单位是不是万元"),
        ("X1,甲有限公司,,,,一百万,1,,2026-01-01", "contract_amount", "不是金额"),
        ("X1,甲有限公司,,,,100,101,,2026-01-01", "debt_balance", "大于合同金额"),
        ("X1,甲有限公司,,,,100,-1,,2026-01-01", "debt_balance", "负数"),
        ("X1,甲有限公司,,,,100,,,2026-01-01", "debt_balance", "没有债务余额"),
        ("X1,甲有限公司,,,,100,1,120%,2026-01-01", "share_rate", "不在 0 到 100%"),
        ("X1,甲有限公司,,,,100,1,,2026-13-01", "drawn_on", "日期"),
        ("X1,甲有限公司,,,,100,1,,", "counted_on", "都为空"),
        ("X1,甲有限公司,,,,100,1,,2026-01-01,,2025-01-01", "due_on", "早于计入在保日"),
        ("X1,甲有限公司,,,,100,1,,2026-01-01,,,,好", "five_class", "不认识“好”"),
        ("X1,甲有限公司,,,,100,1,,2026-01-01,,,,,,,已解保,2026-02-01", "debt_balance", "还有债务余额"),
        ("X1,甲有限公司,,,,100,0,,2026-01-01,,,,,,,已解保", "released_on", "没有解保日期"),
        ("X1,甲有限公司,,,,100,0,,2026-01-01,,,,,,,在保,2026-02-01", "released_on", "却有解保日期"),
        ("X1,甲有限公司,,,,100,1,,2026-01-01,,,,,,2,在保", "overdue_amount", "大于债务余额"),
        ("X1,甲有限公司,,,,100,1,,2026-01-01,,,,,,,在保,,,20991231", "as_of", "晚于今天"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_by_column(
    load: Load, firms: list[Party], row: str, column: str, reason: str
) -> None:
    padded = row + "," * (HEAD.count(",") - row.count(","))
    batch = load("guarantees", f"{HEAD}{padded}\n")
    assert counts(batch) == (0, 0, 1, 0)
    [(_line, found, said)] = reasons(batch)
    assert found == column
    assert reason in said


def test_the_same_number_twice_in_one_file_is_taken_once(load: Load, firms: list[Party]) -> None:
    again = OCTOBER.splitlines()[1]
    batch = load("guarantees", OCTOBER + again + "\n" + again.replace("3000000.01", "1") + "\n")
    assert counts(batch) == (4, 1, 1, 0)
    assert reasons(batch)[-1][2] == "本文件中已有同一编号而内容不同的一行"


def test_a_person_is_found_by_the_number_on_the_identity_card(load: Load, person: Party) -> None:
    row = f"P1,,{NUMBER},江州银行,,100000,100000,,2026-01-01" + "," * 10
    batch = load("guarantees", f"{HEAD}{row}\n")
    assert counts(batch) == (1, 0, 0, 0), reasons(batch)
    assert Guarantee.objects.get().party == person


def test_whoever_does_not_see_the_customer_is_told_that_there_is_none(
    load: Load, firms: list[Party], units: dict[str, Unit], actors: dict[str, Actor]
) -> None:
    batch = load("guarantees", OCTOBER, by=actors["zhaomin"], unit=units["YW1"])
    assert counts(batch) == (3, 0, 1, 0)
    assert "没有这个代码的客户" in reasons(batch)[0][2]


EVENTS: dict[str, tuple[str, Any, str]] = {
    "draws": ("业务编号,放款日,放款金额,借据号\nDB001,2026-01-05,500万元,JJ1\n", Draw, "amount"),
    "repayments": ("业务编号,还款日,还本金额\nDB001,2026-06-05,1999999.99\n", Repayment, "amount"),
    "claims": ("业务编号,代偿日,代偿本金,利息\nDB004,2026-11-10,100万,1.5\n", Claim, "principal"),
    "recoveries": ("业务编号,回收日,回收金额\nDB004,2026-11-15,20万\n", Recovery, "amount"),
}
AMOUNTS = {
    "draws": "5000000.00",
    "repayments": "1999999.99",
    "claims": "1000000.00",
    "recoveries": "200000.00",
}


@pytest.mark.parametrize("kind", EVENTS)
def test_events_are_taken_once_however_often_they_come(load: Load, firms: list[Party], kind: str) -> None:
    load("guarantees", OCTOBER)
    text, model, column = EVENTS[kind]
    row = text.splitlines()[1]
    batch = load(kind, f"{text}{row}\n{row.replace('DB00', 'NO00')}\n")
    assert counts(batch) == (1, 1, 1, 0)
    assert "没有编号为“NO00" in next(said for _line, _column, said in reasons(batch) if "编号" in said)
    assert getattr(model.objects.get(), column) == Decimal(AMOUNTS[kind])
    assert counts(load(kind, text)) == (0, 1, 0, 0)


def test_a_claim_adds_its_parts(load: Load, firms: list[Party]) -> None:
    load("guarantees", OCTOBER)
    load("claims", EVENTS["claims"][0])
    assert Claim.objects.get().amount == Decimal("1000001.50")


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("500万元", "5000000.00"), ("1.23456789万", "12345.68"), ("0.3万元", "3000.00"), ("1,234.5", "1234.50"),
        ("0.05亿", "5000000.00"), ("￥100", "100.00"), ("230.10000000000002", "230.10"), ("５００", "500.00"),
    ],
)  # fmt: skip
def test_money_is_read_with_its_unit(text: str, yuan: str) -> None:
    if text == "1.23456789万":
        with pytest.raises(RowFault):
            cells.money(text, "x")
        return
    assert cells.money(text, "x") == Decimal(yuan)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("80%", "0.8"), ("0.8", "0.8"), ("8成", "0.8"), ("80", "0.8"), ("1", "1"), ("1.5", "0.015")],
)
def test_rates_are_read_in_the_ways_people_write_them(text: str, rate: str) -> None:
    assert cells.rate(text, "x") == Decimal(rate)


@pytest.mark.parametrize("text", ["46053", "2026-1-31", "2026年1月31日", "20260131", "2026.01.31"])
def test_days_are_read_in_five_styles(text: str) -> None:
    assert cells.day(text, "x") == date(2026, 1, 31)


def test_the_command_asks_for_the_unit_that_the_file_leaves_open(
    load: Load, firms: list[Party], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load("guarantees", OCTOBER)
    path = tmp_path / "放款.csv"
    path.write_text("业务编号,放款日,放款金额\nDB001,2026-01-05,300\nDB002,2026-03-01,1000000元\n", "utf-8")
    with pytest.raises(CommandError, match="没有写明金额的单位，最大的数是 300"):
        call_command("import", "draws", str(path))
    call_command("import", "draws", str(path), "--money", "万元")
    assert capsys.readouterr().out == "accepted 2, unchanged 0, rejected 0, warned 0\n"
    assert set(Draw.objects.values_list("amount", flat=True)) == {Decimal(3_000_000), Decimal(1_000_000)}
