"""Pages of imports: the list, a new one, its columns, its progress, and the rows to be put right."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.exchange import actions, queries
from vouch.platform.exchange.forms import ColumnsForm, CorrectionForm, ReasonForm, RowFilter, UploadForm
from vouch.platform.exchange.importer import Importer, importer_of, importers
from vouch.platform.exchange.kept_files import keep_file, kept_path
from vouch.platform.exchange.models import Import, ImportFile, ImportRow
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.tabular import Table as FileTable
from vouch.platform.exchange.tabular import Unreadable, open_table
from vouch.platform.exchange.terms import UNFINISHED, ImportStatus, RowState, Verdict
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import EXPORTS
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

PREVIEW_ROWS = 5
REFUSAL = gettext_lazy("您的岗位不能导入数据。")


def _kind_title(batch: Import) -> str:
    known = importers().get(batch.kind)
    return known.title if known else batch.kind


IMPORTS = Table(
    name="imports",
    title=gettext_lazy("数据导入"),
    default_sort="-created_at",
    empty=gettext_lazy("还没有导入过数据。"),
    hint=gettext_lazy("从“导入数据”开始，可以导入 CSV、CSV.gz 和 XLSX。"),
    columns=(
        Column("pk", gettext_lazy("批次"), sort="pk", link=lambda batch: batch.get_absolute_url()),
        Column("kind", gettext_lazy("数据种类"), sort="kind", value=_kind_title),
        Column(
            "files",
            gettext_lazy("文件"),
            value=lambda batch: "、".join(file.name for file in batch.files.all()),
            link=lambda batch: batch.get_absolute_url(),
        ),
        Column("status", gettext_lazy("状态"), sort="status", template="exchange/status_cell.html"),
        Column("accepted", gettext_lazy("已导入"), Kind.NUMBER, sort="accepted"),
        Column("warned", gettext_lazy("有提示"), Kind.NUMBER, sort="warned", on_phone=False),
        Column("rejected", gettext_lazy("未导入"), Kind.NUMBER, sort="rejected"),
        Column("open_rows", gettext_lazy("待处理"), Kind.NUMBER, sort="open_rows"),
        Column("unit__name", gettext_lazy("归属机构"), sort="unit__name", on_phone=False),
        Column("actor_label", gettext_lazy("操作人"), sort="actor_label", on_phone=False),
        Column("created_at", gettext_lazy("提交时间"), Kind.MOMENT, sort="created_at", on_phone=False),
    ),
)


def _content(row: ImportRow) -> str:
    return "，".join(cell for cell in (row.cells or row.raw)[:3] if cell)[:60]


def _row_url(row: ImportRow) -> str:
    return reverse("exchange:row", args=[row.batch_id, row.pk])


ROWS = Table(
    name="rows",
    title=gettext_lazy("待处理的行"),
    default_sort="line",
    empty=gettext_lazy("没有需要处理的行。"),
    exportable=False,
    columns=(
        Column("line", gettext_lazy("行号"), Kind.NUMBER, sort="line", link=_row_url),
        Column("file__name", gettext_lazy("文件"), sort="file__position", on_phone=False),
        Column("verdict", gettext_lazy("结果"), sort="verdict", template="exchange/verdict_cell.html"),
        Column("column", gettext_lazy("字段"), sort="column", value=queries.column_title, on_phone=False),
        Column("reason", gettext_lazy("原因"), sort="reason", link=_row_url),
        Column("content", gettext_lazy("内容"), value=_content, on_phone=False),
        Column("state", gettext_lazy("处理状态"), sort="state", value=lambda row: row.get_state_display()),
    ),
)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def imports(request: StaffRequest) -> HttpResponseBase:
    """Every import that the actor may look at (导入)."""
    rows = queries.latest_imports(request.actor).prefetch_related("files")
    return respond(request, IMPORTS.listing(rows, request.GET), "exchange/imports.html")


@face(may=may_open_imports, refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def new_import(request: StaffRequest, kind: str = "") -> HttpResponse:
    """Choose what to import, and the files."""
    kinds = list(importers().values())
    if not kinds or (kind and kind not in importers()):
        raise Http404
    importer = importer_of(kind) if kind else kinds[0]
    form = UploadForm(importer, request.actor, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = _kept_files(form)
        if not form.errors:
            batch = actions.receive_import(
                actor=request.actor,
                at=timezone.now(),
                unit=form.cleaned_data["unit"],
                delivery=actions.Delivery(
                    importer.kind, files, is_dry_run=form.cleaned_data["is_dry_run"], is_draft=True
                ),
            )
            return redirect("exchange:columns", pk=batch.pk)
    context = {"form": form, "importer": importer, "kinds": kinds}
    return render(request, "exchange/new.html", context, status=422 if form.errors else 200)


def _kept_files(form: UploadForm) -> list[actions.KeptFile]:
    """Keep the uploads; one that is no table at all is an error of its field."""
    kept = []
    for name, source, upload in form.uploads():
        title = upload.name or source.title
        sha256, size = keep_file(upload.chunks())
        try:
            open_table(
                kept_path(sha256), name=title, columns=source.columns, sheets=source.sheets, is_lenient=True
            ).close()
        except Unreadable as error:
            form.add_error(name, str(error))
        kept.append(actions.KeptFile(source.name, title[-255:], sha256, size, {}))
    return kept


@dataclass(frozen=True, slots=True)
class _FilePart:
    """One file on the page where its columns are confirmed."""

    file: ImportFile
    table: FileTable
    form: ColumnsForm
    preview: list[Sequence[str]]


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm which heading is which column, with the first rows beside it."""
    batch = _visible(request, pk)
    if batch.status not in {ImportStatus.DRAFT, ImportStatus.FAILED}:
        return redirect(batch)
    importer = importer_of(batch.kind)
    parts = []
    for file in queries.files_of(batch):
        try:
            table = _opened(importer, file)
        except Unreadable as error:
            messages.error(request, str(error))
            return redirect("exchange:new_of_kind", kind=batch.kind)
        form = ColumnsForm(file, table, request.POST if request.method == "POST" else None)
        preview = [row.raw for row in itertools.islice(table.rows(), PREVIEW_ROWS)]
        parts.append(_FilePart(file, table, form, preview))
        table.close()
    # Every form is judged, so that every error shows at once.
    valid = [part.form.is_valid() for part in parts]
    if request.method == "POST" and all(valid):
        mappings = {part.file.pk: part.form.mapping() for part in parts}
        try:
            actions.queue_import(actor=request.actor, at=timezone.now(), batch=batch, mappings=mappings)
        except actions.NotNow as error:
            messages.error(request, str(error))
        return redirect(batch)
    context = {"batch": batch, "parts": parts, "title": _kind_title(batch)}
    return render(request, "exchange/columns.html", context)


def _opened(importer: Importer, file: ImportFile) -> FileTable:
    source = importer.source(file.source)
    return open_table(
        kept_path(file.sha256),
        name=file.name,
        columns=source.columns,
        sheets=source.sheets,
        mapping=file.mapping,
        is_lenient=True,
    )


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Give up an import that has not begun."""
    batch = _visible(request, pk)
    try:
        actions.cancel_import(actor=request.actor, at=timezone.now(), batch=batch)
    except actions.NotNow as error:
        messages.error(request, str(error))
    return redirect(batch)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def one_import(request: StaffRequest, pk: int) -> HttpResponseBase:
    """One import: how far it is, what became of its rows, and those that wait for somebody."""
    batch = _visible(request, pk)
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
    batch = _visible(request, pk)
    response = render(request, "exchange/progress.html", _progress_of(batch))
    if batch.status not in UNFINISHED:
        # The rows below the bar have come in meanwhile.
        response["HX-Refresh"] = "true"
    return response


def _progress_of(batch: Import) -> dict[str, object]:
    files = list(queries.files_of(batch))
    size = sum(file.size for file in files) or 1
    return {
        "batch": batch,
        "files": files,
        "title": _kind_title(batch),
        "percent": sum(file.progress * file.size for file in files) // size,
        "is_unfinished": batch.status in UNFINISHED,
        "can_retry": batch.status == ImportStatus.FAILED,
    }


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def download(request: StaffRequest, pk: int, suffix: str) -> HttpResponseBase:
    """The kept rows as a file, to be put right in a spreadsheet and delivered again."""
    batch = _visible(request, pk)
    if suffix not in EXPORTS:
        raise Http404
    verdict = request.GET.get("verdict", Verdict.REJECTED)
    headings, records = queries.kept_table(batch, queries.kept_rows(batch, verdict=verdict))
    table_columns = [Column(f"c{place}", heading) for place, heading in enumerate(headings)]
    width = len(table_columns)
    fitted = ([*record[:width], *[""] * (width - len(record))] for record in records)
    return EXPORTS[suffix](_("未导入的行"), table_columns, fitted, on=timezone.localdate())


@face(may=may_open_imports, shows=("import", "import_row"), refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def one_row(request: StaffRequest, pk: int, row_pk: int) -> HttpResponse:
    """One kept row: correct it, accept it as it stands, or decide that it is not imported."""
    batch = _visible(request, pk)
    row = get_object_or_404(queries.kept_rows(batch), pk=row_pk)
    verb = request.POST.get("do", "")
    correction = CorrectionForm(row, request.POST if verb == "correct" else None)
    reason = ReasonForm(request.POST if verb in {"accept", "dismiss"} else None)
    if request.method == "POST":
        done = _DEEDS.get(verb, _nothing)(request, row, correction, reason)
        if done:
            messages.success(request, done)
            following = queries.next_open_row(row)
            return redirect(_row_url(following) if following else batch.get_absolute_url())
    context = {
        "batch": batch,
        "row": row,
        "column": queries.column_title(row),
        "correction": correction,
        "reason": reason,
        "can_resolve": row.state in {RowState.OPEN, RowState.DISMISSED} and not batch.is_dry_run,
        "is_rejected": row.verdict == Verdict.REJECTED,
    }
    return render(request, "exchange/row.html", context, status=422 if request.method == "POST" else 200)


Deed = Callable[[StaffRequest, ImportRow, CorrectionForm, ReasonForm], str]


def _correct(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not correction.is_valid():
        return ""
    try:
        actions.correct_row(
            actor=request.actor, at=timezone.now(), row=row, cells=dict(correction.cleaned_data)
        )
    except actions.StillRejected as error:
        correction.add_error(error.column if error.column in correction.fields else None, error.reason)
        return ""
    except actions.NotNow as error:
        correction.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行已更正并导入。") % {"line": row.line}


def _accept(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not reason.is_valid():
        return ""
    try:
        actions.accept_row(
            actor=request.actor, at=timezone.now(), row=row, reason=reason.cleaned_data["reason"]
        )
    except (actions.StillRejected, actions.NotNow) as error:
        reason.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行已按原样接受。") % {"line": row.line}


def _dismiss(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    if not reason.is_valid():
        return ""
    try:
        actions.dismiss_row(
            actor=request.actor, at=timezone.now(), row=row, reason=reason.cleaned_data["reason"]
        )
    except actions.NotNow as error:
        reason.add_error(None, str(error))
        return ""
    return _("第 %(line)d 行不导入。") % {"line": row.line}


def _nothing(request: StaffRequest, row: ImportRow, correction: CorrectionForm, reason: ReasonForm) -> str:
    return ""


_DEEDS: dict[str, Deed] = {"correct": _correct, "accept": _accept, "dismiss": _dismiss}


def _visible(request: StaffRequest, pk: int) -> Import:
    return get_object_or_404(queries.visible_to(request.actor), pk=pk)
