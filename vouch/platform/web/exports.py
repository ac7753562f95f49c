"""A list as a file: Excel with real numbers and dates, or CSV that Excel opens in Chinese.

Text that a spreadsheet would run as a formula is never written as one (OWASP, CSV injection): Excel cells are
written as strings, CSV cells get a leading apostrophe.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise

from vouch.platform.web.columns import Column
from vouch.platform.web.watermark import mark

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDTHS = {"text": 24, "code": 22, "date": 12, "moment": 17, "class": 10, "grade": 8}
NUMBER_FORMATS = {
    "number": "#,##0.######",
    "yuan": "#,##0.00",
    "wan": "#,##0.00",
    "rate": "0.00%",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}


def safe_text(value: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _file_name(title: str | Promise, on: date, suffix: str) -> str:
    return f"{title}-{on:%Y%m%d}.{suffix}"


def _disposition(name: str) -> str:
    return f"attachment; filename=\"export.{name.rpartition('.')[2]}\"; filename*=UTF-8''{quote(name)}"


def _plain(column: Column, value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if column.kind == "wan" and value is not None:
        return Decimal(str(value)) / 10000
    return value


def as_xlsx(
    title: str | Promise, columns: Sequence[Column], records: Iterable[Sequence[Any]], *, on: date
) -> FileResponse:
    """One sheet, headed and frozen, written row by row so that a large list needs little memory."""
    # The response closes the file, which removes it.
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(str(title)[:31])
    head = book.add_format({"bold": True, "bg_color": "#E9EEF6", "bottom": 1, "text_wrap": False})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in NUMBER_FORMATS.items()}
    text = mark()
    top = 1 if text else 0
    if text:
        # On every printed page, and above the columns on the screen.
        spelled = text.replace("&", "&&")
        sheet.set_header(f"&C{spelled}"[:250])
        sheet.set_footer(f"&C{spelled}"[:250])
        sheet.write_string(0, 0, text)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.kind, 16))
        sheet.write_string(top, place, column.heading, head)
    sheet.freeze_panes(top + 1, 1)
    last = top
    for last, record in enumerate(records, start=top + 1):
        for place, (column, raw) in enumerate(zip(columns, record, strict=True)):
            value = _plain(column, raw)
            if value is None or value == "":
                continue
            form = formats.get(column.kind)
            if isinstance(value, datetime | date):
                sheet.write_datetime(last, place, value, form or formats["date"])
            elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                sheet.write_number(last, place, value, form)
            else:
                sheet.write_string(last, place, str(value))
    if last > top:
        sheet.autofilter(top, 0, last, len(columns) - 1)
    book.close()
    file.seek(0)
    response = FileResponse(
        file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = _disposition(_file_name(title, on, "xlsx"))
    response.is_marked = bool(text)  # type: ignore[attr-defined]
    return response


def as_csv(
    title: str | Promise, columns: Sequence[Column], records: Iterable[Sequence[Any]], *, on: date
) -> StreamingHttpResponse:
    """UTF-8 with a byte-order mark, because Excel otherwise reads Chinese as GBK."""
    text = mark()

    def lines() -> Iterable[str]:
        buffer = StringIO()
        writer = csv.writer(buffer)
        buffer.write("\ufeff")
        if text:
            writer.writerow([safe_text(text)])
        writer.writerow([column.heading for column in columns])
        for record in records:
            values = (_plain(column, raw) for column, raw in zip(columns, record, strict=True))
            writer.writerow([safe_text(value) if isinstance(value, str) else value for value in values])
            if buffer.tell() > 64 * 1024:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _disposition(_file_name(title, on, "csv"))
    response.is_marked = bool(text)  # type: ignore[attr-defined]
    return response


Export = Callable[..., HttpResponseBase]
EXPORTS: dict[str, Export] = {"xlsx": as_xlsx, "csv": as_csv}
