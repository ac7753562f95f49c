"""Figures of a report: hand-made reports, and generated ones reckoned a second time from the file itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from vouch.engine.credit_report.definitions import FIGURES, Measure
from vouch.engine.credit_report.digest import Weight, alerts_of
from vouch.engine.credit_report.figures import Figures, figures_of, months_before
from vouch.engine.credit_report.report import ReportKind, read_report
from vouch.engine.tests.credit_report_files import report_xml

DAY = date(2024, 6, 15)
PERSON_HEAD = "<PRH><PA01><PA01A><PA01AI01>R</PA01AI01></PA01A></PA01></PRH>"
FIRM_HEAD = "<EAA><EA01><EA01A><EA01AI01>R</EA01AI01></EA01A></EA01></EAA>"


def figures(body: str, *, head: str = PERSON_HEAD, until: date = DAY) -> Figures:
    return figures_of(read_report(f"<Document>{head}{body}</Document>".encode()), until=until)


def account(kind: str, state: str, *, more: str = "", months: str = "", extra: str = "") -> str:
    """``months`` from the report's month backwards."""
    rows = ""
    for back, mark in enumerate(months):
        year, month = divmod(DAY.year * 12 + DAY.month - 1 - back, 12)
        rows += f"<PD01DH><PD01DR03>{year}-{month + 1:02d}</PD01DR03><PD01DD01>{mark}</PD01DD01></PD01DH>"
    return (
        f"<PD01><PD01A><PD01AD01>{kind}</PD01AD01>{extra}</PD01A><PD01B/><PD01C><PD01CD01>{state}</PD01CD01>{more}</PD01C>"
        f"<PD01D>{rows}</PD01D></PD01>"
    )


def test_what_a_code_means_for_its_account_decides_what_counts_as_bad() -> None:
    body = "".join(
        account(kind, state, more="<PD01CJ01>100</PD01CJ01>")
        for kind, state in (("D1", "4"), ("R1", "4"), ("R4", "4"), ("R2", "4"), ("R3", "4"), ("R2", "5"), ("R3", "5"), ("C1", "1"), ("C1", "2"), ("D1", "8"))
    )  # fmt: skip
    found = figures(f"<PDA>{body}</PDA>")
    assert (found.bad_debts, found.bad_debt_balance) == (5, 50_000)
    assert (found.collected, found.collected_balance, found.in_court) == (1, 10_000, 1)
    assert (found.accounts, found.open_accounts, found.bad_balance) == (10, 7, 70_000)


def test_events_are_counted_by_their_letter_and_are_no_degree() -> None:
    body = account("D1", "1", months="NNN1NN2*/#CNDZ") + account("R1", "1", months="NGB" + "N" * 21 + "7")
    found = figures(f"<PDA>{body}</PDA>")
    assert (found.worst_24m, found.late_months_24m, found.most_late_months_24m) == (2, 2, 2)
    events = (found.guarantor_paid_24m, found.asset_paid_24m, found.abnormal_end_24m, found.bad_debt_24m)
    assert events == (1, 1, 1, 1)
    assert found.unread == 0


def test_a_mark_that_no_table_has_is_told_and_never_good() -> None:
    found = figures(f"<PDA>{account('D1', '1', months='NX')}</PDA>")
    assert (found.unread, found.late_months_24m) == (1, 0)


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        *(("02", "loan"), ("24", "loan"), ("26", "loan"), ("03", "card"), ("08", "guarantee"), ("20", "guarantee")),
        *(("01", "other"), ("21", "other"), ("本人查询", "other"), ("", "other")),
    ],
)  # fmt: skip
def test_queries_count_by_the_class_of_their_reason_and_by_the_day(reason: str, name: str) -> None:
    days = [date(2024, 5, 16), date(2024, 5, 15), date(2024, 3, 16), date(2024, 3, 15), date(2023, 12, 16)]
    rows = "".join(f"<PH01><PH010R01>{day}</PH010R01><PH010Q03>{reason}</PH010Q03></PH01>" for day in days)
    found = figures(f"<POQ>{rows}</POQ>")
    for other in ("loan", "card", "guarantee", "other"):
        counts = [getattr(found, f"{other}_queries_{window}m") for window in (1, 3, 6)]
        assert counts == ([1, 3, 5] if other == name else [0, 0, 0])


def test_months_go_back_to_a_day_that_there_is() -> None:
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2023, 3, 31), 1) == date(2023, 2, 28)
    assert months_before(date(2024, 1, 15), 1) == date(2023, 12, 15)
    assert months_before(date(2024, 7, 31), 1) == date(2024, 6, 30)


def test_a_firms_special_mention_loan_its_history_and_its_guarantees() -> None:
    body = (
        "<ECA><EC05><EC050H><EC050Q01>某人</EC050Q01></EC050H></EC05></ECA>"
        "<EBA><EB01><EB01A><EB01AR01>2019</EB01AR01><EB01AJ03>80</EB01AJ03><EB01AJ05>20</EB01AJ05></EB01A>"
        "<EB01B><EB01BS04>2</EB01BS04></EB01B></EB01></EBA>"
        "<EBB><EB02><EB02C><EB02CH><EB02CR01>2024-01</EB02CR01><EB02CJ03>30.5</EB02CJ03></EB02CH>"
        "<EB02CH><EB02CR01>2024-02</EB02CR01><EB02CJ03>0</EB02CJ03><EB02CJ04>7</EB02CJ04></EB02CH></EB02C></EB02></EBB>"
        "<EDA><ED01><ED01A><ED01AD01>1</ED01AD01><ED01AD02>D1</ED01AD02></ED01A><ED01B><ED01BH><ED01BJ01>100</ED01BJ01>"
        "<ED01BD01>2</ED01BD01></ED01BH></ED01B></ED01></EDA>"
        "<EDB><ED04><ED04A/><ED04B><ED04BJ01>12</ED04BJ01><ED04BD02>4</ED04BD02></ED04B></ED04></EDB>"
        "<EDD><ED08><ED080S01>3</ED080S01><ED080J01>9</ED080J01><ED080J02>8</ED080J02><ED080D04>5</ED080D04></ED08></EDD>"
    )
    found = figures(body, head=FIRM_HEAD)
    unit = 1_000_000
    assert (found.special_mention_balance, found.bad_balance) == (100 * unit, 0), "the details are graver"
    assert (found.history_bad_balance, found.history_overdue, found.history_bad_months) == (
        30_500_000,
        7 * unit,
        2,
    )
    assert (found.guarantee_balance, found.bad_guarantee_balance) == (20 * unit, 12 * unit)
    assert (found.duties, found.bad_duties, found.bad_duties_balance) == (3, 3, 8 * unit)
    assert (found.has_controller, found.enforcements, found.history_months) == (True, 2, 65)
    assert (found.worst_24m, found.loan_queries_1m) == (None, None)
    said = [
        one.text for one in alerts_of(read_report(f"<Document>{FIRM_HEAD}{body}</Document>".encode()), found)
    ]
    assert "关注类余额 100.00 万元" in said
    assert said.index("不良类担保交易余额 12.00 万元") < said.index("关注类余额 100.00 万元")


def test_what_is_no_possible_figure_is_left_out_and_told() -> None:
    body = account("D1", "1", more=f"<PD01CJ01>{'9' * 15}</PD01CJ01>") * 2
    found = figures(f"<PDA>{body}</PDA><PCO><PC02><PC02C><PC02CS01>-4</PC02CS01></PC02C></PC02></PCO>")
    assert (found.balance, found.bad_debts, found.unread) == (None, 0, 2)


def test_a_report_that_says_nothing_alarms_nobody_but_for_what_is_unread() -> None:
    report = read_report(f"<Document>{PERSON_HEAD}</Document>".encode())
    found = figures_of(report, until=DAY)
    assert alerts_of(report, found) == []
    report = read_report(f"<Document>{PERSON_HEAD}<PZZ/></Document>".encode())
    assert alerts_of(report, figures_of(report, until=DAY)) == []
    report = read_report(f"<Document>{PERSON_HEAD}<PZZ><PZ01>甲</PZ01></PZZ></Document>".encode())
    [alert] = alerts_of(report, figures_of(report, until=DAY))
    assert (alert.weight, alert.text) == (Weight.CAUTION, "报告中有 1 处内容未能识别，请查阅原件")


def test_definitions_name_every_figure_in_its_order() -> None:
    assert list(FIGURES) == list(Figures.__dataclass_fields__)
    assert all(one.unit == "元" for one in FIGURES.values() if one.measure is Measure.AMOUNT)


class Second:
    """The same figures from the elements of the file, without the reader."""

    def __init__(self, xml: str, until: date) -> None:
        self.root, self.until = ET.fromstring(xml), until  # noqa: S314 (made by this test)

    def texts(self, code: str) -> list[str]:
        return [one.text or "" for one in self.root.iter(code)]

    def fen(self, *codes: str, unit: int) -> int:
        total = sum(Decimal(text) for code in codes for text in self.texts(code))
        return int((total * unit * 100 + Decimal("0.5")) // 1)

    def text(self, element: ET.Element, code: str) -> str:
        found = element.find(f".//{code}")
        return found.text or "" if found is not None else ""

    def person(self) -> dict[str, int]:
        settled = {"D1": "35", "R1": "3", "R4": "3", "C1": "2", "R2": "4", "R3": "4"}
        bad = {"D1": "4", "R1": "4", "R4": "4", "R2": "5", "R3": "5"}
        found = dict.fromkeys(("open", "bad", "worst", "late", "D", "Z", "G", "B", "trades"), 0)
        last = self.until.year * 12 + self.until.month
        accounts = list(self.root.iter("PD01"))
        for one in accounts:
            kind = self.text(one, "PD01AD01")
            state = self.text(one, "PD01CD01") or self.text(one, "PD01BD01")
            found["open"] += state not in settled.get(kind, "")
            found["bad"] += state == bad.get(kind)
            months: dict[str, list[str]] = {}
            for row in (*one.iter("PD01DH"), *one.iter("PD01EH")):
                when = self.text(row, f"{row.tag[:5]}R03")[:7]
                months.setdefault(when, []).append(self.text(row, f"{row.tag[:5]}D01"))
            for when, marks in months.items():
                year, month = map(int, when.split("-"))
                if not 0 <= last - year * 12 - month < 24:
                    continue
                events = [mark for mark in marks if mark in {"D", "Z", "G", "B"}]
                digits = [int(mark) for mark in marks if mark in "1234567"]
                if events:
                    found[events[0]] += 1
                elif digits:
                    found["worst"] = max(found["worst"], *digits)
                    found["late"] += 1
            found["trades"] += sum(
                text in {"1", "2", "3", "6", "7", "8", "11", "12", "13", "14", "16", "17"}
                for text in (row.text for row in one.iter("PD01FD01"))
            )
        return found | {"accounts": len(accounts)}


@pytest.mark.parametrize("seed", range(30))
def test_a_persons_figures_equal_a_second_reckoning_from_the_file(seed: int) -> None:
    xml = report_xml(ReportKind.PERSON, seed)
    found, second = figures_of(read_report(xml.encode()), until=DAY), Second(xml, DAY)
    said = second.person()
    assert (found.accounts, found.open_accounts) == (said["accounts"], said["open"])
    assert found.bad_debts == max(said["bad"], *map(int, second.texts("PC02CS01")))
    assert (found.worst_24m, found.late_months_24m) == (said["worst"], said["late"])
    events = (found.guarantor_paid_24m, found.asset_paid_24m, found.abnormal_end_24m, found.bad_debt_24m)
    assert events == (said["D"], said["Z"], said["G"], said["B"])
    assert found.special_trades == said["trades"]
    assert found.limit_total == second.fen("PC02GJ01", "PC02HJ01", "PC02IJ01", unit=1)
    assert found.limit_used == second.fen("PC02GJ02", "PC02HJ04", "PC02IJ04", unit=1)
    assert found.duties == len(list(second.root.iter("PD03")))
    assert found.duties_amount == second.fen("PD03AJ01", unit=1)
    assert found.duties_balance == max(second.fen("PD03AJ02", unit=1), second.fen("PC02KJ02", unit=1))
    assert found.overdue_duties == sum(int(text) > 0 for text in second.texts("PD03AS01"))
    assert found.tax_arrears_amount == second.fen("PF01AJ01", unit=1)
    assert found.disputes == sum(map(int, second.texts("PA01ES01")))
    asked = [date.fromisoformat(f"{text}-01"[:10]) for text in second.texts("PH010R01")]
    total = found.loan_queries_6m, found.card_queries_6m, found.guarantee_queries_6m, found.other_queries_6m
    assert sum(one or 0 for one in total) == sum(day > DAY - timedelta(days=183) for day in asked)


@pytest.mark.parametrize("seed", range(15))
def test_an_enterprises_figures_equal_a_second_reckoning_from_the_file(seed: int) -> None:
    xml = report_xml(ReportKind.ENTERPRISE, seed)
    found, second = figures_of(read_report(xml.encode()), until=DAY), Second(xml, DAY)
    unit = 10_000
    counted = [sum(map(int, second.texts(code))) for code in ("ED020S01", "ED020S02")]
    accounts = list(second.root.iter("ED01"))
    assert found.accounts == len(accounts) + sum(counted)
    settled = sum(second.text(one, "ED01AD01") == "2" for one in accounts)
    assert found.open_accounts == len(accounts) - settled + counted[0]
    limits = second.fen("EB040J01", "EB040J04", unit=unit), second.fen("EB040J02", "EB040J05", unit=unit)
    assert (found.limit_total, found.limit_used) == limits
    assert found.history_bad_balance == max(
        int(Decimal(text) * unit * 100) for text in second.texts("EB02CJ03")
    )
    assert found.history_bad_months == sum(
        any(Decimal(second.text(row, code)) > 0 for code in ("EB02CJ03", "EB02CJ04"))
        for row in second.root.iter("EB02CH")
    )
    duties = [
        *second.root.iter("ED07"),
        *(int(text) for code in ("ED080S01", "ED090S01") for text in second.texts(code)),
    ]
    assert found.duties == sum(one if isinstance(one, int) else 1 for one in duties)
    assert found.duties_amount == second.fen("ED070J01", "ED080J01", "ED090J01", unit=unit)
    assert found.enforcements == max(len(list(second.root.iter("EF03"))), *map(int, second.texts("EB01BS04")))
    details = second.fen("ED04BJ01", "ED050J01", unit=unit)
    assert found.guarantee_balance == max(details, second.fen("EB01AJ05", unit=unit))
    assert found.interest_arrears == second.fen("ED030J01", unit=unit)
    assert found.has_controller is True
