"""The tree of units (机构)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.platform.identity import permissions, queries
from vouch.platform.identity.actions import (
    Wish,
    WrongRights,
    WrongUnit,
    close_unit,
    open_unit,
    rename_unit,
    request_change,
)
from vouch.platform.identity.forms import MoveForm, UnitForm, UnitNameForm, units_of_codes
from vouch.platform.identity.models import Unit
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import ChangeKind
from vouch.platform.ledger.subjects import former_values
from vouch.platform.web.faces import SIGNED_IN, face

NO_ADMIN = gettext_lazy("只有系统管理员可以调整机构。")


@face(may=SIGNED_IN, shows=("unit",))
@require_GET
def unit_tree(request: StaffRequest) -> HttpResponse:
    """Every unit below its parent, with its people."""
    context = {
        "tab": "units",
        "branches": queries.unit_tree(),
        "may_manage": permissions.may_manage_staff(request.actor),
        "may_request": permissions.may_request_rights(request.actor),
    }
    return render(request, "identity/units.html", context)


@face(may=permissions.may_manage_staff, refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def new_unit(request: StaffRequest) -> HttpResponse:
    """Open a unit."""
    form = UnitForm(request.POST or None, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        try:
            unit = open_unit(actor=request.actor, at=timezone.now(), **form.cleaned_data)
        except WrongUnit as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已新设机构“%(name)s”。") % {"name": unit.name})
            return redirect("identity:units")
    return _form_page(request, form, title=_("新设机构"), button=_("新设"))


@face(may=permissions.may_manage_staff, shows=("unit",), refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def rename(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a unit another name."""
    unit = get_object_or_404(Unit, pk=pk, closed_at=None)
    form = UnitNameForm(request.POST or None, initial={"name": unit.name})
    former = former_values(request, kind="unit", pk=pk)
    if former is not None and request.method == "GET":
        former.fill(form)
    if request.method == "POST" and form.is_valid():
        rename_unit(actor=request.actor, at=timezone.now(), unit=unit, name=form.cleaned_data["name"])
        messages.success(request, _("机构已更名。"))
        return redirect("identity:units")
    return _form_page(request, form, title=_("机构更名"), button=_("保存"), unit=unit)


@face(may=permissions.may_request_rights, shows=("unit",), refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask that a unit hang below another: it changes who sees what, so a second person decides."""
    unit = get_object_or_404(Unit, pk=pk, closed_at=None)
    form = MoveForm(unit, request.POST or None)
    former = former_values(request, kind="unit", pk=pk, read=units_of_codes)
    if former is not None and request.method == "GET":
        former.fill(form)
    if request.method == "POST" and form.is_valid():
        wish = Wish(
            kind=ChangeKind.MOVE_UNIT,
            reason=form.cleaned_data["reason"],
            unit=unit,
            parent=form.cleaned_data["parent"],
        )
        try:
            change = request_change(actor=request.actor, at=timezone.now(), wish=wish)
        except (WrongRights, WrongUnit) as error:
            form.add_error("parent", str(error))
        else:
            messages.success(request, _("申请已提交，等待另一人审批。"))
            return redirect(change)
    notice = _("移动会改变“本机构及下级”的数据范围，因此须另一人审批后生效。")
    return _form_page(
        request, form, title=_("申请调整上级机构"), button=_("提交申请"), unit=unit, notice=notice
    )


@face(may=permissions.may_manage_staff, shows=("unit",), refusal=NO_ADMIN)
@require_http_methods(["GET", "POST"])
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a unit that nobody and nothing belongs to any more."""
    unit = get_object_or_404(Unit, pk=pk, closed_at=None)
    if request.method == "POST":
        try:
            close_unit(actor=request.actor, at=timezone.now(), unit=unit)
        except WrongUnit as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("机构“%(name)s”已撤销。") % {"name": unit.name})
        return redirect("identity:units")
    notice = _("撤销后不能再分配员工和客户；名下还有下级机构、在用账户或客户时不能撤销。")
    return _form_page(request, None, title=_("撤销机构"), button=_("撤销"), unit=unit, notice=notice)


def _form_page(
    request: StaffRequest,
    form: object,
    *,
    title: str,
    button: str,
    unit: Unit | None = None,
    notice: str = "",
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "unit": unit, "notice": notice}
    return render(request, "identity/form.html", context, status=422 if request.method == "POST" else 200)
