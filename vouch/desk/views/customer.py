"""One customer's page and its panels (客户详情)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vouch.business.permissions import may_open_register
from vouch.customers.queries import consent_panel, file_panel
from vouch.desk.queries import customer as queries
from vouch.desk.queries.customer import Assessment, Party, Standing
from vouch.desk.queries.customers import class_of, standing_of
from vouch.desk.terms import Panel
from vouch.desk.views.buildings import building_panel
from vouch.desk.views.limits import limits_panel
from vouch.desk.views.relations import guarantees_panel, relations_panel
from vouch.grading.actions import assess_party
from vouch.grading.permissions import (
    may_assess,
    may_open_assessment,
    may_open_limits,
    may_propose_class,
)
from vouch.grading.queries import class_panel, debt_lines, explanation_of
from vouch.parties.permissions import may_correct, may_decide_duplicates
from vouch.parties.queries import Graph, assignments_of, graph_of, sheet_of, size_of
from vouch.parties.terms import NATURAL_PERSONS, FirmSizeName
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.permissions import may_read_ledger
from vouch.platform.web import charts
from vouch.platform.web.charts import CLASS_COLOURS, Axis, Chart, Series, Slice
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.figures import day
from vouch.policy.queries import NoPolicyInForceError

SHARES_DRAWN = 8
PERSON_PANELS = (
    Panel.IDENTITY, Panel.RELATIONS, Panel.GUARANTEES, Panel.LIMITS, Panel.FILE, Panel.CONSENT, Panel.HISTORY,
)  # fmt: skip
"""What a person's page has; persons are not judged by themselves."""


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def customer(request: StaffRequest, pk: int, panel: str = Panel.JUDGEMENT) -> HttpResponse:
    """The head of the page and one panel; HTMX gets the panel with its tabs."""
    party = _found(request, pk)
    if party.canonical_id is not None and panel == Panel.JUDGEMENT:
        return _to_canonical(request, party)
    standing = _standing(party)
    is_person = party.kind in NATURAL_PERSONS
    offered = [one for one in Panel if not is_person or one in PERSON_PANELS]
    if not may_open_register(request.actor):
        offered.remove(Panel.GUARANTEES)
    if not may_open_limits(request.actor):
        offered.remove(Panel.LIMITS)
    if panel not in offered:
        panel = PERSON_PANELS[0]
    context: dict[str, Any] = {
        "party": party,
        "is_person": is_person,
        "standing": standing,
        "panel": panel,
        "panels": [(one, _address(party, one)) for one in offered],
        **PANELS[panel](request, party, standing),
    }
    is_part = request.htmx and not request.htmx.history_restore_request
    if panel == Panel.IDENTITY or not is_part:
        context["records"] = queries.records_of(party, request.actor)
    if is_part:
        return render(request, "desk/customer/panel.html", context)
    context |= {
        "may_merge": may_decide_duplicates(request.actor),
        "assignment": party.present[0] if party.present else None,
        "class_name": class_of(standing),
        "score": _score(standing),
        "may_assess": may_assess(request.actor, party.pk),
    }
    return render(request, "desk/customer/page.html", context)


@face(may=may_open_assessment, shows=("party",))
@require_POST
def reassess(request: StaffRequest, pk: int) -> HttpResponse:
    """Judge the customer again, on today's facts under today's policy (重新评估)."""
    party = _found(request, pk)
    before = _standing(party)
    now = timezone.now()
    try:
        found = assess_party(actor=request.actor, at=now, party_id=party.pk, as_of=timezone.localdate(now))
    except NoPolicyInForceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _said(found, before))
    return HttpResponseRedirect(_address(party, Panel.JUDGEMENT))


def _to_canonical(request: StaffRequest, party: Any) -> HttpResponse:
    """A merged record leads to the customer, and says so; its own panels stay open beside it."""
    messages.info(
        request,
        _("%(number)s %(name)s 已并入本客户。") % {"number": party.number, "name": party.name},
    )
    return HttpResponseRedirect(reverse("desk:customer", args=[party.canonical_id]))


def _found(request: StaffRequest, pk: int) -> Any:
    party = queries.customer(request.actor, pk)
    if party is None:
        raise Http404
    return party


def _standing(party: Party) -> Standing | None:
    return standing_of(party)


def _address(party: Party, panel: str) -> str:
    if panel == Panel.JUDGEMENT:
        return reverse("desk:customer", args=[party.pk])
    return reverse("desk:customer_panel", args=[party.pk, panel])


def _said(found: Assessment, before: Standing | None) -> str:
    outcome = f"{found.grade}，{found.risk_class}" if found.grade else found.get_outcome_display()
    if before is not None and before.assessment_id == found.pk:
        return _("已按今天的数据重新评估：结论没有变化（%s）。") % outcome
    return _("已按今天的数据重新评估：%s。") % outcome


def _score(standing: Standing | None) -> Chart | None:
    """The gauge: the card's range, coloured by the classes of the policy's grades."""
    if standing is None or standing.score is None:
        return None
    explanation = explanation_of(standing.assessment)
    class_of_grade = queries.class_of_grade(standing.assessment)
    low, high = explanation.score_low, explanation.score_high
    steps: list[tuple[int, str]] = []
    upper = high
    for band in explanation.grades:
        steps.append((upper, CLASS_COLOURS.get(class_of_grade[band.grade], charts.BLUE)))
        upper = band.floor if band.floor is not None else low
    return charts.gauge(standing.score, low=low, high=high, steps=sorted(steps), label=_("评分"))


def _judgement(_request: StaffRequest, party: Party, standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {}
    judgement = queries.judgement_of(standing.assessment)
    lines = judgement.explanation.points
    got = [line.points for line in lines]
    names = [line.title for line in lines]
    points = charts.compared(
        names,
        got=got,
        best=[line.best for line in lines],
        labels=[line.label for line in lines],
        unit=_("分"),
    )
    debt = debt_lines(standing.assessment, today=timezone.localdate())
    return {"judgement": judgement, "points": points, "debt": debt}


def _class(request: StaffRequest, party: Party, _standing: Standing | None) -> dict[str, Any]:
    may_propose = may_propose_class(request.actor, party.pk) and not request.actor.is_read_only
    panel = class_panel(party, at=timezone.now(), period=request.actor.period)
    return {"classing": panel, "may_propose": may_propose}


def _facts(_request: StaffRequest, party: Party, standing: Standing | None) -> dict[str, Any]:
    as_of = standing.as_of if standing else queries.last_day(party)
    judged = frozenset(standing.assessment.snapshot["facts"]) if standing else frozenset()
    return {"facts": queries.fact_lines(party, as_of=as_of, judged=judged), "facts_as_of": as_of}


def _invoices(_request: StaffRequest, party: Party, standing: Standing | None) -> dict[str, Any]:
    trade = queries.trade_of(party, as_of=standing.as_of if standing else queries.last_day(party))
    months = [month.month.strftime("%Y-%m") for month in trade.months]
    chart = charts.over_time(
        months,
        [
            Series(_("销项"), [float(month.sales) for month in trade.months], charts.BLUE, unit=_("元")),
            Series(_("进项"), [float(month.purchases) for month in trade.months], charts.TEAL, unit=_("元")),
            Series(
                _("开票客户数"),
                [month.buyer_count for month in trade.months],
                charts.AMBER,
                kind="line",
                unit=_("户"),
                on_second_axis=True,
            ),
        ],
        left=Axis(_("万元"), "wan"),
        right=Axis(_("户"), extra={"minInterval": 1}),
    )
    return {
        "trade": trade,
        "months": chart,
        "partners": [
            (_("主要客户"), trade.buyers, _partners(trade.buyers, _("客户"))),
            (_("主要供应商"), trade.suppliers, _partners(trade.suppliers, _("供应商"))),
        ],
    }


def _partners(found: Any, label: str) -> Chart:
    slices = [Slice(partner.counterparty, float(partner.amount)) for partner in found]
    return charts.bars(slices, unit=_("万元"), label=label, form="wan", lying=True)


def _identity(request: StaffRequest, party: Party, _standing: Standing | None) -> dict[str, Any]:
    enterprise = getattr(party, "enterprise", None)
    size = size_of(enterprise) if enterprise else None
    return {
        "enterprise": enterprise,
        "size": FirmSizeName(size.value).label if size else "",
        "assignments": list(assignments_of(party)),
        "sheet": sheet_of(party, request.actor),
        "may_correct": may_correct(request.actor, party),
        **_graph(party, graph_of(party, request.actor, today=timezone.localdate())),
    }


def _graph(party: Party, graph: Graph) -> dict[str, Any]:
    """Lines of the graph, and the shares as a picture: the largest by name, the others and what is missing together."""
    live = [one for one in graph.shareholders if not one.is_ended and one.row.rate is not None]
    slices = [Slice(one.name, _percent(one.row.rate)) for one in live[:SHARES_DRAWN]]
    others = sum((one.row.rate for one in live[SHARES_DRAWN:]), Decimal(0))
    if others:
        slices.append(Slice(_("其他股东"), _percent(others)))
    if graph.unaccounted:
        slices.append(Slice(_("未查明"), _percent(graph.unaccounted), colour=charts.GREY))
    shares = charts.donut(slices, unit="%", label=_("股东")) if live else None
    return {"graph": graph, "shares": shares}


def _percent(rate: Decimal) -> float:
    return round(float(rate * 100), 4)


def _history(request: StaffRequest, party: Party, _standing: Standing | None) -> dict[str, Any]:
    assessments = list(queries.assessments_of(party)[:50])
    graded = [one for one in reversed(assessments) if one.score is not None]
    chart = charts.over_time(
        [day(one.at) for one in graded],
        [Series(_("评分"), [one.score for one in graded], charts.BLUE, kind="line", unit=_("分"))],
        left=Axis(_("分"), extra=_around([one.score for one in graded if one.score is not None])),
        label=_("评估时间"),
    )
    found = {"assessments": assessments, "scores": chart, "entries": queries.entries_of(party)}
    return {**found, "reads": queries.reads_of(party)} if may_read_ledger(request.actor) else found


def _around(scores: list[int]) -> dict[str, int]:
    """The ends of the axis: whole fifties a little beyond the scores, so that a steady line lies in the middle."""
    if not scores:
        return {}
    return {"min": max(0, min(scores) // 50 * 50 - 50), "max": max(scores) // 50 * 50 + 100, "interval": 50}


def _file(request: StaffRequest, party: Party, _standing: Standing | None) -> dict[str, Any]:
    found: dict[str, Any] = file_panel(
        request.actor, party, at=timezone.now(), only=request.GET.get("only", "")
    )
    return found


PANELS: dict[str, Callable[[StaffRequest, Party, Standing | None], dict[str, Any]]] = {
    Panel.JUDGEMENT: _judgement,
    Panel.CLASS: _class,
    Panel.FACTS: _facts,
    Panel.INVOICES: _invoices,
    Panel.IDENTITY: _identity,
    # Told by the rooms themselves, for the one who looks.
    Panel.FILE: _file,
    Panel.BUILDING: lambda request, party, _standing: building_panel(request, party),
    Panel.RELATIONS: lambda request, party, _standing: relations_panel(request, party),
    Panel.GUARANTEES: lambda request, party, _standing: guarantees_panel(request.actor, party),
    Panel.LIMITS: lambda request, party, _standing: limits_panel(request.actor, party),
    Panel.CONSENT: lambda request, party, _standing: consent_panel(request.actor, party, at=timezone.now()),
    Panel.HISTORY: _history,
}
