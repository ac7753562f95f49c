"""What is reserved or used and not in the register yet, as the gate weighs it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from vouch.engine.ratios import Exposure, Kind
from vouch.grading.models import Hold
from vouch.grading.queries.takings import ZERO, Counted, counted, our_share
from vouch.grading.terms import HoldState
from vouch.parties.queries import Borrower, borrowers, end_of, records_of_all


def exposures(party_ids: Collection[int] | None, *, as_of: date) -> list[Exposure]:
    """Holds that are open now and were there on a day, of these customers, by any of their records, or of all.

    Each under the record that stands.
    """
    now, end = timezone.now(), end_of(as_of)
    holds = Hold.objects.filter(state=HoldState.OPEN, reserved_at__lt=end)
    holds = holds.select_related("party").order_by("pk")
    if party_ids is not None:
        holds = holds.filter(party__in=list(records_of_all(party_ids)))
    rows = [one for one in counted(holds, at=min(now, end)) if one.taken.total]
    known = borrowers({_customer(one) for one in rows}) if rows else {}
    return [_exposure(one, known.get(_customer(one), Borrower())) for one in rows]


def changed_since(moment: datetime) -> set[int]:
    """Records whose exposures may differ from what was answered at a moment: something happened, or a reservation ran out."""
    moved = Hold.objects.filter(Q(moves__at__gte=moment) | Q(expires_at__range=(moment, timezone.now())))
    return set(moved.order_by().values_list("party", flat=True).distinct())


def _customer(one: Counted) -> int:
    return one.hold.party.canonical_id or one.hold.party_id


def _exposure(one: Counted, borrower: Borrower) -> Exposure:
    hold = one.hold
    debt, share = hold.used + (hold.reserved if one.taken.reserved else ZERO), hold.share_rate
    if one.taken.total != our_share(debt, share):
        # The register tells a part of it already: what is left is ours, and no share of a debt.
        debt, share = one.taken.total, Decimal(1)
    return Exposure(
        customer=_customer(one),
        kind=Kind(hold.kind),
        debt=int(debt * 100),
        share=int(share * 1_000_000),
        is_small=borrower.is_small,
        is_farmer=borrower.is_farmer,
        is_natural=borrower.is_natural,
    )
