"""A list of persons and farmers as it really comes: 农户名单 in a workbook, messy in every way that is known, row by row.

``messy_persons`` gives the workbook and, for every line, what must become of it; the same seed gives the same list. Wrong
rows are wrong for one reason each. Every number is invented.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import xlsxwriter

from vouch.engine.identifiers import identity_check_character

SEED = 20261128
HEADINGS = (
    "姓名", "证件类型", "身份证号码", "联系电话", "家庭住址", "职业", "工作单位", "月收入（元）", "年收入（万元）", "婚姻状况",
    "家庭人口", "经营类别", "品种", "面积（亩）", "存栏",
)  # fmt: skip
(
    NAME,
    KIND,
    NUMBER,
    PHONE,
    ADDRESS,
    _JOB,
    _FIRM,
    MONTHLY,
    ANNUAL,
    MARITAL,
    SIZE,
    FARM,
    PRODUCT,
    AREA,
    HEADS,
) = range(15)
WIDE = str.maketrans("0123456789X-", "０１２３４５６７８９Ｘ－")
Row = list[Any]


@dataclass(slots=True)
class People:
    """The workbook; line → "accepted", "warned", "unchanged" or the fault for which it must be refused."""

    content: bytes = b""
    fates: dict[int, str] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def lines(self, *fates: str) -> set[int]:
        """The lines of these fates."""
        return {line for line, one in self.fates.items() if one in fates}

    @property
    def wrong(self) -> set[int]:
        """The lines that must be refused."""
        return set(self.fates) - self.lines("accepted", "warned", "unchanged")


class _Maker:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - the same list every time
        self.numbers: set[str] = set()
        self.count = 0

    def number(self, area: str = "330106") -> str:
        """An identity number of nobody yet; never one that ends as if Excel had rounded it."""
        while True:
            born = date(1950, 1, 1) + timedelta(days=self.draw.randrange(19_000))
            first = f"{area}{born:%Y%m%d}{self.draw.randrange(1, 1000):03d}"
            found = first + identity_check_character(first)
            if found not in self.numbers and not found.endswith("000"):
                self.numbers.add(found)
                return found

    def phone(self) -> str:
        found = f"13{self.draw.randrange(10**9):09d}"
        self.numbers.add(found)
        return found

    def row(self) -> Row:
        """A sound row, in plain values."""
        self.count += 1
        farms = self.draw.random() < 0.5
        crop = self.draw.random() < 0.6
        return [
            f"{self.draw.choice('赵钱孙李周吴郑王')}{self.draw.choice('大小春秋山水金木')}{self.draw.choice('明芳丽强生花梅海')}",
            "居民身份证", self.number(), self.phone(), f"浙江省杭州市西湖区第{self.count}号院{self.count}室",
            self.draw.choice(("种植户", "教师", "")), self.draw.choice(("江州合作社", "")),
            self.draw.choice((6000, 8000, "")), self.draw.choice((12, 9.6, "")), self.draw.choice(("已婚", "未婚", "")),
            self.draw.randrange(1, 9) if farms else "", ("种植" if crop else "养殖") if farms else "",
            ("水稻" if crop else "生猪") if farms else "", self.draw.choice((12, 35.5)) if farms and crop else "",
            self.draw.randrange(5, 400) if farms and not crop else "",
        ]  # fmt: skip

    def spelled(self, row: Row) -> Row:
        """The row as a person has typed it."""
        found = list(row)
        if self.draw.random() < 0.3:
            found[NAME] = f" {found[NAME]}　"
        ways: tuple[Callable[[str], str], ...] = (
            str, lambda text: text.translate(WIDE), lambda text: f"'{text}", str.lower,
            lambda text: f"{text[:6]} {text[6:14]} {text[14:]}",
        )  # fmt: skip
        found[NUMBER] = self.draw.choice(ways)(found[NUMBER])
        found[KIND] = self.draw.choice(("居民身份证", "身份证", "二代身份证", ""))
        if found[PHONE]:
            other = f"{found[PHONE]}、0571-8800{self.draw.randrange(1000, 9999)}"
            found[PHONE] = self.draw.choice((found[PHONE], int(found[PHONE]), f"+86 {found[PHONE]}", other))
        if found[MONTHLY]:
            found[MONTHLY] = self.draw.choice(
                (found[MONTHLY], f"{found[MONTHLY]:,}.00", f"{found[MONTHLY]}元")
            )
        if found[SIZE]:
            found[SIZE] = self.draw.choice(
                (found[SIZE], f"{found[SIZE]}人", f"{found[SIZE]}".translate(WIDE))
            )
        if found[MARITAL]:
            found[MARITAL] = {"已婚": self.draw.choice(("已婚", "再婚")), "未婚": "未婚"}[found[MARITAL]]
        if found[AREA]:
            found[AREA] = self.draw.choice((found[AREA], f"{found[AREA]}亩"))
        return found


def _put(place: int, *values: Any) -> Callable[[Row, _Maker], None]:
    def put(row: Row, maker: _Maker) -> None:
        row[place] = maker.draw.choice(values)

    return put


def _wrong_check(row: Row, maker: _Maker) -> None:
    right = str(row[NUMBER])
    row[NUMBER] = right[:17] + maker.draw.choice([sign for sign in "0123456789X" if sign != right[17]])
    maker.numbers.add(row[NUMBER])


def _rounded(row: Row, maker: _Maker) -> None:
    number = float(str(row[NUMBER])[:17] + "0")
    row[NUMBER] = maker.draw.choice((number, f"{number:.5E}", f"{number:.5e}".translate(WIDE)))


def _ends_like_rounded(row: Row, maker: _Maker) -> None:
    while True:
        born = date(1950, 1, 1) + timedelta(days=maker.draw.randrange(19_000))
        first = f"330106{born:%Y%m%d}{maker.draw.randrange(1, 10)}00"
        if identity_check_character(first) == "0":
            row[NUMBER] = f"{first}0"
            return


def _unborn(row: Row, maker: _Maker) -> None:
    first = f"330106{maker.draw.choice(('20990101', '19900230'))}123"
    row[NUMBER] = first + identity_check_character(first)


def _short(row: Row, maker: _Maker) -> None:
    row[NUMBER] = str(row[NUMBER])[: maker.draw.choice((14, 16, 17))]


def _foreign(row: Row, maker: _Maker) -> None:
    row[KIND] = maker.draw.choice(("港澳台居民居住证", "外国人永久居留身份证"))


def _shifted(row: Row, maker: _Maker) -> None:
    row[:] = ["0", *row[:-1]]


_FAULTS: dict[str, Callable[[Row, _Maker], None]] = {
    "no name": _put(NAME, "", "—", "无"),
    "total": _put(NAME, "合计", "小 计"),
    "digits in the name": _put(NAME, "王1芳", "３号户"),
    "no number": _put(NUMBER, "", "无"),
    "number rounded": _rounded,
    "number ends as if rounded": _ends_like_rounded,
    "wrong check character": _wrong_check,
    "no such birthday": _unborn,
    "too short": _short,
    "another kind of document": _foreign,
    "unknown kind of document": _put(KIND, "户口簿", "驾驶证"),
    "telephone too short": _put(PHONE, "1380013800", "8800"),
    "telephone rounded": _put(PHONE, "1.38E+10"),
    "income in words": _put(MONTHLY, "约八千", "八千元"),
    "negative income": _put(ANNUAL, -12, "(9)"),
    "income beyond belief": _put(ANNUAL, 99_999_999_999),
    "unknown marital status": _put(MARITAL, "订婚"),
    "nobody lives there": _put(SIZE, 0, "三人", 99),
    "unknown trade": _put(FARM, "采矿"),
    "area in words": _put(AREA, "十亩", "-3", "1.234"),
    "shifted": _shifted,
}


def _wrong(maker: _Maker, fault: str) -> Row:
    row = maker.row()
    while fault == "area in words" and not row[AREA]:
        row = maker.row()
    row[KIND] = "居民身份证"
    _FAULTS[fault](row, maker)
    return row


def messy_persons(*, rows: int, seed: int = SEED) -> People:
    """So many rows below a title: about 20 % wrong, some repeated, blank rows between."""
    maker = _Maker(seed)
    people, out, line = People(), io.BytesIO(), 2
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("农户名单")
    sheet.write(0, 0, "江州市农户信息采集表")
    for place, heading in enumerate(HEADINGS):
        sheet.write(1, place, f" {heading}*" if place in {NAME, NUMBER} else heading)
    written: list[Row] = []
    for made in range(rows):
        if maker.draw.random() < 0.02:
            line += 1
            sheet.write(line - 1, 0, "  ")
        line += 1
        people.fates[line], row = _next(maker, written, made)
        for place, value in enumerate(row):
            if value not in {None, ""}:
                sheet.write(line - 1, place, value)
    book.close()
    people.content, people.numbers = out.getvalue(), maker.numbers
    return people


def _next(maker: _Maker, written: list[Row], made: int) -> tuple[str, Row]:
    """What must become of the next row, and the row; every fault comes once before chance decides."""
    kinds, chance = list(_FAULTS), maker.draw.random()
    if made < len(kinds) or chance < 0.15:
        fate = kinds[made % len(kinds)]
        return fate, _wrong(maker, fate)
    if chance < 0.19 and written:
        return "unchanged", _again(maker, maker.draw.choice(written))
    if chance < 0.21 and written:
        row = _again(maker, maker.draw.choice(written))
        row[ADDRESS] = f"浙江省宁波市另一个地址{made}号"
        return "same number, other content", row
    plain = maker.row()
    if chance < 0.25:
        plain[NUMBER] = maker.number("330100")
        written.append(spelled := maker.spelled(plain))
        return "warned", spelled
    written.append(spelled := maker.spelled(plain))
    return "accepted", spelled


def _again(maker: _Maker, row: Row) -> Row:
    """The same once more, spelled as it was but for its number's width."""
    found = list(row)
    found[NUMBER] = str(found[NUMBER]).translate(WIDE)
    return found
