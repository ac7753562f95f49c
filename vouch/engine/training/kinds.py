"""What a column of a file is: number, date or category; and what was odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from vouch.engine.training.columns import CATEGORY, DATE, NUMBER, Column
from vouch.engine.training.merging import Floats
from vouch.engine.training.reading import Table

MISSING_WORDS: Final = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", ".", "?", "-", "--", "缺失", "空", "无数据"}
)
"""``none`` is not among them: as a category ("other debtors: none") it is an answer."""
_NUMBER_SHARE: Final = 0.98
"""From this share of readable numbers on, a column is a number and the unreadable rest is reported."""
_DATE_FORMATS: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%d-%b-%y", "%d-%b-%Y", "%d%b%Y", "%m/%d/%Y", "%d/%m/%Y",
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m", "%Y年%m月",
)  # fmt: skip


@dataclass(frozen=True)
class Oddity:
    """Something odd in a column: ``kind`` infinite or mixed, in words."""

    kind: str
    column: str
    why: str


def column_of(table: Table, name: str, *, kind: str | None = None) -> tuple[Column, list[Oddity]]:
    """One column, of the kind its values show or of the kind asked for, and what was odd in it."""
    series = table.frame[name]
    if series.dtype.is_temporal() and kind != CATEGORY:
        return _date(name, series.cast(pl.Date) if series.dtype != pl.Time else series.cast(pl.Int64)), []
    if series.dtype == pl.Boolean:
        series = series.cast(pl.Int8) if kind == NUMBER else series.cast(pl.String)
    if series.dtype.is_numeric() and kind != CATEGORY:
        return _finite(name, series.cast(pl.Float64).fill_null(np.nan).to_numpy().copy(), table=table)
    text = cleaned_text(series)
    if kind == CATEGORY:
        return _category(name, text), []
    numbers, unread = parse_numbers(text)
    present = text.len() - text.null_count()
    if kind == NUMBER or (
        present > 0 and unread.sum() <= (1 - _NUMBER_SHARE) * present and not _is_compact_date(text)
    ):
        column, odd = _finite(name, numbers, table=table)
        return column, odd + _unread(name, text, unread, table=table)
    days = parse_dates(text)
    if days is not None:
        return Column(name, DATE, numbers=days), []
    return _category(name, text), []


def columns_of(table: Table, names: list[str]) -> tuple[list[Column], list[Oddity]]:
    """All the named columns."""
    columns, odd = [], []
    for name in names:
        column, strange = column_of(table, name)
        columns.append(column)
        odd.extend(strange)
    return columns, odd


def cleaned_text(series: pl.Series) -> pl.Series:
    """Values as trimmed text, missing words as null; whole floats without the point, so that files agree."""
    if series.dtype.is_float():
        whole = series.is_finite() & (series == series.floor())
        as_whole = series.clip(-9e15, 9e15).fill_nan(None).cast(pl.Int64, strict=False).cast(pl.String)
        text = as_whole.zip_with(whole.fill_null(value=False), series.cast(pl.String))
    else:
        text = series.cast(pl.String, strict=False)
    text = text.str.strip_chars(" \t\r\n\u3000\ufeff")
    missing = text.str.to_lowercase().is_in(list(MISSING_WORDS)).fill_null(value=True)
    return text.set(missing, None)


def parse_numbers(text: pl.Series) -> tuple[Floats, np.ndarray]:
    """Numbers with NaN, and which present values could not be read; currency signs and thousands separators are read."""
    numbers = text.cast(pl.Float64, strict=False)
    unread = numbers.is_null() & text.is_not_null()
    if unread.any():
        absent = text.str.to_lowercase().is_in(["none", "nil"]).fill_null(value=False)
        text = text.set(absent, None)
        plain = text.str.replace_all(r"[$¥￥€£\s]|元$", "")
        grouped = plain.str.contains(r"^[-+]?\(?\d{1,3}([,，]\d{3})+(\.\d+)?\)?$").fill_null(value=False)
        plain = plain.str.replace_all("[,，]", "").zip_with(grouped, plain)
        again = plain.cast(pl.Float64, strict=False)
        numbers = numbers.zip_with(numbers.is_not_null(), again)
        unread = numbers.is_null() & text.is_not_null()
    return numbers.fill_null(np.nan).to_numpy().copy(), unread.to_numpy()


def parse_dates(text: pl.Series) -> Floats | None:
    """Days since 1970-01-01 if nearly all present values are dates of one format, else None."""
    present = text.drop_nulls()
    if present.is_empty():
        return None
    sample = present.head(200)
    for form in _DATE_FORMATS:
        if _in_form(sample, form).null_count() <= 0.05 * len(sample):
            days = _in_form(text, form)
            if days.null_count() - text.null_count() <= 0.02 * len(present):
                return days.cast(pl.Int32).cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    return None


def _in_form(values: pl.Series, form: str) -> pl.Series:
    """Dates by one format, null where it does not fit; a month alone is its first day."""
    ending = {"%Y-%m": ("-01", "-%d"), "%Y年%m月": ("01日", "%d日")}.get(form)
    if ending:
        return (values + ending[0]).str.to_date(form + ending[1], strict=False)
    if "%H" in form:
        return values.str.to_datetime(form, strict=False).cast(pl.Date)
    return values.str.to_date(form, strict=False)


def _is_compact_date(text: pl.Series) -> bool:
    """Whether whole numbers of eight digits are dates written together, as 20040130."""
    sample = text.drop_nulls().head(500)
    if not sample.str.contains(r"^(19|20)\d{6}$").all():
        return False
    return sample.str.to_date("%Y%m%d", strict=False).null_count() <= 0.01 * len(sample)


def _date(name: str, series: pl.Series) -> Column:
    days = series.cast(pl.Int32).cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    return Column(name, DATE, numbers=days)


def _category(name: str, text: pl.Series) -> Column:
    levels = text.drop_nulls().unique().sort()
    if levels.is_empty():
        return Column(name, NUMBER, numbers=np.full(len(text), np.nan))
    codes = text.cast(pl.Enum(levels)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy().copy()
    return Column(name, CATEGORY, codes=codes, levels=tuple(levels.to_list()))


def _finite(name: str, numbers: Floats, *, table: Table) -> tuple[Column, list[Oddity]]:
    infinite = np.flatnonzero(np.isinf(numbers))
    if not len(infinite):
        return Column(name, NUMBER, numbers=numbers), []
    numbers[infinite] = np.nan
    where = f"第 {table.line(int(infinite[0]))} 行" + (f"等 {len(infinite)} 行" if len(infinite) > 1 else "")
    why = f"{table.name} 列“{name}”{where}是无穷大，已当作缺失处理。"
    return Column(name, NUMBER, numbers=numbers), [Oddity("infinite", name, why)]


def _unread(name: str, text: pl.Series, unread: np.ndarray, *, table: Table) -> list[Oddity]:
    rows = np.flatnonzero(unread)
    if not len(rows):
        return []
    first = int(rows[0])
    more = f"等 {len(rows)} 处" if len(rows) > 1 else ""
    why = (
        f"{table.name} 第 {table.line(first)} 行，列“{name}”：“{text[first]}”{more}不是数字，已当作缺失处理。"
    )
    return [Oddity("mixed", name, why)]
