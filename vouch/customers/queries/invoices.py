"""Questions about what we know of a customer; each asks as of a day and counts nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from vouch.customers.models import Invoice
from vouch.customers.terms import Direction, InvoiceKind, InvoiceState
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

ZERO = Decimal("0.00")
RATE_STEP = Decimal("0.000001")
VALID = Q(state=InvoiceState.VALID)


def visible_to(actor: Actor) -> QuerySet[Invoice]:
    """The invoices of the customers that the actor may see."""
    return Invoice.objects.filter(party__in=parties.visible_to(actor))


def invoices_of(party_id: int, *, as_of: date | None = None) -> QuerySet[Invoice]:
    """One customer's invoices, newest first. The caller has checked that the customer is visible."""
    invoices = Invoice.objects.filter(party_id=party_id).order_by("-issued_on", "-pk")
    return invoices if as_of is None else invoices.filter(issued_on__lte=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicesWanted:
    """What a list of invoices is cut down to; empty values cut nothing."""

    text: str = ""
    direction: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


_KINDS = {
    InvoiceKind.POSITIVE: VALID & Q(amount__gte=0),
    InvoiceKind.RED: VALID & Q(amount__lt=0),
    InvoiceKind.VOID: ~VALID,
}


def invoices_where(party_id: int, wanted: InvoicesWanted) -> QuerySet[Invoice]:
    """One customer's invoices under a filter. The caller has checked that the customer is visible."""
    invoices = Invoice.objects.filter(party_id=party_id)
    if wanted.text:
        invoices = invoices.filter(Q(number__contains=wanted.text) | Q(counterparty__icontains=wanted.text))
    if wanted.direction:
        invoices = invoices.filter(direction=wanted.direction)
    if wanted.kind:
        invoices = invoices.filter(_KINDS[InvoiceKind(wanted.kind)])
    if wanted.since:
        invoices = invoices.filter(issued_on__gte=wanted.since)
    if wanted.until:
        invoices = invoices.filter(issued_on__lte=wanted.until)
    return invoices


def customer_of(actor: Actor, party_id: int) -> Party | None:
    """The customer, if the actor may see it."""
    return parties.visible_to(actor).filter(pk=party_id).first()


@dataclass(frozen=True, slots=True)
class InvoiceMonth:
    """One calendar month: net amounts in yuan without tax, valid invoices, red ones taken off."""

    month: date
    sales: Decimal = ZERO
    purchases: Decimal = ZERO
    sale_count: int = 0
    purchase_count: int = 0
    buyer_count: int = 0
    void_count: int = 0
    negative_count: int = 0


def monthly_invoices(party_id: int, *, as_of: date, months: int = 36) -> list[InvoiceMonth]:
    """The last calendar months up to the day's, oldest first, months without invoices included.

    The list begins with the customer's first invoice; it is empty without one. The month of ``as_of`` is
    the last, and may be a part of one.
    """
    sale, purchase = Q(direction=Direction.OUTPUT), Q(direction=Direction.INPUT)
    positive = VALID & Q(amount__gt=0)
    found = {
        row["month"]: InvoiceMonth(
            month=row["month"],
            sales=row["sales"] or ZERO,
            purchases=row["purchases"] or ZERO,
            sale_count=row["sale_count"],
            purchase_count=row["purchase_count"],
            buyer_count=row["buyer_count"],
            void_count=row["void_count"],
            negative_count=row["negative_count"],
        )
        for row in Invoice.objects.filter(party_id=party_id, issued_on__lte=as_of)
        .annotate(month=TruncMonth("issued_on"))
        .values("month")
        .annotate(
            sales=Sum("amount", filter=VALID & sale),
            purchases=Sum("amount", filter=VALID & purchase),
            sale_count=Count("pk", filter=positive & sale),
            purchase_count=Count("pk", filter=positive & purchase),
            buyer_count=Count("counterparty", distinct=True, filter=positive & sale),
            void_count=Count("pk", filter=~VALID),
            negative_count=Count("pk", filter=VALID & Q(amount__lt=0)),
        )
    }
    if not found:
        return []
    last = as_of.year * 12 + as_of.month - 1
    first_month = min(found)
    first = max(first_month.year * 12 + first_month.month - 1, last - months + 1)
    series = (date(place // 12, place % 12 + 1, 1) for place in range(first, last + 1))
    return [found.get(month) or InvoiceMonth(month) for month in series]


@dataclass(frozen=True, slots=True)
class TradingPartner:
    """A buyer or supplier: net amount in yuan without tax, and its share of all positive nets (0 to 1)."""

    counterparty: str
    amount: Decimal
    share: Decimal
    invoice_count: int
    first_on: date
    last_on: date


def top_partners(
    party_id: int, *, direction: Direction, as_of: date, since: date | None = None, limit: int = 10
) -> list[TradingPartner]:
    """The buyers (销项) or suppliers (进项) with the largest net amounts, largest first.

    Only those with a positive net count; ``since`` begins the window (that day included).
    """
    invoices = Invoice.objects.filter(VALID, party_id=party_id, direction=direction, issued_on__lte=as_of)
    if since is not None:
        invoices = invoices.filter(issued_on__gte=since)
    partners = list(
        invoices.values("counterparty")
        .annotate(
            net=Sum("amount"),
            invoice_count=Count("pk", filter=Q(amount__gt=0)),
            first_on=Min("issued_on"),
            last_on=Max("issued_on"),
        )
        .filter(net__gt=0)
        .order_by("-net", "counterparty")
    )
    whole = sum((partner["net"] for partner in partners), ZERO)
    return [
        TradingPartner(
            counterparty=partner["counterparty"],
            amount=partner["net"],
            share=(partner["net"] / whole).quantize(RATE_STEP, rounding=ROUND_HALF_UP),
            invoice_count=partner["invoice_count"],
            first_on=partner["first_on"],
            last_on=partner["last_on"],
        )
        for partner in partners[:limit]
    ]


@dataclass(frozen=True, slots=True)
class InvoiceCounts:
    """How many invoices of one direction there are, and the valid net amount in yuan."""

    direction: Direction
    valid: int
    negative: int
    void: int
    amount: Decimal
    last_on: date | None

    @property
    def all(self) -> int:
        """Valid and void ones; the red ones are among the valid."""
        return self.valid + self.void


def invoice_counts(party_id: int, *, as_of: date) -> dict[Direction, InvoiceCounts]:
    """Valid, red and void invoices by direction, both directions always present."""
    found = {
        row["direction"]: row
        for row in Invoice.objects.filter(party_id=party_id, issued_on__lte=as_of)
        .values("direction")
        .annotate(
            valid=Count("pk", filter=VALID),
            negative=Count("pk", filter=VALID & Q(amount__lt=0)),
            void=Count("pk", filter=~VALID),
            net=Sum("amount", filter=VALID),
            last_on=Max("issued_on"),
        )
    }
    counts = {}
    for direction in Direction:
        row = found.get(direction.value)
        counts[direction] = InvoiceCounts(
            direction=direction,
            valid=row["valid"] if row else 0,
            negative=row["negative"] if row else 0,
            void=row["void"] if row else 0,
            amount=(row["net"] if row else None) or ZERO,
            last_on=row["last_on"] if row else None,
        )
    return counts


def last_invoice_on(party_id: int) -> date | None:
    """The day of the customer's newest invoice."""
    last: date | None = Invoice.objects.filter(party_id=party_id).aggregate(last=Max("issued_on"))["last"]
    return last


def latest_invoice_on() -> date | None:
    """The day of the newest invoice of all; what is judged later than that rests on old data."""
    last: date | None = Invoice.objects.aggregate(last=Max("issued_on"))["last"]
    return last
