"""The daily count of information debts, for their list."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from vouch.grading import permissions, queries
from vouch.grading.models import InformationDebt
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import queries as policies

CHUNK = 1000
_COUNTED = ("assessment", "counted_on", "missing", "stale", "score_span", "limit_span", "first_fact")


@action("grading.debts.counted", may=permissions.may_end_overrides)
def count_debts(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Count the debts of the next customers, by the policy in force; give how many, 0 where today's are counted.

    Raises vouch.policy.queries.NoPolicyInForceError.
    """
    version = policies.policy_in_force(at=at)
    today = timezone.localdate(at)
    rows = []
    for standing in queries.uncounted(today, limit=CHUNK):
        debt, stale = queries.weighed(standing.assessment, version, today=today)
        owed = [one for one in debt.facts if one.score_span or one.limit_span or one.is_required]
        rows.append(
            InformationDebt(
                party_id=standing.party_id,
                assessment=standing.assessment,
                counted_on=today,
                missing=sum(one.is_missing for one in owed),
                stale=len(stale),
                score_span=debt.score_span,
                limit_span=Decimal(debt.limit_span).scaleb(-2),
                first_fact=owed[0].title if owed else "",
            )
        )
    if not rows:
        entry.nothing()
        return 0
    InformationDebt.objects.bulk_create(
        rows, update_conflicts=True, update_fields=_COUNTED, unique_fields=["party"]
    )
    entry.bulk("debts", today.isoformat(), rows=[f"{row.party_id}:{row.limit_span}".encode() for row in rows])
    return len(rows)
