"""Questions about guarantees."""

from __future__ import annotations

from vouch.business.models import Claim, Draw, Guarantee, GuaranteeVersion, Recovery, Repayment
from vouch.business.queries.events import claim_totals, claims_where, events_of, events_visible_to
from vouch.business.queries.finding import found_guarantees
from vouch.business.queries.pivot import Pivot, pivot
from vouch.business.queries.register import (
    Totals,
    Wanted,
    due_months,
    guarantee_of,
    guarantees_of,
    register,
    totals,
    versions_of,
    versions_visible_to,
    visible_to,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    Claim: events_visible_to(Claim),
    Draw: events_visible_to(Draw),
    Guarantee: visible_to,
    GuaranteeVersion: versions_visible_to,
    Recovery: events_visible_to(Recovery),
    Repayment: events_visible_to(Repayment),
}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "Guarantee",
    "Pivot",
    "Totals",
    "Wanted",
    "claim_totals",
    "claims_where",
    "due_months",
    "events_of",
    "found_guarantees",
    "guarantee_of",
    "guarantees_of",
    "pivot",
    "register",
    "totals",
    "versions_of",
    "visible_to",
]
