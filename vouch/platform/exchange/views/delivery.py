"""Pages of a delivery: the list of imports, a new one, and its columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.exchange import actions, queries
from vouch.platform.exchange.contents import MASKED, Shade
from vouch.platform.exchange.forms import ColumnsForm, UploadForm
from vouch.platform.exchange.importer import importer_of, importers
from vouch.platform.exchange.kept_files import open_kept_table
from vouch.platform.exchange.models import Import, ImportFile, SavedMapping
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.tabular import Chosen, Unreadable, largest_figure
from vouch.platform.exchange.tabular import Table as FileTable
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.exchange.views.shared import REFUSAL, kind_title, title_of_kind, visible_import
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

PREVIEW_ROWS = 5
IMPORTS = Table(
    name="imports",
    title=gettext_lazy("数据导入"),
    default_sort="-created_at",
    empty=gettext_lazy("还没有导入过数据。"),
    hint=gettext_lazy("从“导入数据”开始，可以导入 CSV、CSV.gz、XLSX 和 XLS。"),
    columns=(
        Column("pk", gettext_lazy("批次"), sort="pk", link=lambda batch: batch.get_absolute_url()),
        Column("kind", gettext_lazy("数据种类"), sort="kind", value=kind_title),
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
        batch = _received(request, importer.kind, form)
        if batch is not None:
            return redirect("exchange:columns", pk=batch.pk)
    context = {"form": form, "importer": importer, "kinds": kinds}
    return render(request, "exchange/new.html", context, status=422 if form.errors else 200)


def _received(request: StaffRequest, kind: str, form: UploadForm) -> Import | None:
    """The delivery taken in; one that is no table at all is an error of its field."""
    files = [
        actions.GivenFile(source.name, (upload.name or source.title)[-255:], upload.chunks())
        for _name, source, upload in form.uploads()
    ]
    wanted = actions.Delivery(kind, files, is_dry_run=form.cleaned_data["is_dry_run"], is_draft=True)
    try:
        return actions.receive_import(
            actor=request.actor, at=timezone.now(), unit=form.cleaned_data["unit"], delivery=wanted
        )
    except actions.NoTables as error:
        for name, source, _upload in form.uploads():
            if reason := error.reasons.get(source.name):
                form.add_error(name, reason)
        return None


@dataclass(frozen=True, slots=True)
class _FilePart:
    """One file on the page where its columns are confirmed."""

    file: ImportFile
    table: FileTable
    form: ColumnsForm
    preview: Sequence[Sequence[str]]
    saved: SavedMapping | None


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm sheet, columns and units, with the first rows beside them."""
    batch = visible_import(request, pk)
    if batch.status not in {ImportStatus.DRAFT, ImportStatus.FAILED}:
        return redirect(batch)
    try:
        parts = [_part(request, batch, file) for file in queries.files_of(batch)]
    except Unreadable as error:
        messages.error(request, str(error))
        return redirect("exchange:new_of_kind", kind=batch.kind)
    # Every form is judged, so that every error shows at once.
    valid = [part.form.is_valid() for part in parts]
    if request.method == "POST" and all(valid):
        chosen = {part.file.pk: part.form.chosen() for part in parts}
        try:
            actions.queue_import(actor=request.actor, at=timezone.now(), batch=batch, chosen=chosen)
        except actions.NotNow as error:
            messages.error(request, str(error))
            return redirect(batch)
        for part in parts if request.POST.get("remember") else ():
            actions.save_mapping(
                actor=request.actor,
                at=timezone.now(),
                batch=batch,
                file=part.file,
                headings=part.table.headings,
                chosen=chosen[part.file.pk],
            )
        return redirect(batch)
    context = {"batch": batch, "parts": parts, "title": kind_title(batch)}
    return render(request, "exchange/columns.html", context, status=422 if request.method == "POST" else 200)


def _part(request: StaffRequest, batch: Import, file: ImportFile) -> _FilePart:
    """The file as it is read: as said before, or as files with its headings were read the last time. Raises Unreadable."""
    source = importer_of(batch.kind).source(file.source)
    asked = request.POST if request.method == "POST" else request.GET
    wanted = asked.get(f"file{file.pk}-sheet", "")
    chosen = Chosen(sheet=wanted) if wanted and wanted != file.sheet else queries.chosen_of(file)
    table = open_kept_table(file, source, chosen=chosen, is_lenient=True)
    saved = None
    if not file.mapping:
        saved = queries.saved_mapping(batch, file.source, table.headings)
        if saved is not None:
            table.close()
            chosen = Chosen(saved.mapping, saved.units, table.sheet)
            table = open_kept_table(file, source, chosen=chosen, is_lenient=True)
    rows = [row for row in itertools.islice(table.rows(), PREVIEW_ROWS * 10) if not row.fault]
    largest = largest_figure(table)
    table.close()
    form = ColumnsForm(file, table, largest, request.POST if request.method == "POST" else None)
    shade = Shade(source, table, MASKED)
    width = len(table.headings)
    preview = [shade.row(row.raw, width=width) for row in rows[:PREVIEW_ROWS]]
    return _FilePart(file, table, form, preview, saved)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Give up an import that has not begun."""
    batch = visible_import(request, pk)
    try:
        actions.cancel_import(actor=request.actor, at=timezone.now(), batch=batch)
    except actions.NotNow as error:
        messages.error(request, str(error))
    return redirect(batch)


MAPPINGS = Table(
    name="mappings",
    title=gettext_lazy("已存的列对应"),
    default_sort="-saved_at",
    empty=gettext_lazy("还没有保存过列对应。"),
    hint=gettext_lazy("核对列时勾选“记住”，下次导入表头相同的文件就会自动套用。"),
    columns=(
        Column("kind", gettext_lazy("数据种类"), sort="kind", value=lambda one: title_of_kind(one.kind)),
        Column("headings", gettext_lazy("表头"), value=lambda one: "、".join(one.headings)[:120]),
        Column(
            "units",
            gettext_lazy("金额单位"),
            value=lambda one: "、".join(sorted(set(one.units.values()))),
            on_phone=False,
        ),
        Column("unit__name", gettext_lazy("归属机构"), sort="unit__name", on_phone=False),
        Column("saved_by", gettext_lazy("保存人"), sort="saved_by", on_phone=False),
        Column("saved_at", gettext_lazy("保存时间"), Kind.MOMENT, sort="saved_at", on_phone=False),
        Column("forget", gettext_lazy("操作"), template="exchange/forget_cell.html"),
    ),
    exportable=False,
)


@face(may=may_open_imports, refusal=REFUSAL)
@require_GET
def mappings(request: StaffRequest) -> HttpResponseBase:
    """How files with known headings are read: each is changed by confirming its columns anew, or forgotten here."""
    listing = MAPPINGS.listing(queries.mappings_visible_to(request.actor), request.GET)
    return respond(request, listing, "exchange/mappings.html")


@face(may=may_open_imports, shows=("saved_mapping",), refusal=REFUSAL)
@require_POST
def forget(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget one saved mapping."""
    mapping = get_object_or_404(queries.mappings_visible_to(request.actor), pk=pk)
    actions.forget_mapping(actor=request.actor, at=timezone.now(), mapping=mapping)
    messages.success(request, gettext("已删除这条列对应。"))
    return redirect("exchange:mappings")
