"""Overrides: which live, what follows from them, how many there are of whom and why, and how these customers fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from vouch.customers.models import Material
from vouch.customers.terms import MaterialState
from vouch.engine import snapshot as snapshots
from vouch.engine.at_grade import AtGrade, at_grade
from vouch.grading.models import Assessment, Override, Standing
from vouch.grading.terms import (
    OPEN_OVERRIDES,
    OVERRIDE_WARN_RATE,
    Outcome,
    OverrideReason,
    OverrideState,
    Side,
)
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope
from vouch.policy import queries as policies
from vouch.policy.models import PolicyVersion

MONTHS = 12
EVIDENCE_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Overridden:
    """A customer whose standing a live override moves, with what follows from its grade."""

    party_id: int
    override_id: int
    result: AtGrade

    @property
    def limit(self) -> Decimal:
        """In yuan."""
        return yuan(self.result.limit)


def overrides_visible_to(actor: Actor) -> QuerySet[Override]:
    """The overrides of the customers that the actor sees, the newest first."""
    found = Override.objects.select_related("party", "assessment__policy__scorecard", "evidence").order_by(
        "-proposed_at", "-pk"
    )
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesWanted:
    """What the list is filtered by; blanks mean all."""

    text: str = ""
    state: str = ""
    side: str = ""
    reason: str = ""


def overrides_where(actor: Actor, wanted: OverridesWanted) -> QuerySet[Override]:
    """The overrides that the actor sees and the filters let through."""
    found = overrides_visible_to(actor)
    if wanted.text:
        found = found.filter(party__in=parties.search(Party.objects.all(), wanted.text))
    chosen = {name: getattr(wanted, name) for name in ("state", "side", "reason")}
    return found.filter(**{name: value for name, value in chosen.items() if value})


def evidence_of(party_id: int) -> list[tuple[str, str]]:
    """The materials in force of the customer's file, newest first, each with the words for it."""
    held = Material.objects.filter(
        Q(party=party_id) | Q(party__canonical=party_id), state=MaterialState.IN_FORCE
    ).order_by("-known_at")
    return [
        (str(one.pk), f"{one.get_kind_display()} {one.as_of} {one.note}".strip())
        for one in held[:EVIDENCE_SHOWN]
    ]


def grades_of(standing: Standing) -> list[str]:
    """The grades of the policy that a standing rests on, best first, without the model's own."""
    policy = policies.policy_of(standing.policy)
    return [one.name for one in policy.grades if one.name != standing.assessment.grade]


def assessable_customer(actor: Actor, pk: int) -> Party | None:
    """An organisation that the actor sees, by the record that stands for it."""
    return parties.listed(parties.visible_to(actor)).filter(pk=pk, kind__in=ORGANISATIONS).first()


def yuan(fen: int) -> Decimal:
    """Fen of the engine in yuan."""
    return Decimal(fen).scaleb(-2)


def waiting_overrides(actor: Actor) -> int:
    """How many proposals wait for somebody other than the actor."""
    found = overrides_visible_to(actor).filter(state=OverrideState.PROPOSED)
    return found.exclude(proposed_by_id=actor.id).count()


def standing_at(party_id: int) -> Standing | None:
    """Where a customer stands, with everything that an override needs."""
    found = Standing.objects.select_related("assessment__policy__scorecard", "policy__scorecard", "override")
    return found.filter(party=party_id).first()


def open_override(party_id: int) -> Override | None:
    """The customer's override that is proposed or lives, its merged records' included; of each record there is one at most."""
    found = Override.objects.filter(
        Q(party=party_id) | Q(party__canonical=party_id), state__in=OPEN_OVERRIDES
    )
    return found.order_by("proposed_at").first()


def live_override(party_id: int) -> Override | None:
    """The override that the customer's standing shows; None where there is none, or it has no effect."""
    standing = Standing.objects.select_related("override").filter(party=party_id).first()
    return None if standing is None else standing.override


def is_evidence(material_id: int, party_id: int) -> bool:
    """Whether it is a material in force of the customer's file, its merged records' included."""
    found = Material.objects.filter(pk=material_id, state=MaterialState.IN_FORCE)
    return found.filter(Q(party=party_id) | Q(party__canonical=party_id)).exists()


def ended_overrides(today: date) -> QuerySet[Override]:
    """Overrides, and proposals that nobody decided, whose last day has passed."""
    return Override.objects.filter(state__in=OPEN_OVERRIDES, expires_on__lt=today).order_by("pk")


def overridden(
    party_ids: Sequence[int], *, version: PolicyVersion, as_of: date, at: datetime
) -> list[Overridden]:
    """Of these customers those with a live override, and what the policy says of them at its grade.

    On the assessments made at that moment. One that was knocked out or lacks facts stays so: an override departs from a
    grade, not from a knock-out; nor does it count where the policy no longer has its grade. Of several records that were
    overridden before they were one, a downgrade counts.
    """
    rows = Override.objects.filter(
        Q(party__in=party_ids) | Q(party__canonical__in=party_ids), state=OverrideState.LIVE
    )
    worst_last = rows.select_related("party").order_by("-side", "decided_at", "pk")
    live = {one.party.canonical_id or one.party_id: one for one in worst_last}
    if not live:
        return []
    made = Assessment.objects.filter(
        party__in=live, at=at, as_of=as_of, policy=version, outcome=Outcome.GRADED
    ).select_related("policy__scorecard")
    found: dict[int, Overridden] = {}
    for assessment in made.order_by("pk"):
        one = live[assessment.party_id]
        result = result_at(assessment, one.grade)
        if result is not None:
            found[assessment.party_id] = Overridden(assessment.party_id, one.pk, result)
    return list(found.values())


def result_at(assessment: Assessment, grade: str) -> AtGrade | None:
    """What the assessment's own policy says of its facts at another grade; None where that says nothing."""
    policy = policies.policy_of(assessment.policy)
    try:
        return at_grade(policy, snapshots.facts_of(assessment.snapshot, policy=policy), grade)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many overrides share something, and which way they went."""

    title: str
    count: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month's approved overrides beside the customers judged in it."""

    month: date
    overrides: int
    judged: int

    @property
    def rate(self) -> Decimal:
        """Overrides per customer judged."""
        return Decimal(self.overrides) / self.judged if self.judged else Decimal(0)

    @property
    def is_high(self) -> bool:
        """Whether the rate is above the institution's own figure."""
        return self.rate > OVERRIDE_WARN_RATE


@dataclass(frozen=True, slots=True)
class Fared:
    """How customers stand now whom somebody once raised, or lowered: by the model, against when it was overridden."""

    title: str
    count: int
    better: int
    same: int
    worse: int
    ungraded: int


@dataclass(frozen=True, slots=True)
class Watch:
    """The page of overrides."""

    months: tuple[Month, ...]
    by_person: tuple[Tally, ...]
    by_reason: tuple[Tally, ...]
    fared: tuple[Fared, ...]

    @property
    def is_high(self) -> bool:
        """Whether the rate of the latest month, or of the one before, is above the figure."""
        return any(month.is_high for month in self.months[-2:])


def watch_of(actor: Actor, *, at: datetime) -> Watch:
    """Count the approved overrides of the last twelve months on the customers that the actor sees; a constant number of queries."""
    today = timezone.localdate(at)
    since = _months_back(today, MONTHS - 1)
    approved = (
        overrides_visible_to(actor)
        .filter(decided_at__isnull=False, proposed_at__date__gte=since)
        .exclude(state=OverrideState.REFUSED)
    )
    return Watch(
        months=_months(actor, approved, since=since, today=today),
        by_person=_tallies(approved, "proposed_by_label"),
        by_reason=tuple(
            Tally(str(OverrideReason(one.title).label), one.count, one.up, one.down)
            for one in _tallies(approved, "reason")
        ),
        fared=_fared(approved),
    )


def _months_back(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def _months(actor: Actor, approved: QuerySet[Override], *, since: date, today: date) -> tuple[Month, ...]:
    made = Assessment.objects.filter(at__date__gte=since)
    if actor.scope != Scope.ALL:
        made = made.filter(party__in=parties.visible_to(actor))
    judged = dict(
        made.order_by()
        .annotate(month=TruncMonth("at"))
        .values_list("month")
        .annotate(count=Count("party", distinct=True))
    )
    counted = dict(
        approved.order_by()
        .annotate(month=TruncMonth("decided_at"))
        .values_list("month")
        .annotate(count=Count("pk"))
    )
    judged_on = {timezone.localdate(moment): count for moment, count in judged.items()}
    counted_on = {timezone.localdate(moment): count for moment, count in counted.items()}
    months = [_months_back(today, back) for back in range(MONTHS)][::-1]
    return tuple(Month(month, counted_on.get(month, 0), judged_on.get(month, 0)) for month in months)


def _tallies(approved: QuerySet[Override], field: str) -> tuple[Tally, ...]:
    rows = (
        approved.order_by()
        .values_list(field)
        .annotate(
            count=Count("pk"),
            up=Count("pk", filter=Q(side=Side.UP)),
            down=Count("pk", filter=Q(side=Side.DOWN)),
        )
        .order_by("-count", field)
    )
    return tuple(Tally(*row) for row in rows)


def _fared(approved: QuerySet[Override]) -> tuple[Fared, ...]:
    """Where the model stands on them now: somebody who raises what then falls was wrong, and the model right."""
    latest = dict(
        Standing.objects.filter(party__in=approved.order_by().values("party")).values_list(
            "party_id", "assessment__grade_rank"
        )
    )
    counts = {side: [0, 0, 0, 0] for side in Side}
    for one in approved.order_by():
        then, now = one.assessment.grade_rank, latest.get(one.party_id)
        place = 3 if now is None or then is None else 1 + (now > then) - (now < then)
        counts[Side(one.side)][place] += 1
    return tuple(Fared(str(side.label), sum(found), *found) for side, found in counts.items() if sum(found))
