"""Material values side by side: what the sources claim, what was decided, and what somebody verified by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.figures import ChoiceForm, FigureForm
from vouch.customers.queries import Material, Party
from vouch.customers.queries.figures import figure_of, values_of
from vouch.customers.terms import SPREAD_TOLERANCE, MaterialKind
from vouch.customers.views.files import content_of
from vouch.customers.views.sources import corrected
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face

SECTION = "figures"


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def figures(request: StaffRequest, pk: int) -> HttpResponse:
    """Every value that a source tells of: open conflicts first."""
    return _page(request, _party(request, pk))


@face(may=permissions.may_open_decisions, shows=("party",))
@require_POST
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide which claim counts, with the reason."""
    party = _party(request, pk)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, party, form, status=422)
    try:
        actions.choose_figure(actor=request.actor, at=timezone.now(), party=party, details=form.details())
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("采用决定已登记，指标和评估从现在起按所选数值计算。"))
    return redirect("customers:figures", pk=pk)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_figure(request: StaffRequest, pk: int) -> HttpResponse:
    """Enter a value that was verified on a visit or at its source."""
    party = _party(request, pk)
    if not permissions.may_record_material(request.actor, party):
        raise PermissionDenied(_("您不能为该客户登记资料。"))
    replaces = corrected(request, party, asked=request.GET.get("replaces", ""), kind=MaterialKind.FIGURE)
    form = FigureForm(request.POST or None, request.FILES or None, initial=_initial(request, replaces))
    if request.method == "POST" and form.is_valid():

        def record() -> Answer:
            made = actions.record_figure(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                details=form.details(replaces=replaces),
                content=content_of(form.cleaned_data["file"]),
            )
            return Answer(302, {"id": made.pk})

        try:
            submit_once(request, record)
        except (actions.WrongMaterial, actions.WrongFile, actions.NoAuthorisation) as error:
            field = getattr(error, "field", "file" if isinstance(error, actions.WrongFile) else "")
            form.add_error({"as_of": "day"}.get(field, field) or None, str(error))
        else:
            messages.success(request, _("核实数据已登记。"))
            return redirect("customers:figures", pk=pk)
    context = {"party": party, "on": SECTION, "form": form, "replaces": replaces}
    status = 422 if form.errors else 200
    return render(request, "customers/figures/new.html", context, status=status)


def _party(request: StaffRequest, pk: int) -> Party:
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    return party


def _initial(request: StaffRequest, replaces: Material | None) -> dict[str, Any]:
    """What the former one told of, so that a correction begins where it stood."""
    former = figure_of(request.actor, replaces.pk) if replaces else None
    if replaces is None or former is None:
        return {}
    return {"figure": former.figure, "day": former.day, "origin": replaces.origin, "note": replaces.note}


def _page(
    request: StaffRequest, party: Party, form: ChoiceForm | None = None, *, status: int = 200
) -> HttpResponse:
    found = values_of(party.pk, as_of=timezone.localdate())
    context = {
        "party": party,
        "on": SECTION,
        "conflicts": [one for one in found if one.spread.is_conflict],
        "others": [one for one in found if not one.spread.is_conflict],
        "open_count": sum(one.is_open for one in found),
        "tolerance": SPREAD_TOLERANCE / 1_000_000,
        "form": form,
        "wrong": f"{form.data.get('figure')}-{form.data.get('day')}" if form else "",
        "may_decide": permissions.may_decide_figures(request.actor, party),
        "may_record": permissions.may_record_material(request.actor, party),
    }
    return render(request, "customers/figures/figures.html", context, status=status)
