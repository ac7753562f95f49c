"""Questions about errands: what waits for whom, what is late, and what each file still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from vouch.customers.models import Errand
from vouch.customers.terms import ErrandState, Fetcher
from vouch.parties import queries as parties
from vouch.parties.models import Assignment, Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import active_staff
from vouch.platform.identity.terms import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandsWanted:
    """What the list is cut down to; empty values cut nothing."""

    text: str = ""
    only: str = ""
    unit: str = ""
    assignee: str = ""
    item: str = ""


def errands_visible_to(actor: Actor) -> QuerySet[Errand]:
    """The errands about the parties that the actor may see."""
    return Errand.objects.filter(party__in=parties.visible_to(actor))


def errand_of(actor: Actor, pk: int) -> Errand | None:
    """One errand with its party and people, if the actor may see the party."""
    found = errands_visible_to(actor).select_related("party", "assignee", "ordered_by", "closed_by")
    return found.filter(pk=pk).first()


def errands_where(actor: Actor, wanted: ErrandsWanted, *, today: date) -> QuerySet[Errand]:
    """The list, each with ``is_late``."""
    late = Q(state=ErrandState.OPEN, due_on__lt=today)
    found = (
        errands_visible_to(actor)
        .select_related("party", "assignee", "ordered_by")
        .annotate(
            is_late=Case(
                When(late, then=Value(value=True)), default=Value(value=False), output_field=BooleanField()
            )
        )
    )
    if wanted.text:
        found = found.filter(party__in=parties.search(parties.visible_to(actor), wanted.text))
    if wanted.unit.isdecimal():
        found = found.filter(party__in=parties.in_unit(parties.visible_to(actor), int(wanted.unit)))
    if wanted.assignee.isdecimal():
        found = found.filter(assignee=int(wanted.assignee))
    if wanted.item:
        found = found.filter(item=wanted.item)
    return {
        "mine": found.filter(state=ErrandState.OPEN, assignee__in=actor.own_ids),
        "late": found.filter(late),
        "closed": found.exclude(state=ErrandState.OPEN),
        "all": found,
    }.get(wanted.only, found.filter(state=ErrandState.OPEN))


def waiting_errands(actor: Actor, *, today: date) -> dict[str, int]:
    """How many errands wait for the actor, and how many of them are late: the desk's list of work."""
    mine = errands_visible_to(actor).filter(state=ErrandState.OPEN, assignee__in=actor.own_ids)
    return mine.aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))


def open_errands_of(party_ids: Iterable[int]) -> dict[int, list[Errand]]:
    """Party → its open errands with whom they are for, the first due first."""
    found: dict[int, list[Errand]] = {}
    rows = Errand.objects.filter(party__in=list(party_ids), state=ErrandState.OPEN)
    for row in rows.select_related("assignee").order_by("due_on", "pk"):
        found.setdefault(row.party_id, []).append(row)
    return found


def errands_of(party_id: int) -> list[Errand]:
    """Every errand of a party, the open ones first. The caller has checked that the party is visible."""
    found = Errand.objects.filter(party=party_id).select_related("assignee", "closed_by")
    return list(found.order_by("-state", "due_on", "-pk")[:60])


def fetchers_of(party: Party) -> dict[str, User | None]:
    """Who gets what for this party: its A角 and B角, and the first of risk management who has dealt with errands of it.

    Where there is no such person the A角 does; None where there is none either.
    """
    present = (
        Assignment.objects.filter(party=party, ends_on=None)
        .select_related("manager", "second_manager")
        .first()
    )
    manager = present.manager if present else None
    risk = active_staff().filter(roles__contains=[Role.RISK_REVIEWER]).order_by("pk").first()
    return {
        Fetcher.MANAGER: manager,
        Fetcher.SECOND: (present.second_manager if present else None) or manager,
        Fetcher.RISK: risk or manager,
    }


def possible_assignees() -> QuerySet[User]:
    """Staff who may be sent for material; whether they see the customer is the action's to say."""
    return active_staff().order_by("name", "pk")
