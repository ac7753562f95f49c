"""A customer's collateral: the whole, one piece with its values and papers, and the forms that add to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions
from vouch.customers.forms.collateral import (
    NewCollateralForm,
    PaperForm,
    PurposeForm,
    TermsForm,
    ValuationForm,
)
from vouch.customers.queries import Collateral
from vouch.customers.queries import collateral as queries
from vouch.customers.queries.collateral import Piece
from vouch.customers.terms import REGISTRATION_EFFECT, MaterialKind
from vouch.customers.views.files import content_of
from vouch.customers.views.sources import (
    FAULTS,
    customer_or_404,
    customer_to_record,
    draft_of,
    form_page,
    take_up,
    told,
)
from vouch.platform.identity.request import StaffRequest
from vouch.platform.vault.terms import VaultError
from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Chart, Series
from vouch.platform.web.faces import face
from vouch.platform.web.figures import day


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def collateral(request: StaffRequest, pk: int) -> HttpResponse:
    """Each piece with its net value, its registration, and what ends soon."""
    party = customer_or_404(request, pk)
    pieces = queries.pieces_of(party.pk, today=timezone.localdate())
    held = [one for one in pieces if not one.is_released]
    context = {
        "party": party,
        "on": "collateral",
        "pieces": pieces,
        "value": sum(one.valuation.value for one in held if one.valuation),
        "net": sum(one.net for one in held if one.net is not None),
        "weighted": sum(one.weighted for one in held if one.weighted is not None),
        "held": held,
        "may_record": permissions.may_record_material(request.actor, party),
    }
    return render(request, "customers/collateral.html", context)


@face(may=permissions.may_add_materials, shows=("party",), classes=("identity",))
@require_http_methods(["GET", "POST"])
def new_collateral(request: StaffRequest, pk: int) -> HttpResponse:
    """Note a piece of collateral, with its first value where one is known."""
    party = customer_to_record(request, pk)
    form = NewCollateralForm(
        request.POST or None, request.FILES or None, today=timezone.localdate(), initial={"owner": party.name}
    )
    title = _("登记抵质押物")
    draft = draft_of(request, "collateral", party=party, title=title)
    if draft.is_wanted:
        return draft.keep()
    take_up(form, draft)
    if request.method == "POST" and form.is_valid():
        try:
            made = _registered(request, party, form)
        except FAULTS as error:
            told(form, error)
        else:
            draft.done()
            messages.success(request, _("已登记抵质押物 %(number)s。") % {"number": made.number})
            return redirect(made)
    back = reverse("customers:collateral", args=[party.pk])
    return form_page(request, form, title=title, back=back, party=party, on="collateral", draft=draft)


def _registered(request: StaffRequest, party: Any, form: NewCollateralForm) -> Collateral:
    """Both or neither: a value that is refused leaves no piece without one behind."""
    now, valuation = timezone.now(), form.valuation()
    with transaction.atomic():
        made = actions.register_collateral(
            actor=request.actor,
            at=now,
            party=party,
            details=form.material(),
            terms=form.terms(),
            content=content_of(form.cleaned_data["file"]),
        )
        if valuation is not None:
            actions.value_collateral(
                actor=request.actor, at=now, collateral=made, details=form.material(), valuation=valuation
            )
    return made


@face(may=permissions.may_open_file, shows=("collateral",))
@require_GET
def collateral_item(request: StaffRequest, pk: int) -> HttpResponse:
    """One piece: what it is, its values over time, its papers and its history."""
    return _page(request, _found(request, pk))


@face(may=permissions.may_open_certificates, shows=("collateral",), classes=("identity",))
@require_POST
def reveal_certificate(request: StaffRequest, pk: int) -> HttpResponse:
    """The number of its certificate for one look."""
    one, form = _found(request, pk), PurposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择查看用途。"))
        return redirect(one)
    purpose = form.cleaned_data["purpose"]
    try:
        number = actions.reveal_certificate(
            actor=request.actor, at=timezone.now(), collateral=one, purpose=purpose
        )
    except (actions.NotNow, VaultError) as error:
        messages.error(request, str(error))
        return redirect(one)
    response = _page(request, one, number=number)
    response["Cache-Control"] = "no-store, private"
    return response


@face(may=permissions.may_add_materials, shows=("collateral",), classes=("identity",))
@require_http_methods(["GET", "POST"])
def change_collateral(request: StaffRequest, pk: int) -> HttpResponse:
    """Give it other terms: another registration, rank, insurance."""
    one = _to_record(request, pk)
    piece = queries.piece_of(one, today=timezone.localdate())
    if piece is None:
        raise Http404
    form = TermsForm(
        request.POST or None, request.FILES or None, today=timezone.localdate(), former=piece.terms
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_collateral(
                actor=request.actor,
                at=timezone.now(),
                collateral=one,
                details=form.material(replaces=piece.material),
                terms=form.terms(),
                content=content_of(form.cleaned_data["file"]),
            )
        except FAULTS as error:
            told(form, error)
        else:
            messages.success(request, _("已更新；以前的内容留在历史里。"))
            return redirect(one)
    return _form(request, one, form, title=_("更新抵质押物"))


@face(may=permissions.may_add_materials, shows=("collateral",))
@require_http_methods(["GET", "POST"])
def new_valuation(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what it was valued at."""
    one = _to_record(request, pk)
    form = ValuationForm(request.POST or None, request.FILES or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            actions.value_collateral(
                actor=request.actor,
                at=timezone.now(),
                collateral=one,
                details=form.material(),
                valuation=form.valuation(),
                content=content_of(form.cleaned_data["file"]),
            )
        except FAULTS as error:
            told(form, error)
        else:
            messages.success(request, _("已登记估值。"))
            return redirect(one)
    return _form(request, one, form, title=_("登记估值"))


@face(may=permissions.may_add_materials, shows=("collateral",))
@require_http_methods(["GET", "POST"])
def new_paper(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep a scan or a photo of it."""
    one = _to_record(request, pk)
    form = PaperForm(request.POST or None, request.FILES or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            actions.show_collateral(
                actor=request.actor,
                at=timezone.now(),
                collateral=one,
                category=form.cleaned_data["category"],
                details=form.material(kind=MaterialKind.DOCUMENT),
                content=content_of(form.cleaned_data["file"]) or b"",
            )
        except FAULTS as error:
            told(form, error)
        else:
            messages.success(request, _("影像已加密保存。"))
            return redirect(one)
    return _form(request, one, form, title=_("上传影像"))


def _form(request: StaffRequest, one: Collateral, form: forms.Form, *, title: str) -> HttpResponse:
    back = one.get_absolute_url()
    return form_page(request, form, title=title, back=back, party=one.party, on="collateral")


def _found(request: StaffRequest, pk: int) -> Collateral:
    found = queries.collateral_visible_to(request.actor).select_related("party").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _to_record(request: StaffRequest, pk: int) -> Collateral:
    one = _found(request, pk)
    if not permissions.may_change_collateral(request.actor, one):
        raise PermissionDenied(_("您不能为该客户登记资料。"))
    return one


def _page(request: StaffRequest, one: Collateral, *, number: str = "") -> HttpResponse:
    piece = queries.piece_of(one, today=timezone.localdate())
    context: dict[str, Any] = {
        "party": one.party,
        "on": "collateral",
        "one": one,
        "piece": piece,
        "papers": queries.papers_of(one),
        "versions": queries.versions_of(one),
        "may_record": permissions.may_change_collateral(request.actor, one),
    }
    if piece is not None:
        seen, unseen = queries.same_certificate(request.actor, piece.terms)
        may_reveal = permissions.may_reveal_certificate(request.actor, one)
        context |= {
            "certificate": number or queries.masked_certificate(piece.terms),
            "may_reveal": may_reveal and piece.terms.certificate is not None and not number,
            "purpose": PurposeForm(),
            "owner": queries.owner_of(request.actor, piece.terms),
            "effect": REGISTRATION_EFFECT[piece.terms.ware],
            "same": seen,
            "same_unseen": unseen,
            "values": _chart(piece),
        }
    return render(request, "customers/collateral_item.html", context)


def _chart(piece: Piece) -> Chart:
    """Values over time; one alone is no line."""
    rows = list(reversed(piece.valuations))
    if len(rows) < 2:
        return Chart({}, (_("估值日"),), ())
    series = Series(_("评估价值"), [float(one.value) for one in rows], charts.BLUE, kind="line", unit=_("元"))
    days = [day(one.material.as_of) for one in rows]
    return charts.over_time(days, [series], left=Axis(_("万元"), "wan"), label=_("估值日"))
