"""The queue of records that may be one customer's, two of them side by side, and what is decided (疑似重复)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vouch.parties import actions, permissions, queries
from vouch.parties.forms.duplicates import ApartForm, DuplicateFilter, LaterForm, MergeForm, UndoForm
from vouch.parties.views.page import visible_party
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond


def _said(row: Any) -> str:
    """The strongest that agrees, and whatever contradicts."""
    return "；".join(one["text"] for one in row.evidence)


DUPLICATES = Table(
    name="duplicates",
    title=_("疑似重复"),
    default_sort="-bits",
    empty=_("没有等待判断的疑似重复客户。"),
    hint=_("导入客户后和每天会自动查找。"),
    columns=(
        Column("one__name", _("客户"), sort="one__name", link=lambda row: row.get_absolute_url()),
        Column("one__number", _("编号"), Kind.CODE, on_phone=False),
        Column("other__name", _("疑似同一客户"), sort="other__name", link=lambda row: row.get_absolute_url()),
        Column("other__number", _("对方编号"), Kind.CODE, on_phone=False),
        Column("bits", _("证据强度"), Kind.NUMBER, sort="bits"),
        Column("evidence", _("证据"), value=_said, template="parties/evidence_cell.html", on_phone=False),
        Column("state", _("状态"), value=lambda row: row.get_state_display(), on_phone=False),
        Column("found_at", _("发现时间"), Kind.DATE, sort="found_at", on_phone=False),
        Column("decided_by", _("处理人"), on_phone=False),
        Column("reason", _("理由"), on_phone=False),
    ),
)

WAITING = replace(
    DUPLICATES,
    columns=tuple(one for one in DUPLICATES.columns if one.name not in {"state", "decided_by", "reason"}),
)
"""What nobody has decided has neither a decision nor a reason."""


@face(may=permissions.may_open_duplicates, shows=("duplicate", "party"))
@require_safe
def queue(request: StaffRequest) -> HttpResponseBase:
    """What waits, the strongest first; what was decided, by its state."""
    filters = DuplicateFilter(request.GET)
    wanted = filters.wanted()
    rows = queries.duplicates_where(request.actor, wanted, today=timezone.localdate())
    table = DUPLICATES if wanted.state else WAITING
    context = {"may_search": permissions.may_look_for_duplicates(request.actor)}
    return respond(request, table.listing(rows, request.GET, filters), "parties/duplicates.html", context)


@face(may=permissions.may_look_for_duplicates)
@require_POST
def search(request: StaffRequest) -> HttpResponse:
    """Look through the book now, without waiting for the night."""
    actions.order_search(actor=request.actor, at=timezone.now())
    messages.success(request, _now("已开始查找，完成后刷新本页即可看到结果。"))
    return redirect("parties:duplicates")


@face(may=permissions.may_open_duplicates, shows=("duplicate", "party"))
@require_safe
def pair(request: StaffRequest, pk: int) -> HttpResponse:
    """Two records side by side: what agrees, what differs, and what to do."""
    return _page(request, _found(request, pk))


@face(may=permissions.may_decide_duplicates, shows=("duplicate", "party"))
@require_POST
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    """They are one customer (合并)."""
    row = _found(request, pk)
    form = MergeForm(row.one_id, row.other_id, request.POST, auto_id="merge_%s")

    def done() -> str:
        stays = row.one if form.cleaned_data["keep"] == row.one_id else row.other
        goes = row.other if stays is row.one else row.one
        actions.merge_parties(
            actor=request.actor,
            at=timezone.now(),
            party=goes,
            canonical=stays,
            reason=form.cleaned_data["reason"],
        )
        said = _now("%(goes)s 已并入 %(stays)s。可在客户页撤销合并。")
        return str(said % {"goes": goes.number, "stays": stays.number})

    return _decided(request, row, {"merge": form}, done)


@face(may=permissions.may_decide_duplicates, shows=("duplicate", "party"))
@require_POST
def apart(request: StaffRequest, pk: int) -> HttpResponse:
    """They are two (不是同一客户)."""
    row, form = _found(request, pk), ApartForm(request.POST, auto_id="apart_%s")

    def done() -> str:
        actions.tell_apart(actor=request.actor, at=timezone.now(), duplicate=row, **form.cleaned_data)
        return _now("已记下不是同一客户，证据没有变化时不再提示。")

    return _decided(request, row, {"apart": form}, done)


@face(may=permissions.may_decide_duplicates, shows=("duplicate", "party"))
@require_POST
def later(request: StaffRequest, pk: int) -> HttpResponse:
    """Not today (稍后)."""
    row, form = _found(request, pk), LaterForm(request.POST, today=timezone.localdate(), auto_id="later_%s")

    def done() -> str:
        actions.put_off(actor=request.actor, at=timezone.now(), duplicate=row, **form.cleaned_data)
        return str(_now("已移到 %s 再看。") % form.cleaned_data["until"])

    return _decided(request, row, {"later": form}, done)


@face(may=permissions.may_decide_duplicates, shows=("duplicate", "party"))
@require_POST
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide once more."""
    row = _found(request, pk)
    try:
        actions.reopen(actor=request.actor, at=timezone.now(), duplicate=row)
    except actions.NotMergeable as error:
        messages.error(request, str(error))
    return redirect(row)


@face(may=permissions.may_decide_duplicates, shows=("party",))
@require_http_methods(["GET", "POST"])
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a merged record stand by itself again (撤销合并)."""
    party = visible_party(request, pk)
    made = queries.open_merge(party)
    if made is None or not permissions.may_merge(request.actor, made.party, made.canonical):
        raise Http404
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.undo_merge(
                actor=request.actor,
                at=timezone.now(),
                party=made.party,
                canonical=made.canonical,
                reason=form.cleaned_data["reason"],
            )
        except actions.NotMergeable as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("合并已撤销，两条记录各自恢复原状。"))
            return redirect(party)
    status = 422 if request.method == "POST" else 200
    context = {"party": party, "made": made, "form": form}
    return render(request, "parties/unmerge.html", context, status=status)


def _found(request: StaffRequest, pk: int) -> Any:
    found = queries.duplicate_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _decided(
    request: StaffRequest, row: Any, forms_by_name: dict[str, forms.Form], done: Callable[[], str]
) -> HttpResponse:
    """Do it and go to the next pair that waits; or show the page with what is wrong."""
    (form,) = forms_by_name.values()
    if form.is_valid():
        try:
            said = done()
        except actions.NotMergeable as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            following = queries.next_waiting(request.actor, today=timezone.localdate(), after=row)
            return redirect(following or reverse("parties:duplicates"))
    return _page(request, row, forms_by_name, status=422)


def _page(
    request: StaffRequest, row: Any, given: dict[str, forms.Form] | None = None, *, status: int = 200
) -> HttpResponse:
    compared = queries.side_by_side(row)
    merged = next((one for one in (row.one, row.other) if one.canonical_id is not None), None)
    context: dict[str, Any] = {
        "row": row,
        "compared": compared,
        "merged": merged,
        "is_waiting": row.state in {"open", "later"} and merged is None,
        "may_decide": permissions.may_merge(request.actor, row.one, row.other),
        "keep": queries.suggested(row),
        "merge": MergeForm(row.one_id, row.other_id, auto_id="merge_%s"),
        "apart": ApartForm(auto_id="apart_%s"),
        "later": LaterForm(today=timezone.localdate(), auto_id="later_%s"),
        **(given or {}),
    }
    return render(request, "parties/duplicate.html", context, status=status)
