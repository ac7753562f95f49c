"""Chinese working days (工作日): weekends, statutory holidays, and the weekend days that are worked instead.

Source: the State Council's yearly notice on holiday arrangements (国务院办公厅关于部分节假日安排的通知), kept below with
its number. A year whose notice is not known here counts as Monday to Friday, and ``is_published`` says so: whoever
shows a day counted over such a year says that it may move.

Counting follows 民法典 201 and 203: the day on which something happens does not count, and a period that would end on
a day off ends on the next working day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """One year: the notice's number, weekdays that are off, weekend days that are worked; days as ``MMDD``."""

    source: str
    off: str
    worked: str


ARRANGEMENTS: Mapping[int, Arrangement] = {
    2019: Arrangement(
        source="国办发明电〔2018〕15号、〔2019〕3号",
        off="0101 0204 0205 0206 0207 0208 0405 0501 0502 0503 0607 0913 1001 1002 1003 1004 1007",
        worked="0202 0203 0428 0505 0929 1012",
    ),
    2020: Arrangement(
        source="国办发明电〔2019〕16号、〔2020〕1号",
        off="0101 0124 0127 0128 0129 0130 0131 0406 0501 0504 0505 0625 0626 1001 1002 1005 1006 1007 1008",
        worked="0119 0426 0509 0628 0927 1010",
    ),
    2021: Arrangement(
        source="国办发明电〔2020〕27号",
        off="0101 0211 0212 0215 0216 0217 0405 0503 0504 0505 0614 0920 0921 1001 1004 1005 1006 1007",
        worked="0207 0220 0425 0508 0918 0926 1009",
    ),
    2022: Arrangement(
        source="国办发明电〔2021〕11号",
        off="0103 0131 0201 0202 0203 0204 0404 0405 0502 0503 0504 0603 0912 1003 1004 1005 1006 1007",
        worked="0129 0130 0402 0424 0507 1008 1009",
    ),
    2023: Arrangement(
        source="国办发明电〔2022〕16号",
        off="0102 0123 0124 0125 0126 0127 0405 0501 0502 0503 0622 0623 0929 1002 1003 1004 1005 1006",
        worked="0128 0129 0423 0506 0625 1007 1008",
    ),
    2024: Arrangement(
        source="国办发明电〔2023〕7号",
        off="0101 0212 0213 0214 0215 0216 0404 0405 0501 0502 0503 0610 0916 0917 1001 1002 1003 1004 1007",
        worked="0204 0218 0407 0428 0511 0914 0929 1012",
    ),
    2025: Arrangement(
        source="国办发明电〔2024〕12号",
        off="0101 0128 0129 0130 0131 0203 0204 0404 0501 0502 0505 0602 1001 1002 1003 1006 1007 1008",
        worked="0126 0208 0427 0928 1011",
    ),
    2026: Arrangement(
        source="国办发明电〔2025〕7号",
        off="0101 0102 0216 0217 0218 0219 0220 0223 0406 0501 0504 0505 0619 0925 1001 1002 1005 1006 1007",
        worked="0104 0214 0228 0509 0920 1010",
    ),
}
"""Years before these are not kept: clocks run forward."""


def is_published(year: int) -> bool:
    """Whether the arrangement of this year is known; otherwise its days are counted as Monday to Friday."""
    return year in ARRANGEMENTS


def is_working_day(day: date) -> bool:
    """Whether the country works on this day."""
    off, worked = _exceptions(day.year)
    return day in worked or (day.weekday() < SATURDAY and day not in off)


def on_or_after(day: date) -> date:
    """The day itself where it is worked, or the next that is (民法典 203)."""
    while not is_working_day(day):
        day += DAY
    return day


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after ``day``, which does not count itself; for 0 the first on or after it.

    Raises ValueError for a negative number.
    """
    if n < 0:
        raise ValueError("工作日数不能为负")
    if n == 0:
        return on_or_after(day)
    while n:
        day += DAY
        n -= is_working_day(day)
    return day


def working_days_between(a: date, b: date) -> int:
    """Working days after ``a`` up to and including ``b``; negative where ``b`` lies before ``a``."""
    if b < a:
        return -working_days_between(b, a)
    return sum(is_working_day(a + n * DAY) for n in range(1, (b - a).days + 1))


def counts_on_unpublished(a: date, b: date) -> bool:
    """Whether a count from ``a`` to ``b`` rests on a year whose arrangement is not known."""
    return not all(is_published(year) for year in range(a.year, b.year + 1))


@cache
def _exceptions(year: int) -> tuple[frozenset[date], frozenset[date]]:
    known = ARRANGEMENTS.get(year)
    if known is None:
        return frozenset(), frozenset()
    return _days(year, known.off), _days(year, known.worked)


def _days(year: int, text: str) -> frozenset[date]:
    return frozenset(date(year, int(day[:2]), int(day[2:])) for day in text.split())
