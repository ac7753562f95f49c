"""The page of one import: how far it is, what became of its rows, and its files to take away."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from vouch.platform.exchange import queries
from vouch.platform.exchange._marking import marked_copy
from vouch.platform.exchange.forms import RowFilter
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.tabular import Unreadable
from vouch.platform.exchange.terms import MOVING, ImportStatus, Verdict
from vouch.platform.exchange.views.shared import REFUSAL, kind_title, visible_import
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import EXPORTS
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond
from vouch.platform.web.watermark import mark

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _content(row: ImportRow) -> str:
    return "，".join(cell for cell in (row.cells or row.raw)[:3] if cell)[:60]


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
        Column("content", gettext_lazy("内容"), value=_content, on_phone=False),
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
    return respond(
        request, ROWS.listing(rows, request.GET, filters), "exchange/import.html", _progress_of(batch)
    )


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of the page that moves while an import runs."""
    batch = visible_import(request, pk)
    response = render(request, "exchange/progress.html", _progress_of(batch))
    if batch.status not in MOVING:
        # The rows below the bar have come in meanwhile.
        response["HX-Refresh"] = "true"
    return response


def _progress_of(batch: Import) -> dict[str, object]:
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
    }


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def download(request: StaffRequest, pk: int, suffix: str) -> HttpResponseBase:
    """The kept rows as a file, to be put right in a spreadsheet and delivered again."""
    batch = visible_import(request, pk)
    if suffix not in EXPORTS:
        raise Http404
    verdict = request.GET.get("verdict", Verdict.REJECTED)
    headings, records = queries.kept_table(batch, queries.kept_rows(batch, verdict=verdict))
    table_columns = [Column(f"c{place}", heading) for place, heading in enumerate(headings)]
    width = len(table_columns)
    fitted = ([*record[:width], *[""] * (width - len(record))] for record in records)
    return EXPORTS[suffix](_("未导入的行"), table_columns, fitted, on=timezone.localdate())


@face(may=may_open_imports, shows=("import", "import_file"), refusal=REFUSAL)
@require_GET
def marked(request: StaffRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """The file as it was handed in, with what became of each row written beside it."""
    batch = visible_import(request, pk)
    file = get_object_or_404(queries.files_of(batch), pk=file_pk)
    try:
        copy = marked_copy(batch, file)
    except (Unreadable, OSError) as error:
        said = str(error) if isinstance(error, Unreadable) else _("文件已不在服务器上，不能生成标注副本。")
        messages.error(request, said)
        return redirect(batch)
    name = _("%(name)s-标注.xlsx") % {"name": Path(file.name).stem}
    response = FileResponse(copy, as_attachment=True, filename=name, content_type=XLSX)
    response.is_marked = bool(mark())  # type: ignore[attr-defined]
    return response
