from __future__ import annotations

import json
import socket
from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from vouch.engine.credit_report import accounts, codes
from vouch.engine.credit_report.accounts import Account, accounts_of, duties_of, history_of, queries_of
from vouch.engine.credit_report.codes import STANDING_TITLES, Standing, standing_of
from vouch.engine.credit_report.report import (
    Report,
    ReportKind,
    Value,
    When,
    dictionary,
    read_report,
    title_of,
    value_of,
)
from vouch.engine.credit_report.tree import Element, NotAReport, parse
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


def values_of(report: Report) -> Counter[Value]:
    found: Counter[Value] = Counter()
    for record in report.records:
        found.update(record.values.values())
        for rows in record.rows.values():
            for row in rows:
                found.update(row.values())
    return found


def lost(data: bytes) -> list[str]:
    """Texts of the file that are neither among the report's values nor in one of its problems."""
    try:
        report = read_report(data)
    except NotAReport:
        return []
    root, _ = parse(data)
    kept = values_of(report)
    told = [problem.raw for problem in report.problems]
    missing = []
    for element in root.walk():
        text = element.text.strip()
        if element is root or text in {"", "--", "-", "—", "——", "NULL", "null", "/"}:
            continue
        try:
            value = value_of(element.tag[5:6], text)
        except ValueError:
            value = text
        if kept[value] > 0:
            kept[value] -= 1
        elif not any(text in raw for raw in told):
            missing.append(text)
    return missing


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

    def mirrored(element: Element) -> Any:
        if not element.children:
            return element.text
        found: dict[str, Any] = {}
        for child in element.children:
            found.setdefault(child.tag, []).append(mirrored(child))
        return {tag: some[0] if len(some) == 1 else some for tag, some in found.items()}

    data = json.dumps({"Document": mirrored(root)}, ensure_ascii=False).encode()
    first, second = read_report(xml.encode()), read_report(data)
    assert second.records == first.records
    assert second.problems == ()


def test_a_file_that_breaks_off_is_kept_up_to_there() -> None:
    xml = report_xml(ReportKind.PERSON, 6)
    cut = xml.index("</PDA>")
    report = read_report(xml[:cut].encode())
    assert any("此前的内容已保留" in problem.message for problem in report.problems)
    whole = read_report(xml.encode())
    assert report.of("PD01") == whole.of("PD01")


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


@pytest.mark.parametrize("template", [ENTITIES, OUTSIDE])
def test_nothing_is_expanded_and_nothing_fetched(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(NotAReport, match="DOCTYPE"):
        read_report((template % HEAD).encode())


def mutated(data: bytes, random: Random) -> bytes:
    """One to four things gone wrong: bytes changed, cut, doubled, swapped, or a piece of markup put in."""
    for _ in range(random.randrange(1, 5)):
        if not data:
            return data
        at, length = random.randrange(len(data)), random.randrange(1, 60)
        match random.randrange(7):
            case 0:
                data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + length :]
            case 2:
                data = data[:at] + data[at : at + length] + data[at:]
            case 3:
                data = data[:at]
            case 4:
                other = random.randrange(len(data))
                piece = data[other : other + length]
                data = data[:at] + piece + data[at + length :]
            case 5:
                start = data.find(b"<", at)
                end = data.find(b">", start) + 1
                data = data[:start] + data[end:] if 0 <= start < end else data
            case _:
                piece = random.choice(
                    [b"<PD01>", b"</PD01A>", b"&amp;", b"&x;", b"<![CDATA[x]]>", b"<!-- x -->", b"<?y z?>"]
                )
                data = data[:at] + piece + data[at:]
    return data


def small(kind: ReportKind, seed: int) -> bytes:
    """Reports of which an eighth is left, so that ten thousand are read in seconds."""
    random = Random(seed)  # noqa: S311 (a selection, not a secret)
    root, _ = parse(report_xml(kind, seed).encode())
    root.children = [one for one in root.children if one.tag in {"PRH", "EAA"} or random.random() < 0.12]
    return written(root).encode()


def written(element: Element) -> str:
    text = element.text.strip().replace("&", "&amp;").replace("<", "&lt;")
    return f"<{element.tag}>{text}{''.join(map(written, element.children))}</{element.tag}>"


def rearranged(data: bytes, random: Random) -> bytes:
    """Well-formed, but one to four elements are renamed, moved, doubled, refilled, wrapped or have text beside them."""
    root, _ = parse(data)
    for _ in range(random.randrange(1, 5)):
        parent = random.choice([one for one in root.walk() if one.children])
        element = random.choice(parent.children)
        inside = {id(one) for one in element.walk()}
        outside = [one for one in root.walk() if id(one) not in inside]
        match random.randrange(6):
            case 0:
                other = random.choice(outside).tag
                element.tag = random.choice([other, element.tag[:-2] + "99", "PX01", "ZZ", f"{element.tag}H"])
            case 1:
                parent.children.remove(element)
                random.choice(outside).children.append(element)
            case 2:
                parent.children.append(deepcopy(element))
            case 3:
                element.text = random.choice(
                    ["--", "一百", "2026-02-31", "1e400", "-5", "D", "x" * 300, "１２"]
                )
            case 4:
                parent.text += f"散字{random.randrange(10**6)}"
            case _:
                element.children = [Element(element.tag, text=element.text, children=element.children)]
                element.text = ""
    return written(root).encode()


def test_ten_thousand_broken_reports_neither_stop_the_reader_nor_lose_anything_silently() -> None:
    sources = [small(kind, seed) for seed in range(10) for kind in KINDS]
    read = 0
    for number in range(10_000):
        mutate = rearranged if number % 2 else mutated
        data = mutate(sources[number % len(sources)], Random(number))  # noqa: S311 (faults, not secrets)
        assert lost(data) == [], f"mutation {number}"
        try:
            report = read_report(data)
        except NotAReport:
            continue
        read += 1
        accounts_of(report), duties_of(report), queries_of(report)
    assert read > 5000


def test_known_codes_have_titles() -> None:
    assert title_of("PD01CJ06") == "当前逾期总额"
    assert title_of("EB01AJ04") == "不良类借贷交易余额"
    assert title_of("PD01ZZ99") == ""
    assert title_of("XX") == ""
    assert codes.QUERY_REASONS["08"] == "担保资格审查"
    assert accounts.history_of([]).worst == 0
