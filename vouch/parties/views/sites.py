"""Forms about buildings: sites, names of one building, stewards, limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vouch.parties import permissions
from vouch.parties.actions import sites as actions
from vouch.parties.actions.addresses import WrongPlace
from vouch.parties.forms.sites import DescribeForm, JoinForm, LimitForm, SiteForm, StewardForm, WhyForm
from vouch.parties.models import Building
from vouch.parties.queries.sites import building_of, limit_of, stewards_of
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face


def _building(request: StaffRequest, pk: int) -> Building:
    found = building_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _answered(
    request: StaffRequest,
    form: forms.Form,
    done: Callable[[], Any],
    *,
    said: tuple[str, str],
    building: Building | None = None,
) -> HttpResponse:
    """Do it and go to the building; or show the form. ``said`` are its title and what is told afterwards."""
    if request.method == "POST" and form.is_valid():
        try:
            leads_to = done()
        except WrongPlace as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said[1])
            return redirect(leads_to or building or "desk:buildings")
    context = {"form": form, "title": said[0], "building": building}
    return render(
        request, "parties/building_form.html", context, status=422 if request.method == "POST" else 200
    )


@face(may=permissions.may_arrange_buildings)
@require_http_methods(["GET", "POST"])
def new_site(request: StaffRequest) -> HttpResponse:
    """Open a park, an estate or a market."""
    form = SiteForm(request.POST or None)

    def done() -> None:
        actions.open_site(actor=request.actor, at=timezone.now(), **form.cleaned_data)

    said = _("新建园区、楼盘或市场"), _("已新建，可在楼栋页的“园区与套数”里选择。")
    return _answered(request, form, done, said=said)


@face(may=permissions.may_arrange_buildings, shows=("building",))
@require_http_methods(["GET", "POST"])
def describe(request: StaffRequest, pk: int) -> HttpResponse:
    """Say to which site the building belongs, and how many units it has."""
    building = _building(request, pk)
    form = DescribeForm(building, request.POST or None)

    def done() -> None:
        actions.describe_building(
            actor=request.actor, at=timezone.now(), building=building, **form.cleaned_data
        )

    return _answered(request, form, done, said=(_("园区与套数"), _("楼栋信息已保存。")), building=building)


@face(may=permissions.may_arrange_buildings, shows=("building",))
@require_http_methods(["GET", "POST"])
def join(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that the building is another one by a second name (合并楼栋)."""
    building = _building(request, pk)
    form = JoinForm(request.actor, request.POST or None, initial={"into": request.GET.get("into", "")[:20]})

    def done() -> Building:
        into: Building = form.cleaned_data["into"]
        actions.join_buildings(
            actor=request.actor, at=timezone.now(), building=building, canonical=into,
            reason=form.cleaned_data["reason"],
        )  # fmt: skip
        return into

    return _answered(
        request, form, done, said=(_("合并楼栋"), _("楼栋已合并，可随时拆分。")), building=building
    )


@face(may=permissions.may_arrange_buildings, shows=("building",))
@require_http_methods(["GET", "POST"])
def part(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that it is a building of its own after all (拆分楼栋)."""
    building, form = _building(request, pk), WhyForm(request.POST or None)

    def done() -> None:
        actions.part_buildings(
            actor=request.actor, at=timezone.now(), building=building, reason=form.cleaned_data["reason"]
        )

    return _answered(
        request, form, done, said=(_("拆分楼栋"), _("楼栋已拆分，各自恢复原状。")), building=building
    )


@face(may=permissions.may_appoint_stewards, shows=("building",))
@require_http_methods(["GET", "POST"])
def steward(request: StaffRequest, pk: int) -> HttpResponse:
    """Say who looks after the building (楼栋负责人)."""
    building = _building(request, pk)
    form = StewardForm(request.POST or None, initial={"user": stewards_of([pk]).get(pk)})

    def done() -> None:
        actions.appoint_stewards(
            actor=request.actor, at=timezone.now(), buildings=[building], user=form.cleaned_data["user"]
        )

    return _answered(request, form, done, said=(_("指定负责人"), _("楼栋负责人已保存。")), building=building)


@face(may=permissions.may_limit_buildings, shows=("building",))
@require_http_methods(["GET", "POST"])
def limit(request: StaffRequest, pk: int) -> HttpResponse:
    """Say how much may stand in the building (楼栋限额)."""
    building = _building(request, pk)
    present = limit_of(building)
    initial = {"max_balance": present.max_balance, "max_customers": present.max_customers} if present else {}
    form = LimitForm(request.POST or None, initial=initial)

    def done() -> None:
        actions.limit_building(
            actor=request.actor, at=timezone.now(), building=building, details=form.details()
        )

    return _answered(request, form, done, said=(_("楼栋限额"), _("楼栋限额已保存。")), building=building)
