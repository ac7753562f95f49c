"""What a customer's file lacks and what in it is stale, as of the end of a day: one SQL for one party and for all.

Credit reports count while an authorisation for credit data is live at the moment of asking, and not at all otherwise. That
one is kept and whether it is fresh is told of them; of which day they are is told by ``customers.queries.credit`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from vouch.customers.queries.consent import BANK_ALLOWED
from vouch.customers.queries.materials import KNOWN
from vouch.customers.queries.requirements import Requirement, Requirements, requirements
from vouch.customers.terms import GapState
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import end_of
from vouch.parties.terms import PartyKind

_LIVE = """
    a.recipient_id IS NULL AND a.state IN ('verified', 'withdrawn') AND a.verified_at <= %(at)s
    AND a.starts_at <= %(at)s AND a.ends_at > %(at)s AND (a.withdrawn_at IS NULL OR a.withdrawn_at > %(at)s)
"""
_STANDINGS = """
WITH need AS (
    SELECT * FROM unnest(
        %(places)s::int[], %(kinds)s::text[], %(wanted)s::int[], %(ages)s::int[], %(year_ends)s::bool[], %(dated)s::bool[]
    ) AS n (place, kind, wanted, max_age, year_ends, is_dated)
), way AS (
    SELECT * FROM unnest(%(way_places)s::int[], %(hows)s::text[], %(codes)s::text[]) AS w (place, how, code)
), party AS (
    SELECT p.id, p.kind FROM parties_party p
    WHERE p.created_at < %(end)s AND p.status IN ('active', 'closed', 'restricted') AND {scope}
), believed AS (
    SELECT m.id, m.party_id, m.kind, m.as_of FROM customers_material m JOIN party p ON p.id = m.party_id
    WHERE {known} AND NOT EXISTS (
        SELECT 1 FROM customers_verification v
        WHERE v.material_id = m.id AND v.at < %(end)s AND v.finding = 'refuted' AND NOT EXISTS (
            SELECT 1 FROM customers_verification later
            WHERE later.material_id = m.id AND later.at < %(end)s AND (later.at, later.id) > (v.at, v.id)
        )
    )
), held AS (
    SELECT m.party_id, 'material' AS how, m.kind AS code, m.id AS key, m.as_of AS day, NULL::date AS until FROM believed m
    -- A person's bank data count while they may be read, as credit reports do.
    WHERE m.kind <> 'bank' OR {bank}
    UNION ALL
    SELECT m.party_id, 'document', f.category, m.id, m.as_of, f.valid_until
    FROM believed m JOIN customers_fileddocument f ON f.material_id = m.id
    UNION ALL
    SELECT m.party_id, 'answers', s.round, m.id, m.as_of, NULL
    FROM believed m JOIN customers_answersheet s ON s.material_id = m.id
    UNION ALL
    SELECT a.grantor_id, 'consent', reached.code, a.id, (a.starts_at AT TIME ZONE %(zone)s)::date, NULL
    FROM customers_authorisation a JOIN party p ON p.id = a.grantor_id CROSS JOIN unnest(a.scope) AS reached (code)
    WHERE {live}
    UNION ALL
    SELECT r.party_id, 'report', 'credit', r.id, r.queried_on, NULL
    FROM customers_creditreport r JOIN party p ON p.id = r.party_id
    WHERE r.uploaded_at < %(end)s AND (r.removed_at IS NULL OR r.removed_at >= %(end)s)
        AND EXISTS (
            SELECT 1 FROM customers_authorisation a
            WHERE a.grantor_id = r.party_id AND 'credit' = ANY(a.scope) AND {live}
        )
), counted AS (
    SELECT p.id AS party_id, n.place, n.wanted, n.is_dated,
        count(DISTINCT CASE WHEN n.year_ends THEN extract(year FROM h.day)::bigint ELSE h.key END) AS ever,
        count(DISTINCT CASE WHEN n.year_ends THEN extract(year FROM h.day)::bigint ELSE h.key END) FILTER (
            WHERE (n.max_age IS NULL OR %(as_of)s::date - h.day <= n.max_age)
                AND (h.until IS NULL OR h.until >= %(as_of)s::date)
        ) AS have,
        max(h.day) AS last_on, max(h.until) AS until
    FROM party p JOIN need n ON n.kind = p.kind JOIN way w ON w.place = n.place
    LEFT JOIN held h ON h.party_id = p.id AND h.how = w.how AND h.code = w.code
        AND (NOT n.year_ends OR to_char(h.day, 'MM-DD') = '12-31')
    GROUP BY p.id, n.place, n.wanted, n.is_dated
), standing AS (
    SELECT *, CASE WHEN have >= wanted THEN 'met' WHEN ever >= wanted THEN 'stale'
        ELSE 'missing' END AS state
    FROM counted
)
"""
_ONE_BY_ONE = "SELECT party_id, place, state, have, last_on, until FROM standing ORDER BY party_id, place"
_SUMMED = """
SELECT party_id, count(*), count(*) FILTER (WHERE state = 'met'),
    array_agg(place ORDER BY place) FILTER (WHERE state = 'missing'),
    array_agg(place ORDER BY place) FILTER (WHERE state = 'stale'),
    max(%(as_of)s::date - last_on) FILTER (WHERE is_dated), max(last_on) FILTER (WHERE is_dated)
FROM standing GROUP BY party_id ORDER BY party_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one requirement stands: how many fresh ones there are, of which day the newest is, and until when it holds."""

    requirement: Requirement
    state: GapState
    have: int
    last_on: date | None
    until: date | None
    as_of: date

    @property
    def age_days(self) -> int | None:
        """How old the newest is."""
        return None if self.last_on is None else (self.as_of - self.last_on).days

    @property
    def is_met(self) -> bool:
        """Whether nothing is to be done."""
        return self.state == GapState.MET

    @property
    def due_on(self) -> date:
        """Until when it is to be got, counted from the day of asking."""
        return self.as_of + timedelta(days=self.requirement.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One party's file in figures. ``oldest_days`` is the age of the oldest among what has to be renewed."""

    party_id: int
    total: int
    met: int
    missing: tuple[Requirement, ...]
    stale: tuple[Requirement, ...]
    oldest_days: int | None
    last_on: date | None

    @property
    def percent(self) -> int:
        """Completeness in whole percent, rounded down: 100 says that nothing is lacking."""
        return self.met * 100 // self.total

    @property
    def missing_count(self) -> int:
        """How many things are not there."""
        return len(self.missing)

    @property
    def stale_count(self) -> int:
        """How many are there and too old."""
        return len(self.stale)


def standings_of(
    party_ids: Sequence[int], *, as_of: date, at: datetime | None = None, product: str = ""
) -> dict[int, list[Standing]]:
    """Each party's requirements in the order of the list; with one SQL, however many parties.

    ``at`` is the moment whose authorisations count, the last of the day unless it is said. The caller has checked that
    the parties are visible, and what the reader may know of credit (``Requirement.is_credit``).
    """
    wanted = requirements()
    found: dict[int, list[Standing]] = {}
    for party_id, place, state, have, last_on, until in _asked(
        _ONE_BY_ONE, wanted, party_ids, as_of=as_of, at=at, product=product
    ):
        standing = Standing(
            requirement=wanted.items[place],
            state=GapState(state),
            have=have,
            last_on=last_on,
            until=until,
            as_of=as_of,
        )
        found.setdefault(party_id, []).append(standing)
    return found


def gaps_of(party: Party, *, at: datetime, product: str = "") -> list[Standing]:
    """What the party's file lacks now, and what in it is stale. The caller has checked that the party is visible."""
    found = standings_of([party.pk], as_of=timezone.localdate(at), at=at, product=product)
    return [one for one in found.get(party.pk, []) if not one.is_met]


def summaries_of(
    party_ids: Sequence[int] | None, *, as_of: date, at: datetime | None = None, product: str = ""
) -> list[Summary]:
    """Each party's file in figures, or of all parties (None); with one SQL. Parties that nothing is asked of are left out."""
    wanted = requirements()
    return [
        Summary(
            party_id=party_id,
            total=total,
            met=met,
            missing=tuple(wanted.items[place] for place in missing or ()),
            stale=tuple(wanted.items[place] for place in stale or ()),
            oldest_days=oldest,
            last_on=last_on,
        )
        for party_id, total, met, missing, stale, oldest, last_on in _asked(
            _SUMMED, wanted, party_ids, as_of=as_of, at=at, product=product
        )
    ]


def _asked(
    what: str,
    wanted: Requirements,
    party_ids: Sequence[int] | None,
    *,
    as_of: date,
    at: datetime | None,
    product: str,
) -> list[tuple[Any, ...]]:
    end = end_of(as_of)
    product = product if product in wanted.products else wanted.default_product
    needs = [
        (place, kind, item.count, item.max_age_days, item.year_ends, _is_dated(item))
        for place, item in enumerate(wanted.items)
        for kind in PartyKind.values
        if item.concerns(kind, product)
    ]
    ways = [(place, how, code) for place, item in enumerate(wanted.items) for how, code in item.means]
    values: dict[str, Any] = {
        "as_of": as_of,
        "end": end,
        "at": at or end - timedelta(microseconds=1),
        "zone": timezone.get_current_timezone_name(),
        "parties": None if party_ids is None else list(party_ids),
    }
    for names, rows in (
        (("places", "kinds", "wanted", "ages", "year_ends", "dated"), needs),
        (("way_places", "hows", "codes"), ways),
    ):
        values |= {name: [row[column] for row in rows] for column, name in enumerate(names)}
    scope = "TRUE" if party_ids is None else "p.id = ANY(%(parties)s)"
    asked = _STANDINGS.format(known=KNOWN, bank=BANK_ALLOWED, live=_LIVE, scope=scope) + what
    return parties.grouped_rows(asked, values)


def _is_dated(item: Requirement) -> bool:
    """Whether its age counts towards the oldest: what has to be renewed, apart from credit."""
    return item.max_age_days is not None and not item.is_credit
