"""Questions about impact assessments: what is in force, what ends, and whether a source that needs one may run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils import timezone

from vouch.customers.models import ImpactAssessment, SourceSwitch
from vouch.customers.permissions.assessments import REVIEWING_ROLES
from vouch.customers.queries.numbers import numbered
from vouch.customers.terms import (
    ENDING_DAYS,
    AssessmentStanding,
    AssessmentState,
    Conclusion,
    ProcessingActivity,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User

SOCIAL = "social"
"""The source that has a switch."""


def series(activity: str, matter: str) -> QuerySet[ImpactAssessment]:
    """Every version of one activity's assessment."""
    return ImpactAssessment.objects.filter(activity=activity, matter=matter)


def in_force(at: datetime) -> Q:
    """What makes an assessment count on that day; its last day counts."""
    return Q(state=AssessmentState.REVIEWED, reviewed_at__lte=at, valid_until__gte=timezone.localdate(at))


def live_assessment(activity: str, *, at: datetime) -> ImpactAssessment | None:
    """The assessment in force that lets this activity go on; None where nothing does."""
    found = ImpactAssessment.objects.filter(in_force(at), activity=activity, conclusion=Conclusion.PERMITTED)
    return found.order_by("-valid_until", "-pk").first()


@dataclass(frozen=True, slots=True)
class SocialGate:
    """Whether social information may be taken in and shown: the assessment in force, the switch, and the latest assessment."""

    assessment: ImpactAssessment | None
    switch: SourceSwitch | None
    latest: ImpactAssessment | None = None

    @property
    def is_on(self) -> bool:
        """What the switch says by itself."""
        return self.switch is not None and self.switch.is_on

    @property
    def is_open(self) -> bool:
        """Both: an assessment in force and the switch."""
        return self.assessment is not None and self.is_on


def social_gate(*, at: datetime) -> SocialGate:
    """How the gate stands at this moment."""
    versions = ImpactAssessment.objects.filter(activity=ProcessingActivity.SOCIAL)
    reviewed = versions.filter(reviewed_at__isnull=False)
    return SocialGate(
        live_assessment(ProcessingActivity.SOCIAL, at=at),
        SourceSwitch.objects.select_related("set_by").filter(source=SOCIAL).first(),
        reviewed.order_by("-version").first(),
    )


def social_is_open(*, at: datetime) -> bool:
    """Whether social information may be read at this moment: one question, asked at every time of use."""
    return (
        SourceSwitch.objects.filter(source=SOCIAL, is_on=True).exists()
        and live_assessment(ProcessingActivity.SOCIAL, at=at) is not None
    )


def assessments() -> QuerySet[ImpactAssessment]:
    """Every version of every assessment."""
    return ImpactAssessment.objects.select_related("drafted_by", "reviewed_by")


def standing_of(assessment: ImpactAssessment, *, at: datetime) -> AssessmentStanding:
    """What it is worth on that day; the same as the column of ``with_standing``."""
    if assessment.state != AssessmentState.REVIEWED:
        return AssessmentStanding(assessment.state)
    today = timezone.localdate(at)
    if assessment.valid_until < today:
        return AssessmentStanding.ENDED
    is_soon = assessment.valid_until <= today + timedelta(days=ENDING_DAYS)
    return AssessmentStanding.ENDING if is_soon else AssessmentStanding.LIVE


def with_standing(found: QuerySet[ImpactAssessment], *, at: datetime) -> QuerySet[Any]:
    """Each with ``standing``, so that a list may be filtered and sorted by it."""
    today, reviewed = timezone.localdate(at), Q(state=AssessmentState.REVIEWED)
    soon = today + timedelta(days=ENDING_DAYS)
    rows: QuerySet[Any] = found.annotate(
        standing=Case(
            When(reviewed & Q(valid_until__lt=today), then=Value(AssessmentStanding.ENDED.value)),
            When(reviewed & Q(valid_until__lte=soon), then=Value(AssessmentStanding.ENDING.value)),
            When(reviewed, then=Value(AssessmentStanding.LIVE.value)),
            default=F("state"),
            output_field=CharField(),
        )
    )
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentsWanted:
    """What the register is cut down to; empty values cut nothing."""

    text: str = ""
    activity: str = ""
    standing: str = ""


def assessments_where(wanted: AssessmentsWanted, *, at: datetime) -> QuerySet[Any]:
    """The register, each with its standing."""
    found = with_standing(assessments(), at=at)
    if wanted.text:
        number = numbered(wanted.text, "PG")
        told = Q(matter__icontains=wanted.text) | Q(purpose__icontains=wanted.text)
        found = found.filter(told if number is None else told | Q(pk=number))
    if wanted.activity:
        found = found.filter(activity=wanted.activity)
    if wanted.standing:
        found = found.filter(standing=wanted.standing)
    return found


def counts_by_standing(*, at: datetime) -> dict[str, int]:
    """How many versions there are of each standing."""
    rows = with_standing(ImpactAssessment.objects.all(), at=at).order_by().values_list("standing")
    return dict.fromkeys(AssessmentStanding.values, 0) | dict(rows.annotate(count=Count("pk")))


def waiting_assessments(actor: Actor, *, on: date) -> dict[str, int]:
    """How many wait for this actor's review (``submitted``), and how many end within 30 days or ended unrenewed (``ending``)."""
    reviewed = Q(state=AssessmentState.REVIEWED)
    return ImpactAssessment.objects.aggregate(
        submitted=Count(
            "pk", filter=Q(state=AssessmentState.SUBMITTED) & ~Q(author_ids__overlap=list(actor.own_ids))
        ),
        ending=Count("pk", filter=reviewed & Q(valid_until__lte=on + timedelta(days=ENDING_DAYS))),
    )


def versions_of(assessment: ImpactAssessment) -> list[ImpactAssessment]:
    """Every version of the same assessment, the newest first."""
    return list(series(assessment.activity, assessment.matter).order_by("-version"))


def unassessed(*, on: date) -> list[ProcessingActivity]:
    """Activities of which no assessment is in force on that day, in the order of the list."""
    held = set(
        ImpactAssessment.objects.filter(state=AssessmentState.REVIEWED, valid_until__gte=on).values_list(
            "activity", flat=True
        )
    )
    return [one for one in ProcessingActivity if one.value not in held]


def keepers_of_register() -> list[int]:
    """The people who are told of it: compliance and the chief risk officer."""
    roles = [str(role) for role in REVIEWING_ROLES]
    return list(User.objects.filter(is_active=True, roles__overlap=roles).values_list("pk", flat=True))
