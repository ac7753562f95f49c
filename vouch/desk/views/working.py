"""Working lists: filters under a name, and customers given to somebody many at once (我的清单, 批量分派)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from vouch.desk.forms import AssignManyForm, CustomerFilter, WorkingListForm, ticked_keys
from vouch.desk.queries.customers import picked
from vouch.desk.views.customers import filter_of
from vouch.parties import actions, permissions, queries
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.action import Refused
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.subjects import reading
from vouch.platform.web.tables import Table, respond

LISTS = Table(
    name="lists",
    title=_("我的清单"),
    default_sort="name",
    empty=_("还没有保存清单。"),
    hint=_("在客户列表里筛选后，点“保存筛选”。"),
    columns=(
        Column(
            "name", _("清单名称"), sort="name", link=lambda one: f"{reverse('desk:customers')}?{one.query}"
        ),
        Column("owner__name", _("所有人"), sort="owner__name"),
        Column("unit__name", _("共享给机构"), on_phone=False),
        Column("saved_at", _("保存时间"), Kind.MOMENT, sort="saved_at", on_phone=False),
        Column("pk", "", template="desk/list_actions.html"),
    ),
    exportable=False,
)
ASSIGNED = Table(
    name="assigned",
    title=_("批量分派"),
    default_sort="-made_at",
    empty=_("没有批量分派过。"),
    hint=_("在客户列表里勾选客户，点“分派管户”。"),
    columns=(
        Column(
            "made_at", _("分派时间"), Kind.MOMENT, sort="made_at",
            link=lambda one: reverse("desk:assigned", args=[one.pk]),
        ),
        Column("made_by__name", _("分派人")),
        Column("count", _("户数"), Kind.NUMBER, sort="count"),
        Column("undone_at", _("撤销时间"), Kind.MOMENT, sort="undone_at", on_phone=False),
        Column("undone_by", _("撤销人"), on_phone=False),
    ),
)  # fmt: skip


@face(may=permissions.may_keep_working_lists, shows=("working_list",))
@require_safe
def lists(request: StaffRequest) -> HttpResponseBase:
    """One's lists and those of one's unit."""
    rows = queries.working_lists_of(request.actor)
    context = {"user_id": request.actor.user_id, "form": WorkingListForm()}
    return respond(request, LISTS.listing(rows, request.GET), "desk/lists.html", context)


@face(may=permissions.may_keep_working_lists)
@require_POST
def save(request: StaffRequest) -> HttpResponse:
    """Keep the present filter under a name."""
    query = filter_of(QueryDict(request.POST.get("query", "")))
    form = WorkingListForm(request.POST)
    back = f"{reverse('desk:customers')}?{query}"
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    elif len(query) > MOST_QUERY:
        messages.error(request, _now("筛选条件太长，不能保存。"))
    else:
        actions.save_working_list(actor=request.actor, at=timezone.now(), query=query, **form.cleaned_data)
        messages.success(request, _now("已保存清单“%s”。") % form.cleaned_data["name"])
    return redirect(back)


MOST_QUERY = 500


@face(may=permissions.may_keep_working_lists, shows=("working_list",))
@require_POST
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Another name, or for others too."""
    found, form = _own(request, pk), WorkingListForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("desk:lists")
    try:
        actions.rename_working_list(
            actor=request.actor, at=timezone.now(), working_list=found, **form.cleaned_data
        )
    except actions.WrongList as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _now("清单已修改。"))
    return redirect("desk:lists")


@face(may=permissions.may_keep_working_lists, shows=("working_list",))
@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep it no longer."""
    found = _own(request, pk)
    actions.remove_working_list(actor=request.actor, at=timezone.now(), working_list=found)
    messages.success(request, _now("已删除清单“%s”。") % found.name)
    return redirect("desk:lists")


def _own(request: StaffRequest, pk: int) -> Any:
    found = get_object_or_404(queries.working_lists_of(request.actor), pk=pk)
    if not permissions.may_change_working_list(request.actor, found):
        raise Http404
    return found


@face(may=SIGNED_IN, shows=("party",))
@reading
@require_POST
def export_picked(request: StaffRequest) -> HttpResponse:
    """The ticked rows, or all of the filter, as the list exports them: masked as on the page."""
    query = QueryDict(request.POST.get("query", "") if request.POST.get("all") else "", mutable=True)
    if not request.POST.get("all"):
        picks = request.POST.getlist("pick")
        if not picks:
            messages.error(request, _now("没有选中客户。"))
            return redirect("desk:customers")
        query.setlist("pick", picks)
    query["export"] = "xlsx"
    return redirect(f"{reverse('desk:customers')}?{query.urlencode()}")


@face(may=permissions.may_hand_over_customers, shows=("party",))
@require_POST
def assign(request: StaffRequest) -> HttpResponse:
    """Who is chosen, to whom they shall go, what each loses and gains; and with ``done``, do it."""
    pks = _chosen(request)
    is_asked = "step" in request.POST
    form = AssignManyForm(request.actor, request.POST if is_asked else None)
    preview = None
    if not pks:
        messages.error(request, _now("没有选中客户。"))
        return redirect("desk:customers")
    if is_asked and form.is_valid():
        if request.POST["step"] == "do":
            done = _assigned(request, form, pks)
            if done is not None:
                return done
        preview = queries.preview_of(pks, form.given())
    context = {
        "form": form, "preview": preview, "count": len(pks), "pks": ",".join(map(str, pks)), "most": actions.MOST,
    }  # fmt: skip
    status = 422 if is_asked and form.errors else 200
    return render(request, "desk/assign_many.html", context, status=status)


def _chosen(request: StaffRequest) -> list[int]:
    """The rows that were ticked, or with ``all`` everybody whom the filter lets through."""
    if request.POST.get("pks"):
        given = request.POST["pks"].split(",")
    elif request.POST.get("all"):
        filters = CustomerFilter(QueryDict(request.POST.get("query", "")))
        return picked(request.actor, filters.wanted())[: actions.MOST + 1]
    else:
        given = request.POST.getlist("pick")
    return queries.chosen_parties(request.actor, ticked_keys(given))


def _assigned(request: StaffRequest, form: AssignManyForm, pks: list[int]) -> HttpResponse | None:
    try:
        made = actions.assign_customers(actor=request.actor, at=timezone.now(), pks=pks, given=form.given())
    except (actions.WrongList, Refused) as error:
        form.add_error(None, str(error))
        return None
    if made is None:
        messages.info(request, _now("选中的客户已经是这样管户的，没有变化。"))
        return redirect("desk:customers")
    messages.success(request, _now("已分派 %d 户。") % made.count)
    return redirect("desk:assigned", pk=made.pk)


@face(may=permissions.may_hand_over_customers, shows=("bulk_assignment",))
@require_safe
def bulk_assignments(request: StaffRequest) -> HttpResponseBase:
    """What was given many at once."""
    rows = queries.bulk_assignments_visible_to(request.actor)
    return respond(request, ASSIGNED.listing(rows, request.GET), "desk/bulk_assignments.html")


@face(may=permissions.may_hand_over_customers, shows=("bulk_assignment", "party"))
@require_safe
def assigned(request: StaffRequest, pk: int) -> HttpResponse:
    """One bulk assignment, and the way back."""
    made = get_object_or_404(queries.bulk_assignments_visible_to(request.actor), pk=pk)
    context = {"made": made, "parties": queries.named_lines(request.actor, made)}
    return render(request, "desk/assigned.html", context)


@face(may=permissions.may_hand_over_customers, shows=("bulk_assignment", "party"))
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Give them back to whom they were with."""
    made = get_object_or_404(queries.bulk_assignments_visible_to(request.actor), pk=pk)
    try:
        count = actions.undo_bulk_assignment(actor=request.actor, at=timezone.now(), made=made)
    except actions.WrongList as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _now("已撤销，%d 户恢复为分派前的管户。") % count)
    return redirect("desk:assigned", pk=pk)
