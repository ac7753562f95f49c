"""The page of one import: how far it is, what became of its rows, and its files to take away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.platform.exchange import queries
from vouch.platform.exchange._marking import marked_copy
from vouch.platform.exchange.contents import MASKED, Open, classes_of, opener_of, shown
from vouch.platform.exchange.forms import PurposeForm, RowFilter
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.tabular import Unreadable
from vouch.platform.exchange.terms import MOVING, ImportStatus, Verdict
from vouch.platform.exchange.views.shared import (
    CLASSES,
    REFUSAL,
    kind_title,
    read_for_a_purpose,
    readable_classes,
    visible_import,
)
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import EXPORTS
from vouch.platform.web.faces import face
from vouch.platform.web.subjects import reading
from vouch.platform.web.tables import Table, respond
from vouch.platform.web.watermark import mark

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _first_values(opened: Open, row: ImportRow) -> str:
    content = opened(row)
    if content is None:
        return ""
    told = shown(row, content, MASKED)
    return "，".join(cell for cell in (told.cells or told.raw)[:3] if cell)[:60]


def row_url(row: ImportRow) -> str:
    """The page of one kept row."""
    return reverse("exchange:row", args=[row.batch_id, row.pk])


ROWS = Table(
    name="rows",
    title=gettext_lazy("待处理的行"),
    default_sort="line",
    empty=gettext_lazy("没有需要处理的行。"),
    exportable=False,
    columns=(
        Column("line", gettext_lazy("行号"), Kind.NUMBER, sort="line", link=row_url),
        Column("file__name", gettext_lazy("文件"), sort="file__position", on_phone=False),
        Column("verdict", gettext_lazy("结果"), sort="verdict", template="exchange/verdict_cell.html"),
        Column("column", gettext_lazy("字段"), sort="column", value=queries.column_title, on_phone=False),
        Column("reason", gettext_lazy("原因"), sort="reason", link=row_url),
        Column("content", gettext_lazy("内容"), on_phone=False),
        Column("state", gettext_lazy("处理状态"), sort="state", value=lambda row: row.get_state_display()),
    ),
)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def one_import(request: StaffRequest, pk: int) -> HttpResponseBase:
    """One import: how far it is, what became of its rows, and those that wait for somebody."""
    batch = visible_import(request, pk)
    if batch.status == ImportStatus.DRAFT:
        return redirect("exchange:columns", pk=batch.pk)
    filters = RowFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    rows = queries.kept_rows(batch, verdict=wanted.get("verdict", ""), state=wanted.get("state", ""))
    opened = opener_of([batch.pk])
    columns = [
        replace(one, value=partial(_first_values, opened)) if one.name == "content" else one
        for one in ROWS.columns
    ]
    listing = replace(ROWS, columns=tuple(columns)).listing(rows, request.GET, filters)
    return respond(request, listing, "exchange/import.html", _progress_of(request, batch))


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of the page that moves while an import runs."""
    batch = visible_import(request, pk)
    response = render(request, "exchange/progress.html", _progress_of(request, batch))
    if batch.status not in MOVING:
        # The rows below the bar have come in meanwhile.
        response["HX-Refresh"] = "true"
    return response


def _progress_of(request: StaffRequest, batch: Import) -> dict[str, object]:
    files = list(queries.files_of(batch))
    size = sum(file.size for file in files) or 1
    percent = sum(file.progress * file.size for file in files) // size
    if batch.status == ImportStatus.UNDOING:
        (undone,) = queries.progress_of_undos([{"import_id": batch.pk}])
        percent = undone.done if undone else 0
    return {
        "batch": batch,
        "files": files,
        "title": kind_title(batch),
        "percent": percent,
        "can_undo": queries.can_undo(batch),
        "undo_until": queries.undo_until(batch),
        "is_unfinished": batch.status in MOVING,
        "can_retry": batch.status == ImportStatus.FAILED,
        "is_masked": bool(classes_of(batch)),
        "purpose": PurposeForm() if readable_classes(request.actor, batch) else None,
    }


@reading
@face(may=may_open_imports, shows=("import",), classes=CLASSES, refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def download(request: StaffRequest, pk: int, suffix: str) -> HttpResponseBase:
    """The kept rows as a file, to be put right in a spreadsheet and delivered again; in full for a purpose."""
    batch = visible_import(request, pk)
    if suffix not in EXPORTS:
        raise Http404
    verdict = request.GET.get("verdict", Verdict.REJECTED)
    classes = read_for_a_purpose(request, batch, _("未导入的行"))
    headings, records = queries.kept_table(batch, queries.kept_rows(batch, verdict=verdict), classes)
    table_columns = [Column(f"c{place}", heading) for place, heading in enumerate(headings)]
    width = len(table_columns)
    fitted = ([*record[:width], *[""] * (width - len(record))] for record in records)
    return EXPORTS[suffix](_("未导入的行"), table_columns, fitted, on=timezone.localdate())


@reading
@face(may=may_open_imports, shows=("import", "import_file"), classes=CLASSES, refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def marked(request: StaffRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """The file as it was handed in, with what became of each row written beside it; in full for a purpose."""
    batch = visible_import(request, pk)
    file = get_object_or_404(queries.files_of(batch), pk=file_pk)
    try:
        copy = marked_copy(batch, file, read_for_a_purpose(request, batch, _("标注副本")))
    except Unreadable as error:
        messages.error(request, str(error))
        return redirect(batch)
    name = _("%(name)s-标注.xlsx") % {"name": Path(file.name).stem}
    response = FileResponse(copy, as_attachment=True, filename=name, content_type=XLSX)
    response.is_marked = bool(mark())  # type: ignore[attr-defined]
    return response
