"""Decisions on persons: which are advice alone, what waits for a person, and who took part in a decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from vouch.customers.models import Authorisation
from vouch.customers.queries.consent import live
from vouch.customers.terms import LegalBasis
from vouch.customers.terms import Purpose as ReadFor
from vouch.grading.models import (
    AdviceDecision,
    Assessment,
    Classification,
    Letter,
    Override,
    Standing,
)
from vouch.grading.queries.history import assessments_visible_to
from vouch.parties import queries as parties
from vouch.parties.models import Party, Post
from vouch.parties.terms import NATURAL_PERSONS, PartyKind, PostKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope
from vouch.platform.ledger.models import Entry

ARE_PERSONS = frozenset({*NATURAL_PERSONS, PartyKind.SOLE_TRADER})
"""Kinds whose assessment is a decision on a person: a sole trader's debts are those of its operator (民法典 56)."""


def only_advised(party_ids: Sequence[int], *, at: datetime) -> Collection[int]:
    """Of these customers those on whom the machine may only advise (PIPL 24): persons without consent to automated decisions.

    The consent may be the customer's own, one of its merged records', or that of the person who operates it.
    """
    people = set(Party.objects.filter(pk__in=party_ids, kind__in=ARE_PERSONS).values_list("pk", flat=True))
    if not people:
        return people
    consents = Authorisation.objects.filter(
        live(at), purposes__contains=[ReadFor.AUTOMATED], legal_basis=LegalBasis.CONSENT, recipient=None
    )
    own = consents.filter(Q(grantor__in=people) | Q(grantor__canonical__in=people)).values_list(
        "grantor", "grantor__canonical"
    )
    operators = Post.objects.filter(
        enterprise__in=people, kind=PostKind.OWNER, ended_at=None, person__in=consents.values("grantor")
    ).values_list("enterprise", flat=True)
    agreed = {pk for pair in own for pk in pair} | set(operators)
    return people - agreed


def is_about_a_person(party: Party) -> bool:
    """Whether a decision on this customer is one on a person."""
    return party.kind in ARE_PERSONS


def is_newest(assessment: Assessment) -> bool:
    """Whether the customer has no newer assessment."""
    newest = Assessment.objects.filter(party=assessment.party_id).order_by("-at", "-pk")
    return newest.values_list("pk", flat=True).first() == assessment.pk


def advice_visible_to(actor: Actor) -> QuerySet[Assessment]:
    """The advice that waits for a person: of each customer the latest assessment, where nobody has decided on it."""
    latest = Assessment.objects.filter(party=OuterRef("party")).order_by("-at", "-pk").values("pk")[:1]
    waiting = assessments_visible_to(actor).filter(is_advice=True, advice_decision=None)
    return waiting.annotate(latest=Subquery(latest)).filter(pk=F("latest"))


def advice_decisions_visible_to(actor: Actor) -> QuerySet[AdviceDecision]:
    """What was made of advice on the customers that the actor sees."""
    found = AdviceDecision.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


def letters_visible_to(actor: Actor) -> QuerySet[Letter]:
    """The letters to the customers that the actor sees."""
    found = Letter.objects.select_related("assessment", "party", "document")
    return found if actor.scope == Scope.ALL else found.filter(party__in=parties.visible_to(actor))


def assessment_in(matter: str) -> Assessment | None:
    """The assessment that a request is about, by its matter; None where it names none."""
    kind, _colon, pk = matter.partition(":")
    if kind != "assessment" or not (pk.isascii() and pk.isdigit()):
        return None
    found = Assessment.objects.select_related("policy__scorecard", "party", "run")
    return found.filter(pk=int(pk)).first()


def took_part_in(actor_id: str, matter: str) -> bool:
    """Whether somebody had a hand in the decision that a request is about."""
    assessment = assessment_in(matter)
    return assessment is not None and took_part(actor_id, assessment)


def took_part(actor_id: str, assessment: Assessment) -> bool:
    """Whether somebody had a hand in a decision: had the customer judged, confirmed the advice, departed from it, or classed it."""
    if AdviceDecision.objects.filter(assessment=assessment, by_id=actor_id).exists():
        return True
    mine = Q(proposed_by_id=actor_id) | Q(decided_by_id=actor_id)
    if overrides_behind(assessment).filter(mine).exists():
        return True
    classed = Q(proposer_id=actor_id) | Q(reviewer_id=actor_id)
    if _classes_behind(assessment).filter(classed).exists():
        return True
    if assessment.run is not None:
        return assessment.run.actor_id == actor_id
    judged = Entry.objects.filter(
        event="grading.customer.assessed",
        subject_kind="party",
        subject_id=str(assessment.party_id),
        at=assessment.at,
        actor_id=actor_id,
    )
    return judged.exists()


def overrides_behind(assessment: Assessment) -> QuerySet[Override]:
    """The overrides that have to do with an assessment: proposed on it, shown by the standing that rests on it, or live when it was made."""
    shown = Standing.objects.filter(assessment=assessment).values("override")
    lived = Q(decided_at__lte=assessment.at) & (Q(ended_at=None) | Q(ended_at__gte=assessment.at))
    return Override.objects.filter(
        Q(assessment=assessment) | Q(pk__in=shown) | (_records_of(assessment) & lived)
    )


def _classes_behind(assessment: Assessment) -> QuerySet[Classification]:
    """The classes that an assessment led to, or that bound its customer when it was made."""
    bound = Q(effective_at__lte=assessment.at) & (Q(ended_at=None) | Q(ended_at__gt=assessment.at))
    return Classification.objects.filter(Q(assessment=assessment) | (_records_of(assessment) & bound))


def _records_of(assessment: Assessment) -> Q:
    customer = parties.canonical_id(assessment.party_id)
    return Q(party=customer) | Q(party__canonical=customer)
