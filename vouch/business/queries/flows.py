"""What ended, was paid and came back in a period, over the whole register: for the statistics of claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection

from vouch.policy.queries.claims import Flows

# A guarantee that was paid for ends with the first payment, for our part of it; one that was released, on that day.
_FLOWS = """
WITH paid AS (SELECT guarantee_id, min("on") AS first_on FROM business_claim GROUP BY guarantee_id),
ended AS (
    SELECT coalesce(sum(round(g.contract_amount * g.share_rate, 2)), 0) AS amount
    FROM business_guarantee g LEFT JOIN paid ON paid.guarantee_id = g.id
    WHERE g.state <> 'in_force' AND least(g.released_on, paid.first_on) <= %(until)s
        AND (%(since)s::date IS NULL OR least(g.released_on, paid.first_on) >= %(since)s)
)
SELECT (SELECT amount FROM ended),
    (SELECT coalesce(sum(amount), 0) FROM business_claim
        WHERE "on" <= %(until)s AND (%(since)s::date IS NULL OR "on" >= %(since)s)),
    (SELECT coalesce(sum(amount), 0) FROM business_recovery
        WHERE "on" <= %(until)s AND (%(since)s::date IS NULL OR "on" >= %(since)s))
"""


def flows(since: date | None, until: date) -> Flows:
    """From a day (None: ever since) to another, both included."""
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, {"since": since, "until": until})
        ended, paid, recovered = cursor.fetchone()
    return Flows(_fen(ended), _fen(paid), _fen(recovered))


def _fen(amount: Decimal) -> int:
    return int(amount * 100)
