"""Information debt over the customers, the largest first (信息欠账)."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from vouch.grading import queries
from vouch.grading.forms import DebtFilter
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond

DEBTS = Table(
    name="debts",
    title=_("信息欠账"),
    default_sort="-limit_span",
    tie_break="pk",
    empty=_("没有欠账的客户。"),
    hint=_("每天按现行政策重新计算；没有评估过的客户不在其中。"),
    columns=(
        Column(
            "party__name",
            _("客户"),
            sort="party__name",
            link=lambda one: reverse("desk:customer", args=[one.party_id]),
        ),
        Column("first_fact", _("先补")),
        Column("limit_span", _("可能影响的额度"), Kind.WAN, sort="limit_span"),
        Column("score_span", _("可能影响的评分"), Kind.NUMBER, sort="score_span"),
        Column("missing", _("缺少"), Kind.NUMBER, sort="missing", on_phone=False),
        Column("stale", _("过时"), Kind.NUMBER, sort="stale", on_phone=False),
        Column("counted_on", _("计算日"), Kind.DATE, on_phone=False),
    ),
)


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def debts(request: StaffRequest) -> HttpResponseBase:
    """Whose papers would tell most."""
    filters = DebtFilter(request.GET)
    wanted = filters.wanted()
    rows = queries.debts_where(request.actor, text=wanted["q"], only=wanted["only"])
    return respond(request, DEBTS.listing(rows, request.GET, filters), "grading/debts.html", {})
