"""What happened to guarantees: draws, repayments, claims, recoveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from vouch.business.models import Claim, Draw, Guarantee, Recovery, Repayment
from vouch.business.queries.register import visible_to
from vouch.parties import queries as parties
from vouch.platform.identity.actor import Actor

ZERO = Decimal("0.00")


def events_visible_to(model: Any) -> Callable[[Actor], QuerySet[Any]]:
    """Rows of an event table, for the guarantees that the actor sees."""

    def seen(actor: Actor) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.filter(guarantee__in=visible_to(actor))
        return found

    return seen


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a guarantee's history of money; ``amount`` in yuan."""

    on: date
    what: str
    amount: Decimal
    number: str
    note: str


def events_of(guarantee: Guarantee) -> list[Happened]:
    """Everything that happened to a guarantee, newest first: four queries."""
    found = [
        Happened(row.on, str(model._meta.verbose_name), row.amount, row.number, row.note)
        for model in (Draw, Repayment, Claim, Recovery)
        for row in model.objects.filter(guarantee=guarantee)
    ]
    return sorted(found, key=lambda one: one.on, reverse=True)


@dataclass(frozen=True, slots=True)
class ClaimTotals:
    """What a list of claims adds up to; what came back is counted once for each guarantee. Money in yuan."""

    count: int
    amount: Decimal
    recovered: Decimal

    @property
    def recovery_rate(self) -> Decimal | None:
        """What came back of what was paid; None where nothing was."""
        return self.recovered / self.amount if self.amount else None


def claim_totals(claims: QuerySet[Claim]) -> ClaimTotals:
    """Two queries over the whole list."""
    sums = claims.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    back = Recovery.objects.filter(guarantee__in=claims.order_by().values("guarantee"))
    return ClaimTotals(
        sums["count"], sums["amount"] or ZERO, back.aggregate(found=Sum("amount"))["found"] or ZERO
    )


def claims_where(
    actor: Actor, *, text: str = "", since: date | None = None, until: date | None = None
) -> QuerySet[Claim]:
    """Paid claims of the guarantees that the actor sees, with what came back since (``recovered``, of the guarantee)."""
    recovered = (
        Recovery.objects.filter(guarantee=OuterRef("guarantee"))
        .order_by()
        .values("guarantee")
        .values(total=Sum("amount"))
    )
    found: QuerySet[Any] = Claim.objects.filter(guarantee__in=visible_to(actor)).select_related(
        "guarantee__party"
    )
    if text:
        named = Q(guarantee__party__in=parties.search(parties.visible_to(actor), text))
        found = found.filter(named | Q(guarantee__number__icontains=text.strip()))
    if since is not None:
        found = found.filter(on__gte=since)
    if until is not None:
        found = found.filter(on__lte=until)
    told: QuerySet[Any] = found.annotate(recovered=Coalesce(Subquery(recovered), Value(ZERO)))
    return told
