"""The register as the supervisor's measures read it: one exposure for each guarantee in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from vouch.business.models import Guarantee
from vouch.business.terms import AA_OR_BETTER, GuaranteeKind
from vouch.engine.ratios import Exposure, Kind
from vouch.parties.queries import (
    Borrower,
    borrowers,
    borrowers_changed_since,
    merged_records,
    records_of_all,
)

REGULATION_SINCE = date(2017, 10, 1)
"""条例 is in force since: funds guaranteed earlier may be listed apart (银保监发〔2018〕1号)."""

_COLUMNS = "g.party_id, g.kind, {v}.debt_balance, {v}.share_rate, g.ceded_rate, g.issuer_rating, g.counted_on"
_NOW = f"""SELECT g.as_of, {_COLUMNS.format(v="g")}
    FROM business_guarantee g WHERE g.state = 'in_force' AND g.debt_balance > 0 AND {{scope}}"""  # noqa: S608 - of constants
# Who was in force on the day may be released by now, so every guarantee is asked for how it stood.
_THEN = f"""WITH latest AS (
    SELECT DISTINCT ON (v.guarantee_id) v.guarantee_id, v.as_of, v.state, v.debt_balance, v.share_rate
    FROM business_guaranteeversion v JOIN business_guarantee g ON g.id = v.guarantee_id
    WHERE v.as_of <= %(as_of)s AND {{scope}}
    ORDER BY v.guarantee_id, v.as_of DESC, v.known_at DESC, v.id DESC
) SELECT v.as_of, {_COLUMNS.format(v="v")} FROM latest v JOIN business_guarantee g ON g.id = v.guarantee_id
    WHERE v.state = 'in_force' AND v.debt_balance > 0"""  # noqa: S608 - of constants
_NEWER = "SELECT 1 FROM business_guarantee g WHERE g.as_of > %(as_of)s AND {scope} LIMIT 1"


def exposures(party_ids: Collection[int] | None, *, as_of: date) -> list[Exposure]:
    """What stood guaranteed on a day for these customers, by any of their records, or for all; each under the record that stands.

    Balances are those of the day by what is known now; kind, rating and what was ceded, and what the customer is, are today's.
    """
    stands_for = merged_records() if party_ids is None else records_of_all(party_ids)
    if party_ids is not None and not stands_for:
        return []
    rows = list(_rows(None if party_ids is None else list(stands_for), as_of))
    whose = None if party_ids is None else set(stands_for.values())
    known = borrowers(whose)
    return [_exposure(row, stands_for.get(row[1], row[1]), known) for row in rows]


def changed_since(moment: datetime) -> set[int]:
    """Records of customers whose exposures may differ from what was answered at a moment."""
    told = Guarantee.objects.filter(updated_at__gte=moment).values_list("party", flat=True).distinct()
    return {*told, *borrowers_changed_since(moment)}


def _rows(records: list[int] | None, as_of: date) -> Iterator[tuple[Any, ...]]:
    scope = "TRUE" if records is None else "g.party_id = ANY(%(records)s)"
    given = {"as_of": as_of, "records": records}
    with connection.cursor() as cursor:
        cursor.execute(_NEWER.format(scope=scope), given)
        statement = _NOW if cursor.fetchone() is None else _THEN
        cursor.execute(statement.format(scope=scope), given)
        yield from cursor.fetchall()


def _exposure(row: tuple[Any, ...], customer: int, known: Mapping[int, Borrower]) -> Exposure:
    _as_of, _record, kind, debt, share, ceded, rating, counted_on = row
    borrower = known.get(customer, Borrower())
    # A fund guaranteed since then is other financing: only the old stock may be listed apart.
    is_old = kind != GuaranteeKind.PROTECTED_FUND or counted_on < REGULATION_SINCE
    return Exposure(
        customer=customer,
        kind=Kind(kind) if is_old else Kind.OTHER,
        debt=int(debt * 100),
        share=_millionths(share),
        ceded=_millionths(ceded),
        is_small=borrower.is_small,
        is_farmer=borrower.is_farmer,
        is_natural=borrower.is_natural,
        is_rated=rating in AA_OR_BETTER,
    )


def _millionths(rate: Decimal) -> int:
    return int(rate * 1_000_000)
