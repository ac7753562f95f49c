"""Taking a whole import back: what it would do, the order, and what stayed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.platform.exchange import actions, queries
from vouch.platform.exchange.forms import UndoForm
from vouch.platform.exchange.permissions import may_open_imports
from vouch.platform.exchange.undoing import plan_undo
from vouch.platform.exchange.views.shared import REFUSAL, kind_title, visible_import
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

SHOWN = 100
"""So many of the records that would stay are named before the undo; all of them after it."""

KEPT = Table(
    name="kept",
    title=gettext_lazy("撤销时保留的记录"),
    default_sort="pk",
    empty=gettext_lazy("没有保留任何记录：这次导入已全部撤销。"),
    columns=(
        Column("label", gettext_lazy("记录"), sort="label"),
        Column("reason", gettext_lazy("保留原因"), sort="reason"),
        Column("row_count", gettext_lazy("行数"), Kind.NUMBER, sort="row_count"),
    ),
)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Look at what an undo would do, say why, and order it."""
    batch = visible_import(request, pk)
    if not queries.can_undo(batch):
        return redirect(batch)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.order_undo(actor=request.actor, at=timezone.now(), batch=batch, reason=reason)
        except actions.NotNow as error:
            messages.error(request, str(error))
        return redirect(batch)
    context = {"batch": batch, "form": form, "title": kind_title(batch), "until": queries.undo_until(batch)}
    return render(request, "exchange/undo.html", context, status=422 if form.errors else 200)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def undo_plan(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of the page that looks at every row; with many rows it takes seconds."""
    batch = visible_import(request, pk)
    plan = plan_undo(batch)
    context = {
        "batch": batch,
        "plan": plan,
        "kept": plan.kept[:SHOWN],
        "more": max(len(plan.kept) - SHOWN, 0),
        "figures": {name: plan.total(name) for name in ("deleted", "restored", "put_back", "gone")},
    }
    return render(request, "exchange/undo_plan.html", context)


@face(may=may_open_imports, shows=("import",), refusal=REFUSAL)
@require_GET
def kept_records(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Everything that an undo left as it was, and why."""
    batch = visible_import(request, pk)
    listing = KEPT.listing(queries.kept_records(batch), request.GET)
    return respond(request, listing, "exchange/kept.html", {"batch": batch, "title": kind_title(batch)})
