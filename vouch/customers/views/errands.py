"""Errands: listed, ordered one by one, handed on, closed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.gaps import CloseForm, ErrandFilter, ErrandForm, MoveForm
from vouch.customers.queries import Errand
from vouch.customers.queries.errands import errand_of, errands_where
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

ONLY = ("mine", "open", "late", "closed", "all")
ERRANDS = Table(
    name="errands",
    title=_("补资料任务"),
    default_sort="due_on",
    empty=_("没有符合条件的任务。"),
    hint=_("在客户档案的“缺漏”里布置。"),
    columns=(
        Column("title", _("所补资料"), sort="title", link=lambda one: one.get_absolute_url()),
        Column("party__name", _("客户"), sort="party__name"),
        Column("assignee__name", _("补充人"), sort="assignee__name"),
        Column("due_on", _("期限"), Kind.DATE, sort="due_on", template="customers/errand_due_cell.html"),
        Column("state", _("状态"), sort="state", value=lambda one: one.get_state_display(), on_phone=False),
        Column("ordered_by__name", _("布置人"), on_phone=False),
        Column("ordered_at", _("布置时间"), Kind.MOMENT, sort="ordered_at", on_phone=False),
    ),
)


@face(may=permissions.may_see_errands, shows=("errand", "party"))
@require_GET
def errands(request: StaffRequest, only: str) -> HttpResponseBase:
    """Errands about the customers that the actor sees; one's own first."""
    if only not in ONLY:
        raise Http404
    filters = ErrandFilter(request.actor, request.GET)
    rows = errands_where(request.actor, filters.wanted(only), today=timezone.localdate())
    return respond(
        request, ERRANDS.listing(rows, request.GET, filters), "customers/errands.html", {"tab": only}
    )


@face(may=permissions.may_open_file, shows=("errand", "party"))
@require_GET
def errand(request: StaffRequest, pk: int) -> HttpResponse:
    """One errand, what became of it, and its forms."""
    return _page(request, _found(request, pk), CloseForm(), None)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def order(request: StaffRequest, pk: int) -> HttpResponse:
    """Send somebody for one thing."""
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    if not permissions.may_order_errand(request.actor, party):
        raise PermissionDenied(_now("您不能为该客户布置补资料任务。"))
    form = ErrandForm(
        party, request.POST or None, item=request.GET.get("item", ""), today=timezone.localdate()
    )
    if request.method == "POST" and form.is_valid():

        def ordered() -> Answer:
            made = actions.order_errand(
                actor=request.actor, at=timezone.now(), party=party, details=form.details()
            )
            return Answer(302, {"id": made.pk})

        try:
            submit_once(request, ordered)
        except actions.WrongMaterial as error:
            form.add_error(error.field, str(error))
        except actions.NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("补资料任务已布置。"))
            return redirect("customers:gaps", pk=party.pk)
    status = 422 if request.method == "POST" else 200
    context = {"party": party, "on": "gaps", "form": form}
    return render(request, "customers/errand_form.html", context, status=status)


@face(may=permissions.may_add_materials, shows=("errand", "party"))
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close an errand by hand."""
    one = _found(request, pk)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form, None, status=422)
    try:
        actions.close_errand(actor=request.actor, at=timezone.now(), errand=one, **form.cleaned_data)
    except (actions.NotNow, actions.WrongMaterial) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _now("任务已了结。"))
    return redirect(one)


@face(may=permissions.may_add_materials, shows=("errand", "party"))
@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand an errand on, or give it another day."""
    one = _found(request, pk)
    form = MoveForm(request.POST)
    if form.is_valid():
        try:
            actions.move_errand(actor=request.actor, at=timezone.now(), errand=one, **form.cleaned_data)
        except actions.WrongMaterial as error:
            form.add_error(error.field, str(error))
        except actions.NotNow as error:
            messages.error(request, str(error))
            return redirect(one)
        else:
            messages.success(request, _now("任务已调整。"))
            return redirect(one)
    return _page(request, one, CloseForm(), form, status=422)


def _found(request: StaffRequest, pk: int) -> Errand:
    found = errand_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _page(
    request: StaffRequest, one: Errand, closing: CloseForm, moving: MoveForm | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "party": one.party,
        "on": "gaps",
        "one": one,
        "today": timezone.localdate(),
        "closing": closing,
        "moving": moving or MoveForm(initial={"assignee": one.assignee_id, "due_on": one.due_on}),
        "entries": history_of("errand", one.pk),
        "may_close": one.is_open and permissions.may_close_errand(request.actor, one),
    }
    return render(request, "customers/errand.html", context, status=status)
