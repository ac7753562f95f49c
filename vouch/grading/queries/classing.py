"""Which class binds whom: in effect now or on a day, in review, and what it was before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from vouch.engine.policy import CustomerClass
from vouch.grading.models import Classification, Standing
from vouch.grading.terms import BINDING, OPEN, ClassMove, ClassState
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope
from vouch.policy import queries as policies


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedClasses:
    """What the queue of reviews is filtered by; blanks mean all."""

    text: str = ""
    state: str = ClassState.IN_REVIEW
    move: str = ""
    risk_class: str = ""
    value_class: str = ""
    origin: str = ""
    unit_id: int | None = None


def classifications() -> QuerySet[Classification]:
    """Every class of everybody, with customer and policy; each policy's text is read once, not once a row."""
    found = Classification.objects.select_related("party__canonical")
    return found.prefetch_related("policy__scorecard")


def classifications_visible_to(actor: Actor) -> QuerySet[Classification]:
    """The classes of the customers that the actor sees; of those of an inspection, what began within its period."""
    found = classifications()
    if actor.period is not None:
        found = found.filter(proposed_at__date__range=actor.period)
    if actor.scope == Scope.ALL:
        return found
    return found.filter(party__in=parties.visible_to(actor))


def binding_classes(party_ids: Collection[int]) -> Mapping[int, Classification]:
    """Customer (record that stands) → the class that binds; the same few queries for one and for many.

    Of several records that were classed before they were one, the worst binds until the customer is classed anew.
    """
    rows = _of_customers(party_ids).filter(state__in=BINDING)
    return {_customer(row): row for row in rows.order_by("class_rank", "effective_at", "pk")}


def open_classes(party_ids: Collection[int]) -> Mapping[int, Classification]:
    """Customer (record that stands) → the class that is proposed or in review; the same few queries for one and for many."""
    rows = _of_customers(party_ids).filter(state__in=OPEN)
    return {_customer(row): row for row in rows.order_by("state", "pk")}


def _of_customers(party_ids: Collection[int]) -> QuerySet[Classification]:
    """The classes of these customers in all their records. Merged records are asked for first: "or" over a join is slow for many."""
    ids = list(party_ids)
    merged = Party.objects.filter(canonical__in=ids).values_list("pk", flat=True)
    return classifications().filter(party__in=[*ids, *merged])


def _customer(row: Classification) -> int:
    return row.party.canonical_id or row.party_id


def class_in_effect(party_id: int) -> Classification | None:
    """The class that binds a customer (record that stands)."""
    return binding_classes([party_id]).get(party_id)


def terms_of(row: Classification) -> CustomerClass:
    """What a class binds: as its own policy version says, whatever has been published since."""
    return policies.policy_of(row.policy).class_by_name[row.risk_class]


def classes_of(party_id: int) -> QuerySet[Classification]:
    """A customer's classes of all its records, the newest first. The caller has checked visibility."""
    found = classifications().filter(Q(party=party_id) | Q(party__canonical=party_id))
    return found.order_by("-proposed_at", "-pk")


def queue(actor: Actor, wanted: WantedClasses) -> QuerySet[Classification]:
    """The proposals that the actor sees and the filter lets through."""
    found = classifications_visible_to(actor)
    found = found.filter(state=wanted.state) if wanted.state else found.filter(state__in=OPEN)
    if wanted.text:
        found = found.filter(party__in=parties.search(Party.objects.all(), wanted.text))
    for name in ("move", "risk_class", "value_class", "origin"):
        if value := getattr(wanted, name):
            found = found.filter(**{name: value})
    if wanted.unit_id is not None:
        found = found.filter(party__in=parties.in_unit(Party.objects.all(), wanted.unit_id))
    return found


def queue_of_everybody() -> QuerySet[Classification]:
    """Everything that waits for a review, the oldest first."""
    return classifications().filter(state=ClassState.IN_REVIEW).order_by("pk")


def counts_by_move(found: QuerySet[Classification]) -> Mapping[str, int]:
    """How many of these go which way; one query."""
    counts = found.order_by().values_list("move").annotate(count=Count("pk"))
    return dict.fromkeys(ClassMove.values, 0) | dict(counts)


def waiting_classes(actor: Actor) -> int:
    """How many proposals wait for a review, of the customers that the actor sees."""
    return queue(actor, WantedClasses()).count()


def class_names() -> list[str]:
    """The classes of the policy in force, best first; none before there is one."""
    try:
        policy = policies.policy_of(policies.policy_in_force(at=timezone.now()))
    except policies.NoPolicyInForceError:
        return []
    return [found.name for found in policy.classes]


def value_names() -> list[str]:
    """The classes of value of the policy in force, best first; none where it does not speak of value."""
    try:
        policy = policies.policy_of(policies.policy_in_force(at=timezone.now()))
    except policies.NoPolicyInForceError:
        return []
    return [line.name for line in policy.values]


def standings_without_class() -> QuerySet[Standing]:
    """Standings that say a class which no row of a class bears out: from before classes had a table of their own."""
    bound = Classification.objects.filter(state__in=BINDING)
    merged = bound.filter(party__canonical__isnull=False)
    found = Standing.objects.filter(party__canonical=None).exclude(assessed_class="")
    return found.exclude(party__in=bound.values("party")).exclude(party__in=merged.values("party__canonical"))


def due_classes(today: date) -> QuerySet[Classification]:
    """Classes in effect whose check is due."""
    return classifications().filter(state=ClassState.EFFECTIVE, next_check_on__lte=today)


def ready_classes(today: date) -> QuerySet[Classification]:
    """Improvements whose cool-down is over."""
    return classifications().filter(state=ClassState.PROPOSED, ready_on__lte=today)
