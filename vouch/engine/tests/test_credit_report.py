from __future__ import annotations

import json
import socket
from datetime import date
from decimal import Decimal

import pytest

from vouch.engine.credit_report import accounts, codes, tree
from vouch.engine.credit_report.accounts import Account, accounts_of, duties_of, history_of, queries_of
from vouch.engine.credit_report.codes import STANDING_TITLES, Standing, standing_of
from vouch.engine.credit_report.figures import figures_of
from vouch.engine.credit_report.report import (
    Record,
    Report,
    ReportKind,
    When,
    dictionary,
    read_report,
    title_of,
)
from vouch.engine.credit_report.tree import NotAReport, parse
from vouch.engine.tests.credit_report_faults import faulty, lost, lost_of, mirrored, small
from vouch.engine.tests.credit_report_files import report_xml

KINDS = list(ReportKind)
HEAD = (
    "<PRH><PA01><PA01A><PA01AI01>R1</PA01AI01><PA01AR01>2026-11-20T10:30:00</PA01AR01></PA01A></PA01></PRH>"
)


def person(body: str) -> Report:
    return read_report(f"<Document>{HEAD}{body}</Document>".encode())


def account(*, kind: str, state: str, months: str = "") -> Account:
    rows = "".join(
        f"<PD01DH><PD01DR03>{2026 - (11 - n) // 12}-{(n % 12) + 1:02d}</PD01DR03><PD01DD01>{mark}</PD01DD01></PD01DH>"
        for n, mark in enumerate(months)
    )
    [found] = accounts_of(
        person(
            f"<PDA><PD01><PD01A><PD01AD01>{kind}</PD01AD01></PD01A><PD01B><PD01BD01>{state}</PD01BD01></PD01B>"
            f"<PD01D>{rows}</PD01D></PD01></PDA>"
        )
    )
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_the_dictionary_is_read(kind: ReportKind) -> None:
    report = read_report(report_xml(kind, 1).encode())
    assert report.problems == ()
    seen = {code for record in report.records for code in record.values}
    seen |= {
        code for record in report.records for rows in record.rows.values() for row in rows for code in row
    }
    wanted = {code for block in dictionary(kind).values() for code in block.fields}
    assert wanted - seen == set()
    assert report.kind is kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_head_says_who_and_why(kind: ReportKind) -> None:
    xml = report_xml(
        kind,
        2,
        PA01AI01="2026112000001",
        PA01AR01="2026-11-20",
        PA01BQ01="测试人",
        PA01BI01="X1",
        PA01BD02="08",
        EA01AI01="2026112000001",
        EA01AR01="2026-11-20",
        EA01CQ01="测试人",
        EA01CI01="X1",
        EA01BD02="08",
    )
    report = read_report(xml.encode())
    assert (report.number, report.made_on, report.name) == ("2026112000001", date(2026, 11, 20), "测试人")
    assert (report.document_number, report.reason) == ("X1", "08")


@pytest.mark.parametrize(
    ("kind", "state", "standing"),
    [
        ("D1", "4", Standing.BAD_DEBT), ("R4", "4", Standing.BAD_DEBT), ("R1", "4", Standing.BAD_DEBT),
        ("R2", "4", Standing.SETTLED), ("R3", "4", Standing.SETTLED),
        ("R2", "5", Standing.BAD_DEBT), ("R3", "5", Standing.BAD_DEBT),
        ("D1", "5", Standing.TRANSFERRED), ("R1", "5", Standing.FROZEN), ("R2", "31", Standing.FROZEN),
        ("C1", "1", Standing.COLLECTED), ("C1", "2", Standing.SETTLED),
        ("D1", "9", Standing.UNKNOWN), ("X9", "4", Standing.UNKNOWN), ("R4", "5", Standing.UNKNOWN),
    ],
)  # fmt: skip
def test_a_state_means_what_it_means_for_its_kind_of_account(
    kind: str, state: str, standing: Standing
) -> None:
    assert standing_of(kind, state) is standing
    assert account(kind=kind, state=state).standing is standing


def test_every_standing_has_a_title() -> None:
    assert set(STANDING_TITLES) == set(Standing)


def test_marks_that_are_events_are_no_numbers() -> None:
    found = history_of("NNN1NN2*/#CNDZ")
    assert (found.worst, found.late_months) == (2, 2)
    assert found.events == frozenset("DZ")
    assert found.unknown == frozenset()
    assert history_of("GB").events == frozenset("GB")
    assert history_of("GB").worst == 0
    assert history_of("NX8").unknown == frozenset("X8")


def test_a_month_in_both_lists_counts_once_as_the_worse() -> None:
    [found] = accounts_of(
        person(
            "<PDA><PD01><PD01A><PD01AD01>D1</PD01AD01></PD01A>"
            "<PD01D><PD01DH><PD01DR03>2026-05</PD01DR03><PD01DD01>1</PD01DD01></PD01DH></PD01D>"
            "<PD01E><PD01EH><PD01ER03>2026-05</PD01ER03><PD01ED01>3</PD01ED01></PD01EH>"
            "<PD01EH><PD01ER03>2022-05</PD01ER03><PD01ED01>7</PD01ED01></PD01EH></PD01E></PD01></PDA>"
        )
    )
    last_two_years = found.history(months=24, until=date(2026, 11, 20))
    assert (last_two_years.worst, last_two_years.late_months) == (3, 1)
    assert found.history(months=60, until=date(2026, 11, 20)).worst == 7


def test_only_the_months_asked_for_count() -> None:
    found = account(kind="D1", state="1", months="7NNNNNNNNNN1")
    assert found.history(months=6, until=date(2026, 12, 1)).worst == 1
    assert found.history(months=12, until=date(2026, 12, 1)).worst == 7
    assert found.history(months=24, until=date(2026, 11, 30)).late_months == 1


def test_an_enterprise_account_is_judged_by_its_latest_performance() -> None:
    body = (
        "<EAA><EA01><EA01A><EA01AI01>E1</EA01AI01></EA01A></EA01></EAA><EDA><ED01><ED01A><ED01AI01>A1</ED01AI01>"
        "<ED01AD01>1</ED01AD01><ED01AD02>D1</ED01AD02><ED01AJ01>500</ED01AJ01></ED01A><ED01B>"
        "<ED01BH><ED01BR01>2026-09-30</ED01BR01><ED01BJ01>300</ED01BJ01><ED01BD01>3</ED01BD01><ED01BJ04>20</ED01BJ04></ED01BH>"
        "<ED01BH><ED01BR01>2026-08-31</ED01BR01><ED01BJ01>310</ED01BJ01><ED01BD01>1</ED01BD01><ED01BJ04>0</ED01BJ04></ED01BH>"
        "</ED01B></ED01></EDA>"
    )
    [found] = accounts_of(read_report(f"<Document>{body}</Document>".encode()))
    assert (found.balance, found.overdue, found.five_class) == (Decimal(300), Decimal(20), "3")
    assert found.standing is Standing.OVERDUE
    assert found.is_bad
    assert found.is_open


def test_duties_and_queries_are_listed() -> None:
    report = person(
        "<PCR><PD03><PD03A><PD03AD03>2</PD03AD03><PD03AQ02>BZ-1</PD03AQ02><PD03AJ01>2000000</PD03AJ01>"
        "<PD03AD05>2</PD03AD05><PD03AS01>1</PD03AS01></PD03A></PD03></PCR>"
        "<POQ><PH01><PH010R01>2026-10-01</PH010R01><PH010D01>53</PH010D01><PH010Q03>08</PH010Q03></PH01></POQ>"
    )
    [duty] = duties_of(report)
    assert (duty.contract, duty.amount, duty.overdue_months) == ("BZ-1", Decimal(2000000), 1)
    [query] = queries_of(report)
    assert (query.on, query.institution_type, query.reason) == (When(2026, 10, 1), "53", "08")
    enterprise = read_report(report_xml(ReportKind.ENTERPRISE, 3).encode())
    summed = len(enterprise.of("ED07")) + len(enterprise.of("ED08")) + len(enterprise.of("ED09"))
    assert len(duties_of(enterprise)) == summed
    assert queries_of(enterprise) == ()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<PDA><PD09><PD09A/>文字</PD09></PDA>", "未知的信息单元"),
        ("<PXX><PX01><PX010Q01>留下</PX010Q01></PX01></PXX>", "未知的信息单元"),
        ("<PDA><PD01><PD01A><PD01AQ99>留下</PD01AQ99></PD01A></PD01></PDA>", "字典中没有的字段"),
        ("<PDA><PD01><PD01C><PD01CJ01>一百</PD01CJ01></PD01C></PD01></PDA>", "应为金额"),
        ("<PDA><PD01><PD01C><PD01CJ01>NaN</PD01CJ01></PD01C></PD01></PDA>", "应为金额"),
        ("<PDA><PD01><PD01C><PD01CS01>1.5</PD01CS01></PD01C></PD01></PDA>", "应为整数"),
        ("<PDA><PD01><PD01A><PD01AR01>2026-02-30</PD01AR01></PD01A></PD01></PDA>", "日期不存在"),
        ("<PDA><PD01><PD01A><PD01AR01>去年</PD01AR01></PD01A></PD01></PDA>", "应为日期"),
        ("<PDA><PD01><PD01A><PD01AI01>a</PD01AI01><PD01AI01>b</PD01AI01></PD01A></PD01></PDA>", "出现两次"),
        ("<PSM><PC01><PC010Q01>1</PC010Q01></PC01><PC01><PC010Q01>2</PC010Q01></PC01></PSM>", "只应出现一次"),
        ("<PDA><PD01>散字<PD01A><PD01AI01>a</PD01AI01></PD01A></PD01></PDA>", "多余的文字"),
        ('<PDA><PD01><PD01A><PD01AI01 note="要紧">a</PD01AI01></PD01A></PD01></PDA>', "未知的内容"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_the_rest_kept(body: str, told: str) -> None:
    xml = f"<Document>{HEAD}{body}<POQ><PH01><PH010Q03>02</PH010Q03></PH01></POQ></Document>"
    report = read_report(xml.encode())
    assert [problem for problem in report.problems if told in problem.message and problem.raw]
    assert len(report.of("PH01")) == 1
    assert lost(xml.encode()) == []


@pytest.mark.parametrize("encoding", ["GB2312", "GBK", "gb18030", "UTF-8", "UTF-16"])
def test_the_encodings_of_the_trade_are_read(encoding: str) -> None:
    xml = report_xml(
        ReportKind.PERSON, 4, encoding=encoding, PA01BQ01="𠮷田镕" if encoding != "GB2312" else "朱镕"
    )
    data = xml.encode("gb18030" if encoding.lower().startswith("gb") else encoding)
    report = read_report(data)
    assert report.problems == ()
    assert report.name.endswith("镕")


def test_the_same_report_as_json_reads_the_same() -> None:
    xml = report_xml(ReportKind.PERSON, 5)
    root, _ = parse(xml.encode())

    data = json.dumps({"Document": mirrored(root)}, ensure_ascii=False).encode()
    first, second = read_report(xml.encode()), read_report(data)
    assert second.records == first.records
    assert second.problems == ()


def test_a_file_that_breaks_off_is_kept_up_to_there() -> None:
    xml = report_xml(ReportKind.PERSON, 6)
    cut = xml.index("</PDA>")
    report = read_report(xml[:cut].encode())
    assert any("其余未读取" in problem.message for problem in report.problems)
    whole = read_report(xml.encode())
    assert report.of("PD01") == whole.of("PD01")


def test_a_break_in_one_block_costs_that_block_and_is_told_with_its_text() -> None:
    xml = report_xml(ReportKind.PERSON, 7)
    whole = read_report(xml.encode())
    broken = xml.replace("</PD01A>", "</PD01X>", 1)
    report = read_report(broken.encode())
    [problem] = report.problems
    assert "从下一个信息单元起继续读取" in problem.message
    assert "PD01" in problem.raw
    assert report.of("PD01")[1:] == tuple(
        Record(one.block, one.number, one.values, one.rows) for one in whole.of("PD01")[1:]
    )
    for block in ("PA01", "PC02", "PD02", "PD03", "PF02", "PH01"):
        assert report.of(block) == whole.of(block)
    assert lost(broken.encode()) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"PRH":{"PA01":{"PA01A":{"PA01AI01":"R1","PA01AI01":"R2"}}}}',
        '{"PRH":{"PA01":[{"PA01A":{"PA01AI01":"R1"}},[{"PA01A":{"PA01AI01":"R9"}}]]},"Document":"beside"}',
        '{"Document":{"PRH":{"PA01":{"PA01A":{"PA01AI01":"R1"}}}},"more":{"x":true,"y":1.50,"z":null}}',
        '{"PRH":{"PA01":{"PA01A":{"PA01AI01":"R1","PA01BQ01":"\\ud800"}}}}',
    ],
)
def test_json_loses_no_key_that_comes_twice_and_nothing_beside_the_document(text: str) -> None:
    assert lost(text.encode()) == []
    report = read_report(text.encode())
    assert report.number == "R1"
    assert "".join(map(str, report.problems)).encode(), "what is told can be written"


def test_markup_that_was_taken_out_by_a_remark_is_told() -> None:
    report = person("<!-- 一句话 --><PDA><!--<PD01><PD01A><PD01AI01>a</PD01AI01></PD01A></PD01>--></PDA>")
    assert [problem.raw for problem in report.problems] == [
        "<PD01><PD01A><PD01AI01>a</PD01AI01></PD01A></PD01>"
    ]


def test_many_rows_and_many_breaks_take_no_time_out_of_proportion() -> None:
    rows = "<PD01DH><PD01DD01>N</PD01DD01></PD01DH>" * 30_000
    report = person(f"<PDA><PD01><PD01D>{rows}</PD01D></PD01></PDA>")
    assert len(report.of("PD01")[0].rows["PD01D"]) == 30_000
    broken = "<PH01><PH010R01>2026-01-01</PH010R02></PH01>" * 200
    report = person(f"<POQ>{broken}</POQ>")
    assert len(report.problems) == tree.RESUMPTIONS + 1
    assert "其余未读取" in report.problems[-1].message


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xef\xbb\xbf  ", b"PK\x03\x04", b"%PDF-1.7", b"<html><body/></html>", b"[1,2]", b"{}", b"{",
        b'<?xml version="1.0" encoding="klingon"?><Document/>', b"<Document><PIM/></Document>",
        b"\x00\x01\x02", b"[" * 100_000, b"<a>" * 100_000, b'{"PRH":' * 5000,
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAReport) as caught:
        read_report(data)
    assert str(caught.value)


ENTITIES = """<?xml version="1.0"?><!DOCTYPE Document [
<!ENTITY a "哈哈哈哈哈哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]><Document>%s<PIM><PB01><PB01A><PB01AQ02>&c;</PB01AQ02></PB01A></PB01></PIM></Document>"""
OUTSIDE = """<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<Document>%s<PIM><PB01><PB01A><PB01AQ02>&f;</PB01AQ02></PB01A></PB01></PIM></Document>"""


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("a connection was opened")


@pytest.mark.parametrize("template", [ENTITIES, OUTSIDE])
def test_nothing_is_expanded_and_nothing_fetched(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(NotAReport, match="DOCTYPE"):
        read_report((template % HEAD).encode())


def test_broken_reports_neither_stop_the_reader_nor_lose_anything_silently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A part of what ``bench/credit_reports.py`` does ten thousand times."""
    monkeypatch.setattr(socket.socket, "connect", refuse)
    sources = sorted((small(kind, seed) for seed in range(8) for kind in KINDS), key=len)[:10]
    read = 0
    for number in range(1_500):
        data = faulty(number, sources)
        try:
            report = read_report(data)
        except NotAReport:
            continue
        assert lost_of(report, data) == [], f"fault {number}"
        figures_of(report, until=date(2026, 11, 20))
        read += 1
    assert read > 800


def test_known_codes_have_titles() -> None:
    assert title_of("PD01CJ06") == "当前逾期总额"
    assert title_of("EB01AJ04") == "不良类借贷交易余额"
    assert title_of("PD01ZZ99") == ""
    assert title_of("XX") == ""
    assert codes.QUERY_REASONS["08"] == "担保资格审查"
    assert accounts.history_of([]).worst == 0
