"""Judgements for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from vouch.grading import permissions, queries
from vouch.parties.queries import visible_to
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face
from vouch.platform.web.problems import Problem

router = Router(tags=["评估"])


class AssessmentOut(Schema):
    """The latest judgement of a customer, with the hash of the snapshot that it replays from."""

    id: int
    customer_id: int
    outcome: str
    outcome_title: str
    score: int | None
    grade: str
    risk_class: str
    limit: str = Field(description="建议额度，元，两位小数")
    fee_rate: str | None = Field(description="年担保费率，小数")
    reasons: list[str]
    as_of: date
    at: str = Field(description="ISO 8601")
    policy: str
    snapshot_sha256: str


@router.get(
    "/customers/{int:pk}/assessment", response=AssessmentOut, summary="客户的最近评估", url_name="assessment"
)
@face(may=permissions.may_read_by_key, shows=("party",))
def assessment(request: StaffRequest, pk: int) -> Any:
    """尚未评估的客户答复 404，problem 为 not-assessed。"""
    party = get_object_or_404(visible_to(request.actor), pk=pk)
    found = queries.assessments_of(party.pk).first()
    if found is None:
        raise Problem(404, "not-assessed", _("该客户还没有评估。"))
    return {
        "id": found.pk,
        "customer_id": party.pk,
        "outcome": found.outcome,
        "outcome_title": found.get_outcome_display(),
        "score": found.score,
        "grade": found.grade,
        "risk_class": found.risk_class,
        "limit": str(found.limit),
        "fee_rate": None if found.fee_rate is None else str(found.fee_rate),
        "reasons": found.reasons,
        "as_of": found.as_of,
        "at": found.at.isoformat(),
        "policy": str(found.policy),
        "snapshot_sha256": found.snapshot_sha256,
    }
