"""An impact assessment in force and the switch that it allows; not collected itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from vouch.customers.actions import (
    AssessmentDetails,
    SignalLine,
    draft_assessment,
    review_assessment,
    submit_assessment,
    switch_social,
)
from vouch.customers.models import ImpactAssessment
from vouch.customers.terms import Conclusion, ProcessingActivity, RiskLevel, SignalKind
from vouch.platform.identity.actor import Actor, system_actor

SYSTEM = system_actor("test")


def details(*, at: datetime, days: int = 365, **more: Any) -> AssessmentDetails:
    """A sound assessment that holds for so many days."""
    told: dict[str, Any] = {
        "purpose": "了解企业经营是否活跃",
        "manner": "客户经理查看企业公开页面，登记数字",
        "categories": (),
        "is_lawful": True,
        "is_proper": True,
        "is_necessary": True,
        "grounds": "只记企业公开页面",
        "effect": "不涉及个人",
        "risk": "误记个人信息",
        "risk_level": RiskLevel.LOW,
        "measures": "登记时检查并拒绝个人信息",
        "is_fitting": True,
        "conclusion": Conclusion.PERMITTED,
        "valid_until": timezone.localdate(at) + timedelta(days=days),
        **more,
    }
    return AssessmentDetails(**told)


def in_force(
    *,
    at: datetime,
    author: Actor = SYSTEM,
    reviewer: Actor = SYSTEM,
    activity: str = ProcessingActivity.SOCIAL,
    **more: Any,
) -> ImpactAssessment:
    """Drafted, submitted and reviewed at this moment."""
    drafted = draft_assessment(actor=author, at=at, activity=activity, details=details(at=at, **more))
    submitted = submit_assessment(actor=author, at=at, assessment=drafted)
    return review_assessment(actor=reviewer, at=at, assessment=submitted)


def opened(*, at: datetime, **more: Any) -> ImpactAssessment:
    """The gate of social information, open from this moment on."""
    found = in_force(at=at, **more)
    switch_social(actor=SYSTEM, at=at, is_on=True, reason="试用")
    return found


def rated(seen_on: date, *, page: str = "https://shop.example/1", **more: Any) -> SignalLine:
    """A shop's rating as its page shows it."""
    given: dict[str, Any] = {
        "kind": SignalKind.RATING,
        "platform": "团购网",
        "page_url": page,
        "seen_on": seen_on,
        **more,
    }
    if given["kind"] == SignalKind.RATING:
        given = {"rating": 4, "rating_most": 5, "count": 120, **given}
    return SignalLine(**given)
