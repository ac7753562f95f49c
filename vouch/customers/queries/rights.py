"""Questions about the requests of persons and their clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from vouch.customers.models import RightsClock, RightsRequest
from vouch.customers.queries.numbers import numbered
from vouch.customers.terms import CLOCKS, OPEN_STATES, Clock, RequestKind, Unit
from vouch.engine.working_days import (
    add_working_days,
    counts_on_unpublished,
    on_or_after,
    working_days_between,
)
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError


def clock_of(kind: str) -> Clock:
    """How long a request of this kind may take: the law's number, or else the institution's own."""
    clock = CLOCKS[kind]
    if clock.is_law:
        return clock
    own = RightsClock.objects.filter(kind=kind).values_list("days", flat=True).first()
    return clock if own is None else replace(clock, days=own)


def clocks() -> list[tuple[RequestKind, Clock]]:
    """Every clock as it runs now."""
    own = dict(RightsClock.objects.values_list("kind", "days"))
    return [
        (kind, clock if clock.is_law or kind not in own else replace(clock, days=own[kind]))
        for kind, clock in ((kind, CLOCKS[kind]) for kind in RequestKind)
    ]


def due_on(clock: Clock, received_at: datetime) -> date:
    """The last day for the answer. The day of receipt does not count (民法典 201).

    A period in days that would end on a day off ends on the next working day (民法典 203).
    """
    day = timezone.localdate(received_at)
    if clock.unit == Unit.WORKING:
        return add_working_days(day, clock.days)
    return on_or_after(day + timedelta(days=clock.days))


@dataclass(frozen=True, slots=True)
class Remaining:
    """How much of a request's time is left, as of a day; negative days are overdue."""

    days: int
    is_overdue: bool
    is_close: bool
    rests_on_guess: bool


CLOSE_DAYS = 3


def remaining(request: RightsRequest, *, today: date) -> Remaining:
    """Working days left until the last day for the answer, which counts."""
    days = working_days_between(today, request.due_on)
    is_overdue = request.is_open and today > request.due_on
    return Remaining(
        days=days,
        is_overdue=is_overdue,
        is_close=request.is_open and not is_overdue and days <= CLOSE_DAYS,
        rests_on_guess=counts_on_unpublished(today, request.due_on) if today <= request.due_on else False,
    )


def requests_visible_to(actor: Actor) -> QuerySet[RightsRequest]:
    """The requests of the parties that the actor may see."""
    return RightsRequest.objects.filter(party__in=parties.visible_to(actor))


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsWanted:
    """What the queue is cut down to; empty values cut nothing."""

    text: str = ""
    kind: str = ""
    state: str = ""
    only: str = ""


def requests_where(actor: Actor, wanted: RequestsWanted, *, today: date) -> QuerySet[Any]:
    """The queue, each with ``is_late``."""
    late = Q(state__in=OPEN_STATES, due_on__lt=today)
    found: QuerySet[Any] = requests_visible_to(actor).select_related("party", "handler")
    found = found.annotate(
        is_late=Case(
            When(late, then=Value(value=True)), default=Value(value=False), output_field=BooleanField()
        )
    )
    if wanted.text:
        number = numbered(wanted.text, "QL")
        named = Q(party__name__icontains=wanted.text)
        found = found.filter(named if number is None else named | Q(pk=number))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.only == "open":
        found = found.filter(state__in=OPEN_STATES)
    elif wanted.only == "late":
        found = found.filter(late)
    elif wanted.only == "mine":
        found = found.filter(state__in=OPEN_STATES, handler_id=actor.user_id)
    return found


def late_count(actor: Actor, *, today: date) -> int:
    """How many requests are overdue: the badge of the sidebar."""
    return requests_visible_to(actor).filter(state__in=OPEN_STATES, due_on__lt=today).count()


def counts_by_state(actor: Actor, *, today: date) -> dict[str, int]:
    """How many are open, overdue and closed."""
    is_open = Q(state__in=OPEN_STATES)
    return requests_visible_to(actor).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_on__lt=today)),
        closed=Count("pk", filter=~is_open),
    )


def request_of(actor: Actor, pk: int) -> RightsRequest | None:
    """The request, if the actor may see the person."""
    return requests_visible_to(actor).select_related("party", "handler", "package").filter(pk=pk).first()


def open_request(party_id: int, kind: str) -> RightsRequest | None:
    """The party's request of this kind that waits for its answer."""
    return RightsRequest.objects.filter(party_id=party_id, kind=kind, state__in=OPEN_STATES).first()


def text_of(request: RightsRequest, field: str) -> str | None:
    """The sealed text of a request (``detail`` or ``answer``); None where the person's key was destroyed."""
    sealed = getattr(request, field)
    if sealed is None:
        return ""
    try:
        key = key_of(Subject("party", str(request.party_id)))
        return key.open(bytes(sealed), place=place_of(request, field))
    except VaultError:
        return None
