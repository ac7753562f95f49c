"""监管指标: as they stand, the largest customers and groups, month by month."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vouch.platform.identity.request import StaffRequest
from vouch.platform.web import charts
from vouch.platform.web.charts import Axis, Chart, Series
from vouch.platform.web.faces import face
from vouch.policy import permissions
from vouch.policy.queries.position import Position, by_month, largest_customers, largest_groups


@face(may=permissions.may_read_ratios, shows=("tally",))
@require_GET
def ratios(request: StaffRequest) -> HttpResponse:
    """Where the institution stands now."""
    position = Position(timezone.now())
    context = {
        "tab": "ratios",
        "position": position,
        "places": largest_customers(position, request.actor),
        "chart": _course(position),
    }
    return render(request, "policy/ratios/ratios.html", context)


@face(may=permissions.may_read_ratios, shows=("tally",))
@require_GET
def groups(request: StaffRequest) -> HttpResponse:
    """The largest groups; a part of the page that loads by itself, for it walks over the whole graph."""
    position = Position(timezone.now())
    context = {"position": position, "places": largest_groups(position, request.actor)}
    return render(request, "policy/ratios/groups.html", context)


def _course(position: Position) -> Chart:
    told = by_month(position)
    return charts.over_time(
        [f"{day:%Y-%m}" for day, _weighed, _multiple in told],
        [
            Series(
                _("责任余额"), [float(weighed) for _day, weighed, _m in told], charts.BLUE, unit=_("万元")
            ),
            Series(
                _("放大倍数"),
                [None if multiple is None else float(multiple) for _day, _w, multiple in told],
                charts.AMBER,
                kind="line",
                unit=_("倍"),
                on_second_axis=True,
            ),
        ],
        left=Axis(_("万元"), "wan"),
        right=Axis(_("倍")),
    )
