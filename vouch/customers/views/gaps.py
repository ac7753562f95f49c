"""What files lack: of one customer, and across the customers in somebody's hands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.gaps import LackingFilter
from vouch.customers.queries import Party, authorised_purposes
from vouch.customers.queries.errands import errands_of, fetchers_of
from vouch.customers.queries.gaps import Standing, standings_of
from vouch.customers.queries.lacking import lacking_files
from vouch.customers.queries.needs import lacking_facts
from vouch.customers.queries.requirements import requirements
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

WHOSE = ("all", "mine")
LACKING = Table(
    name="lacking",
    title=_("谁缺什么"),
    default_sort="percent",
    empty=_("没有符合条件的客户。"),
    hint=_("这里列出有管户经理的客户。"),
    columns=(
        Column("name", _("客户"), sort="name", link=lambda one: reverse("customers:gaps", args=[one.pk])),
        Column("unit", _("管户机构"), value=lambda one: one.duty.unit.name, on_phone=False),
        Column("manager", _("管户经理"), value=lambda one: one.duty.manager.name),
        Column("percent", _("完整度"), Kind.NUMBER, sort="percent", unit="%"),
        Column("missing_count", _("缺少"), Kind.NUMBER, sort="missing_count", unit="项"),
        Column("stale_count", _("过时"), Kind.NUMBER, sort="stale_count", unit="项"),
        Column("oldest_days", _("最旧"), Kind.NUMBER, sort="oldest_days", unit="天", on_phone=False),
        Column("open_count", _("待补任务"), Kind.NUMBER, sort="open_count", on_phone=False),
        Column(
            "late", _("逾期"), Kind.NUMBER, sort="late", template="customers/late_cell.html", on_phone=False
        ),
        Column("lacks", _("缺少与过时的资料"), template="customers/lacks_cell.html", on_phone=False),
    ),
)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def gaps(request: StaffRequest, pk: int) -> HttpResponse:
    """What one customer's file lacks for a product, who gets it until when, and which facts have no value."""
    party = _party(request, pk)
    now = timezone.now()
    wanted = requirements()
    product = request.GET.get("product", "")
    product = product if product in wanted.products else wanted.default_product
    today = timezone.localdate(now)
    found = standings_of([party.pk], as_of=today, at=now, product=product).get(party.pk, [])
    errands = errands_of(party.pk)
    waiting = {one.item: one for one in errands if one.is_open and one.item}
    people = fetchers_of(party)
    met = sum(one.is_met for one in found)
    context = {
        "party": party,
        "on": "gaps",
        "today": today,
        "products": wanted.products.items(),
        "product": product,
        "rows": [_row(request, party, one, waiting, people, now) for one in found],
        "total": len(found),
        "met": met,
        "percent": met * 100 // len(found) if found else 0,
        "facts": lacking_facts(party, at=now),
        "errands": errands,
        "unordered": sum(not one.is_met and one.requirement.name not in waiting for one in found),
        "may_add": permissions.may_record_material(request.actor, party),
    }
    return render(request, "customers/gaps.html", context)


@face(may=permissions.may_add_materials, shows=("party",))
@require_POST
def order_all(request: StaffRequest, pk: int) -> HttpResponse:
    """Send for everything that the file lacks, in one click."""
    party = _party(request, pk)
    if not permissions.may_order_errand(request.actor, party):
        raise PermissionDenied(_now("您不能为该客户布置补资料任务。"))
    product = request.POST.get("product", "")
    try:
        made = actions.order_errands(actor=request.actor, at=timezone.now(), party=party, product=product)
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        if made:
            messages.success(request, _now("已布置 %d 项补资料任务。") % len(made))
        else:
            messages.info(request, _now("没有需要布置的缺漏。"))
    return redirect("customers:gaps", pk=pk)


@face(may=permissions.may_see_errands)
@require_GET
def lacking_home(request: StaffRequest) -> HttpResponse:
    """Those who lead begin with everybody's files, the others with those in their own hands."""
    whose = "all" if permissions.may_remind(request.actor) else "mine"
    return redirect("customers:lacking", whose=whose)


@face(may=permissions.may_see_errands, shows=("party",))
@require_GET
def lacking(request: StaffRequest, whose: str) -> HttpResponseBase:
    """Whose files lack what."""
    if whose not in WHOSE:
        raise Http404
    filters = LackingFilter(request.actor, request.GET)
    rows = lacking_files(request.actor, filters.wanted(), at=timezone.now(), is_own=whose == "mine")
    context = {
        "tab": whose,
        "may_remind": permissions.may_remind(request.actor) and whose == "all",
        "query": request.GET.urlencode(),
    }
    return respond(request, LACKING.listing(rows, request.GET, filters), "customers/lacking.html", context)


@face(may=permissions.may_remind, shows=("party",))
@require_POST
def remind(request: StaffRequest) -> HttpResponse:
    """Tell the managers of the customers that the list shows under its filter."""
    filters = LackingFilter(request.actor, request.GET)
    now = timezone.now()
    rows = lacking_files(request.actor, filters.wanted(), at=now)
    told = actions.remind_managers(
        actor=request.actor, at=now, party_ids=[row.pk for row in rows if row.summary.met < row.summary.total]
    )
    if told:
        messages.success(request, _now("已提醒 %d 位管户经理。") % told)
    else:
        messages.info(request, _now("没有需要提醒的人，或今天已经提醒过。"))
    address = reverse("customers:lacking", args=["all"])
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}" if query else address)


def _row(
    request: StaffRequest,
    party: Party,
    one: Standing,
    waiting: dict[str, Any],
    people: dict[str, Any],
    now: Any,
) -> dict[str, Any]:
    """One line; of credit reports nothing dated is shown to those who may not list them now."""
    is_open_to = not one.requirement.is_credit or (
        permissions.may_use_credit_of(request.actor, party) and bool(authorised_purposes(party, at=now))
    )
    return {
        "standing": one,
        "is_dated": is_open_to and one.last_on is not None,
        "who": people[one.requirement.who],
        "errand": waiting.get(one.requirement.name),
    }


def _party(request: StaffRequest, pk: int) -> Party:
    found = queries.customer_of(request.actor, pk)
    if found is None:
        raise Http404
    return found
