"""Uploads of bank statements, taxes and bills: several at once, each looked over before it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.flows import ColumnsForm, StatementForm, TableForm, UploadForm
from vouch.customers.queries import Party, StagedFile
from vouch.customers.queries.previews import (
    BankPreview,
    Preview,
    TablePreview,
    bank_preview,
    overlaps_of,
    table_preview,
)
from vouch.customers.queries.staged import content_of_staged, rows_of_staged, staged_of, waiting
from vouch.customers.terms import MaterialKind, UtilityKind
from vouch.customers.views.files import content_of
from vouch.engine.cells import plain
from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.exchange.sheets import read_sheets
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.faces import face

SECTIONS = {
    MaterialKind.BANK: "customers:bank",
    MaterialKind.TAX: "customers:taxes",
    MaterialKind.UTILITY: "customers:bills",
}
"""Kind → the section where its materials are shown."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file: what waits, or why it was not taken."""

    name: str
    staged: StagedFile | None = None
    message: str = ""


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def upload(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """Take files or a pasted table; each sheet then waits to be looked over."""
    party, wanted = _customer(request, pk), _kind(kind)
    form = UploadForm(request.POST or None, request.FILES or None)
    results: list[Result] = []
    if request.method == "POST" and form.is_valid():
        given = [(str(file.name), content_of(file) or b"") for file in form.cleaned_data["sheets"]]
        if form.cleaned_data["text"].strip():
            given.append((_("粘贴的表格"), form.cleaned_data["text"].encode()))
        for name, content in given:
            results += _taken(request, party, wanted, name=name, content=content)
        taken = [one.staged for one in results if one.staged]
        if len(taken) == len(results) == 1:
            return redirect("customers:staged", pk=taken[0].pk)
    is_wrong = request.method == "POST" and not any(one.staged for one in results)
    context = {
        "party": party,
        "on": wanted.value,
        "kind": wanted,
        "form": form if request.method == "GET" or is_wrong else UploadForm(),
        "results": results,
        "waiting": list(waiting(party.pk, kind=wanted)),
        "back": SECTIONS[wanted],
    }
    return render(request, "customers/upload.html", context, status=422 if is_wrong else 200)


def _taken(
    request: StaffRequest, party: Party, kind: MaterialKind, *, name: str, content: bytes
) -> Iterator[Result]:
    """One result for each sheet that holds a table, or one that says what is wrong with the file."""
    try:
        sheets = _sheets(name, content)
        for sheet in sheets:
            upload = actions.Upload(name, content, sheet)
            staged = actions.stage_file(
                actor=request.actor, at=timezone.now(), party=party, kind=kind, upload=upload
            )
            yield Result(staged.name, staged)
    except (Unreadable, actions.WrongFile) as error:
        yield Result(name, message=str(error))
    except PermissionDenied as error:
        # No authorisation, or the party is restricted: the same for every file, and worth saying beside each.
        yield Result(name, message=str(error))


def _sheets(name: str, content: bytes) -> list[int]:
    """Which sheets hold a table. Raises Unreadable, WrongFile."""
    if len(content) > actions.FILE_MAX:
        raise actions.WrongFile(
            _("文件超过 %(limit)d MB，请按月份分开导出。") % {"limit": actions.FILE_MAX // 1024**2}
        )
    found = []
    for place, rows in enumerate(read_sheets(content, name=name).values()):
        filled = [row for row in rows if sum(1 for cell in row if plain(cell)) >= 2]
        if len(filled) >= 2:
            found.append(place)
    if not found:
        raise Unreadable(_("“%(name)s”里没有表格：至少要有表头和一行数据。") % {"name": name})
    return found


@face(may=permissions.may_add_materials, shows=("staged_file",))
@require_http_methods(["GET", "POST"])
def staged(request: StaffRequest, pk: int) -> HttpResponse:
    """What an upload would say; put columns right, keep it, or leave it out."""
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    if verb != "save":
        return _shown(request, _staged(request, pk), verb)
    try:
        done = submit_once(request, lambda: _kept(request, _staged(request, pk)))
    except _Again as again:
        return again.response
    # From the answer, so that a double click reads the same.
    getattr(messages, done.body["tone"])(request, done.body["message"])
    return redirect(done.body["section"], pk=done.body["party"])


class _Again(Exception):
    """The forms have to be filled again; nothing is remembered of this attempt."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def _shown(request: StaffRequest, one: StagedFile, verb: str) -> HttpResponse:
    if verb == "discard":
        actions.discard_file(actor=request.actor, at=timezone.now(), staged=one)
        messages.success(request, _("已放弃，文件已删除。"))
        return redirect("customers:upload", pk=one.party_id, kind=one.kind)
    _content, rows = _read(one)
    columns = ColumnsForm(_preview(one, rows, None), request.POST) if verb == "check" else None
    is_valid = columns is None or columns.is_valid()
    mapped = columns.mapped() if columns is not None and is_valid else None
    preview = _preview(one, rows, mapped, request.POST.get("otherwise", ""))
    if columns is None or is_valid:
        columns = ColumnsForm(preview)
    keep = _keep_form(one, preview, None, given=request.POST if verb == "check" else {})
    return _page(request, one, preview, columns, keep, status=200 if is_valid else 422)


def _kept(request: StaffRequest, one: StagedFile) -> Answer:
    """Keep it. Raises _Again where something has to be put right first."""
    content, rows = _read(one)
    columns = ColumnsForm(_preview(one, rows, None), request.POST)
    if not columns.is_valid():
        preview = _preview(one, rows, None)
        keep = _keep_form(one, preview, request.POST)
        raise _Again(_page(request, one, preview, columns, keep, status=422))
    preview = _preview(one, rows, columns.mapped(), request.POST.get("otherwise", ""))
    keep = _keep_form(one, preview, request.POST)
    if not keep.is_valid() or preview.error or preview.blocks:
        raise _Again(_page(request, one, preview, columns, keep, status=422))
    try:
        tone, message = _record(request, one, preview, keep, content)
    except actions.WrongMaterial as error:
        keep.add_error(error.field if error.field in keep.fields else None, str(error))
    except (actions.WrongFile, actions.NoAuthorisation) as error:
        keep.add_error(None, str(error))
    else:
        actions.discard_file(actor=request.actor, at=timezone.now(), staged=one)
        body = {
            "tone": tone,
            "message": message,
            "section": SECTIONS[MaterialKind(one.kind)],
            "party": one.party_id,
        }
        return Answer(200, body)
    raise _Again(_page(request, one, preview, columns, keep, status=422))


def _record(
    request: StaffRequest, one: StagedFile, preview: Preview, keep: Any, content: bytes
) -> tuple[str, str]:
    """The kind of message and its words."""
    if isinstance(preview, BankPreview):
        return _record_statement(request, one, preview, keep, content)
    if not isinstance(preview, TablePreview):
        message = f"a staged file of kind {one.kind}"
        raise TypeError(message)
    now = timezone.now()
    today = timezone.localdate(now)
    details = keep.material(min(today, preview.last_on or today))
    said: dict[str, Any] = {"actor": request.actor, "at": now, "party": one.party, "content": content}
    if one.kind == MaterialKind.TAX:
        actions.record_taxes(details=details, lines=preview.taxes, **said)
    else:
        actions.record_bills(details=details, lines=preview.bills, **said)
    return "success", _("已登记 %(count)d 行。") % {"count": preview.count}


def _record_statement(
    request: StaffRequest, one: StagedFile, preview: BankPreview, keep: StatementForm, content: bytes
) -> tuple[str, str]:
    said = keep.cleaned_data
    details = actions.StatementDetails(
        material=keep.material(said["period_until"]),
        bank=said["bank"],
        account=keep.account_told(),
        period_from=said["period_from"],
        period_until=said["period_until"],
    )
    made = actions.record_statement(
        actor=request.actor,
        at=timezone.now(),
        party=one.party,
        details=details,
        statement=preview.read(),
        content=content,
    )
    if made.is_repeat:
        return "info", _("这份流水已经登记过，没有变化。")
    text = _("已登记流水，共 %(count)d 笔。") % {"count": made.statement.transaction_count}
    if made.overlaps:
        spans = "、".join(f"{old.period_from}—{old.period_until}" for old in made.overlaps)
        text += _("与已有流水（%(spans)s）有重叠，重叠的日期以这份为准，不重复计算。") % {"spans": spans}
    return "success", text


def _preview(one: StagedFile, rows: Any, mapped: Any, otherwise: str = "") -> Preview:
    if one.kind == MaterialKind.BANK:
        return bank_preview(one.party, rows, mapped=mapped)
    kind = UtilityKind(otherwise) if otherwise in UtilityKind.values else None
    return table_preview(MaterialKind(one.kind), rows, mapped=mapped, otherwise=kind)


def _keep_form(one: StagedFile, preview: Preview, data: Any, *, given: Any = None) -> Any:
    kind = MaterialKind(one.kind)
    filled = {name: value for name, value in (given or {}).items() if value}
    if not isinstance(preview, BankPreview):
        return TableForm(data, kind=kind, initial=filled)
    said = preview.particulars
    guess: dict[str, Any] = {}
    if said is not None:
        today = timezone.localdate()
        last = min(said.last_on, today) if said.last_on else None
        guess = {"bank": said.bank, "period_from": said.first_on, "period_until": last}
    return StatementForm(data, kind=kind, told=said.account if said else "", initial={**guess, **filled})


def _page(
    request: StaffRequest, one: StagedFile, preview: Preview, columns: ColumnsForm, keep: Any, *, status: int
) -> HttpResponse:
    overlaps: Any = []
    if isinstance(preview, BankPreview) and preview.particulars is not None:
        said = preview.particulars
        overlaps = overlaps_of(one.party, said.account, first=said.first_on, last=said.last_on)
    context = {
        "party": one.party,
        "on": one.kind,
        "one": one,
        "preview": preview,
        "columns": columns,
        "keep": keep,
        "overlaps": overlaps,
        "is_bank": one.kind == MaterialKind.BANK,
    }
    return render(request, "customers/staged.html", context, status=status)


def _read(one: StagedFile) -> tuple[bytes, Any]:
    try:
        content = content_of_staged(one)
    except VaultError as error:
        raise Http404(str(error)) from error
    return content, rows_of_staged(one, content)


def _staged(request: StaffRequest, pk: int) -> StagedFile:
    found = staged_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _customer(request: StaffRequest, pk: int) -> Party:
    found = queries.customer_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _kind(text: str) -> MaterialKind:
    if text not in {kind.value for kind in SECTIONS}:
        raise Http404
    return MaterialKind(text)
