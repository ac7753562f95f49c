"""The one SQL behind the facts of parties, for one and for all, as of the end of a day.

Two clocks: ``%(moment)s`` is the first moment after the day, and nothing that was recorded from then on counts;
``%(as_of)s`` is the day itself, for what holds in the world. A field is what its first later former value says, or
else what stands in its table (see ``queries.history``).
"""

from __future__ import annotations

from collections.abc import Sequence

from vouch.parties.queries.history import known

FIELDS = (
    "kind", "legal_form", "capital_amount", "capital_currency", "established_on", "staff_count", "representative_hash",
    "household_size", "farming_since",
)  # fmt: skip
"""Fields of which a fact asks what they were."""


KNOWN = known()
_WINDOW = "> (%(as_of)s::date - interval '24 months')::date"


def was(field: str, present: str) -> str:
    """What a field was, as text; NULL for what was not known."""
    return f"nullif(CASE WHEN f.was ? '{field}' THEN f.was ->> '{field}' ELSE {present}::text END, '')"


_FROM = f"""
WITH asked AS (
    SELECT p.id AS party_id, p.kind, p.created_at FROM parties_party p
    WHERE p.created_at < %(moment)s AND p.status <> 'erased' AND {{scope}}
),
former AS (
    SELECT party_id, jsonb_object_agg(field, value) AS was
    FROM (
        SELECT DISTINCT ON (party_id, field) party_id, field, value
        FROM parties_formervalue
        WHERE replaced_at >= %(moment)s AND field = ANY(%(fields)s) AND {{scope_former}}
        ORDER BY party_id, field, replaced_at, id
    ) AS first
    GROUP BY party_id
),
changed AS (
    SELECT party_id,
        count(DISTINCT day) FILTER (WHERE what = 'name') AS names,
        count(DISTINCT day) FILTER (WHERE what = 'address') AS addresses,
        count(DISTINCT day) FILTER (WHERE what = 'representative_hash') AS representatives,
        count(DISTINCT day) FILTER (WHERE what = 'shareholder') AS shareholders
    FROM (
        SELECT party_id, field::text AS what,
            coalesce(ended_on, (replaced_at AT TIME ZONE %(zone)s)::date) AS day
        FROM parties_formervalue
        WHERE replaced_at < %(moment)s AND nature = 'change' AND value <> ''
            AND field IN ('name', 'address', 'representative_hash')
        UNION ALL
        SELECT enterprise_id, 'representative_hash', coalesce(ends_on, (ended_at AT TIME ZONE %(zone)s)::date)
        FROM parties_post
        WHERE kind IN ('legal', 'owner') AND ended_at < %(moment)s AND NOT is_mistake
        UNION ALL
        SELECT party_id, 'shareholder', coalesce(ends_on, (ended_at AT TIME ZONE %(zone)s)::date)
        FROM parties_shareholding WHERE ended_at < %(moment)s AND NOT is_mistake
    ) AS one
    WHERE day {_WINDOW} AND day <= %(as_of)s AND {{scope_party}}
    GROUP BY party_id
),
shares AS (
    SELECT party_id, count(*) AS holders, max(rate) AS largest, sum(rate) AS accounted,
        sum(paid_in) FILTER (WHERE currency = 'CNY') AS paid_in
    FROM parties_shareholding WHERE {KNOWN} AND {{scope_party}} GROUP BY party_id
),
controllers AS (
    SELECT party_id, controller_id AS person_id FROM parties_control WHERE {KNOWN} AND {{scope_party}}
),
married AS (
    SELECT person_id FROM parties_kinship WHERE kin = 'spouse' AND {KNOWN}
    UNION
    SELECT relative_id FROM parties_kinship WHERE kin = 'spouse' AND relative_id IS NOT NULL AND {KNOWN}
),
deciders AS (
    SELECT party_id, person_id FROM controllers
    UNION
    SELECT enterprise_id, person_id FROM parties_post
    WHERE kind = 'owner' AND {KNOWN} AND {{scope_enterprise}}
    UNION
    SELECT a.party_id, a.party_id FROM asked a WHERE a.kind IN ('person', 'farmer')
),
spouses AS (
    SELECT d.party_id, bool_or(m.person_id IS NOT NULL) AS is_recorded
    FROM deciders d LEFT JOIN married m USING (person_id) GROUP BY d.party_id
),
posts AS (
    SELECT enterprise_id AS party_id, person_id FROM parties_post
    WHERE kind IN ('legal', 'owner') AND {KNOWN} AND {{scope_enterprise}}
),
former_hashes AS (
    SELECT DISTINCT ON (party_id) party_id, value AS key FROM parties_formervalue
    WHERE field = 'representative_hash' AND replaced_at >= %(moment)s
    ORDER BY party_id, replaced_at, id
),
hashes AS (
    SELECT e.party_id, coalesce(v.key, e.representative_hash) AS key
    FROM parties_enterprise e LEFT JOIN former_hashes v USING (party_id)
    WHERE coalesce(v.key, e.representative_hash) <> '' AND {{scope_enterprise_row}}
),
shared AS (
    SELECT mine.party_id, other.enterprise_id AS other_id
    FROM posts mine JOIN parties_post other USING (person_id)
    WHERE other.kind IN ('legal', 'owner') AND {known("other")}
    UNION
    SELECT mine.party_id, other.party_id
    FROM hashes mine JOIN parties_enterprise other ON other.representative_hash = mine.key
    WHERE other.representative_hash <> '' AND other.party_id NOT IN (SELECT party_id FROM former_hashes)
    UNION
    SELECT mine.party_id, other.party_id FROM hashes mine JOIN former_hashes other USING (key)
),
others AS (
    SELECT one.party_id, count(*) AS firms
    FROM shared one JOIN parties_party p ON p.id = one.other_id
    WHERE one.other_id <> one.party_id AND p.created_at < %(moment)s AND p.status <> 'erased'
    GROUP BY one.party_id
),
represented AS (SELECT party_id FROM posts UNION SELECT party_id FROM hashes),
licences AS (
    SELECT party_id, count(*) AS live,
        count(*) FILTER (WHERE ends_on < %(as_of)s) AS expired,
        count(*) FILTER (WHERE ends_on >= %(as_of)s AND ends_on <= %(as_of)s::date + 90) AS expiring
    FROM parties_licence WHERE {KNOWN} AND {{scope_party}} GROUP BY party_id
),
taxes AS (
    SELECT DISTINCT ON (party_id) party_id, year, grade FROM parties_taxgrade
    WHERE {KNOWN} AND {{scope_party}} ORDER BY party_id, year DESC
),
farms AS (
    SELECT party_id, sum(area) AS area, sum(heads) AS heads FROM parties_farmholding
    WHERE {KNOWN} AND {{scope_party}} GROUP BY party_id
),
said AS (
    SELECT a.party_id,
        {was("kind", "a.kind")} AS kind,
        {was("legal_form", "e.legal_form")} AS legal_form,
        {was("capital_amount", "e.capital_amount")}::numeric AS capital,
        {was("capital_currency", "e.capital_currency")} AS currency,
        {was("established_on", "e.established_on")}::date AS established_on,
        {was("staff_count", "e.staff_count")}::integer AS staff,
        {was("household_size", "w.household_size")}::integer AS household,
        {was("farming_since", "w.farming_since")}::integer AS farming_since
    FROM asked a
    LEFT JOIN former f USING (party_id)
    LEFT JOIN parties_enterprise e USING (party_id)
    LEFT JOIN parties_farmer w USING (party_id)
)
SELECT s.party_id, {{expressions}}
FROM said s
LEFT JOIN changed c USING (party_id)
LEFT JOIN shares h USING (party_id)
LEFT JOIN (SELECT DISTINCT party_id FROM controllers) AS k USING (party_id)
LEFT JOIN spouses m USING (party_id)
LEFT JOIN others o USING (party_id)
LEFT JOIN represented r USING (party_id)
LEFT JOIN licences l USING (party_id)
LEFT JOIN taxes t USING (party_id)
LEFT JOIN farms g USING (party_id)
ORDER BY s.party_id
"""  # noqa: S608 - our own column names

_SCOPES = {
    "scope": "p.id",
    "scope_former": "party_id",
    "scope_party": "party_id",
    "scope_enterprise": "enterprise_id",
    "scope_enterprise_row": "e.party_id",
}


def statement(expressions: Sequence[str], *, scoped: bool) -> str:
    """The SQL for these expressions; ``scoped`` to ``%(parties)s``, or of every party that is known by then."""
    scopes = {name: f"{column} = ANY(%(parties)s)" if scoped else "TRUE" for name, column in _SCOPES.items()}
    return _FROM.format(expressions=", ".join(expressions), **scopes)
