"""What the whole book weighs is added up and kept: after each import, each day, and for each month's end."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import permissions
from vouch.policy.models import CustomerTally, Tally
from vouch.policy.queries.exposures import kept_exposures
from vouch.policy.queries.setting import reading_digest, reading_of, setting_in_force
from vouch.policy.queries.tally import summed, weigh

_COLUMNS = (
    "tally_id", "party_id", "weighed", "concentrated", "balance", "financing_balance", "is_small",
)  # fmt: skip


@action("policy.tally.taken", may=permissions.may_tally)
def take_tally(entry: Entry, *, actor: Actor, at: datetime, as_of: date | None = None) -> Tally:
    """Add up the register as it stands, customer by customer; of an earlier day the sums alone.

    The moment is taken before the register is read: what is written meanwhile counts as changed since.
    """
    today = timezone.localdate(at)
    is_whole = as_of is None or as_of >= today
    reading = reading_of(setting_in_force(at=at))
    parts, lines = weigh(kept_exposures(None, as_of=today if as_of is None else as_of), reading)
    total = summed(parts.values())
    row = Tally.objects.create(
        as_of=today if as_of is None else as_of,
        at=at,
        reading=reading_digest(reading),
        lines={str(line): str(_yuan(balance)) for line, balance in lines.items()},
        weighed=_percents(total.weighed),
        financing_balance=_yuan(total.financing),
        financing_customers=total.financing_customers,
        small_balance=_yuan(total.small),
        small_customers=total.small_customers,
        is_whole=is_whole,
    )
    if is_whole:
        CustomerTally.objects.all().delete()
        Tally.objects.filter(is_whole=True).exclude(pk=row.pk).update(is_whole=False)
        copy_rows(
            CustomerTally,
            _COLUMNS,
            (
                (
                    row.pk,
                    customer,
                    _percents(one.weighed),
                    _percents(one.concentrated),
                    _yuan(one.balance),
                    _yuan(one.financing),
                    one.small_customers > 0,
                )
                for customer, one in parts.items()
            ),
        )
    entry.about("tally", row.pk, after={"as_of": str(row.as_of), "weighed": str(row.weighed)})
    return row


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _percents(hundredths: int) -> Decimal:
    """Hundredths of a fen as yuan of four places."""
    return Decimal(hundredths) / 10_000
