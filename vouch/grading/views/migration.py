"""Pages of 迁徙矩阵: who moved between two days, who they are, and what each class cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.grading.forms.migration import MigrationForm
from vouch.grading.queries import migration as queries
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond


def _standing(name: str) -> Any:
    return lambda party: getattr(getattr(party, "standing", None), name, None)


MOVED = Table(
    name="moved",
    title=_("迁徙的客户"),
    default_sort="name",
    is_wide=True,
    columns=(
        Column("name", _("客户"), sort="name", link=lambda party: party.get_absolute_url()),
        Column("number", _("编号"), Kind.CODE, sort="number", on_phone=False),
        Column("risk_class", _("现分类"), Kind.CLASS, value=_standing("risk_class")),
        Column("grade", _("现等级"), Kind.GRADE, value=_standing("grade")),
        Column("score", _("评分"), Kind.NUMBER, value=_standing("score")),
        Column("assessed_at", _("评估时间"), Kind.DATE, value=_standing("assessed_at"), on_phone=False),
    ),
)


MOVED_THEN = replace(MOVED, columns=MOVED.columns[:2])
"""For an inspection of a period, whose present is not shown."""


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def migration(request: StaffRequest) -> HttpResponse:
    """The matrix between two days, and the realised claim rate of each class (迁徙矩阵)."""
    form = MigrationForm(request.GET or None)
    axis, start, end = (form if form.is_bound else MigrationForm({})).asked(within=request.actor.period)
    found = queries.migration(request.actor, axis=axis, start=start, end=end)
    rows = [
        (before, total, [(cell, _address(found, cell)) for cell in cells])
        for before, total, cells in found.rows
    ]
    context = {
        "form": form if form.errors else MigrationForm(initial={"axis": axis, "start": start, "end": end}),
        "found": found,
        "rows": rows,
        "rates": queries.claim_rates(request.actor, start=start, end=end),
    }
    return render(request, "grading/classing/migration.html", context, status=422 if form.errors else 200)


def _address(found: queries.Migration, cell: queries.Cell) -> str:
    said = {
        "axis": found.axis.value,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "before": cell.before,
        "after": cell.after,
    }
    return f"{reverse('grading:moved')}?{urlencode(said)}" if cell.count else ""


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def moved(request: StaffRequest) -> HttpResponseBase:
    """The customers of one cell."""
    axis, start, end = MigrationForm(request.GET).asked(within=request.actor.period)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    found = queries.migration(request.actor, axis=axis, start=start, end=end)
    rows = queries.customers_in(found, request.actor, before=before, after=after)
    context = {"before": before, "after": after, "found": found}
    table = MOVED if request.actor.period is None else MOVED_THEN
    return respond(request, table.listing(rows, request.GET), "grading/classing/moved.html", context)
