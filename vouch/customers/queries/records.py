"""Questions about public records: which of them count on a day, and when each kind was last searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import Material, PublicRecord, RecordSearch
from vouch.customers.queries.materials import COUNTED, materials_of
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import GRAVE, SEARCH_DAYS, MaterialKind, RecordKind, RecordState
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.queries import end_of
from vouch.platform.identity.actor import Actor

CURRENT_RECORDS = f"""
searches AS (
    SELECT m.id, m.party_id, m.as_of, m.known_at, s.kinds, s.is_complete
    FROM customers_recordsearch s JOIN customers_material m ON m.id = s.material_id
    WHERE {{scope}} AND {COUNTED}
),
last_complete AS (
    SELECT DISTINCT ON (searches.party_id, kind) searches.party_id, kind, searches.id, as_of, known_at
    FROM searches CROSS JOIN LATERAL unnest(searches.kinds) AS kind WHERE is_complete
    ORDER BY searches.party_id, kind, as_of DESC, known_at DESC, searches.id DESC
),
mentioned AS (
    SELECT s.party_id, s.as_of, r.id, r.kind, r.side, r.opened_on, r.amount, r.state,
        rank() OVER (
            PARTITION BY s.party_id, r.kind, r.side, CASE WHEN r.number = '' THEN '#' || r.id ELSE r.number END
            ORDER BY s.as_of DESC, s.known_at DESC, s.id DESC
        ) AS place
    FROM customers_publicrecord r JOIN searches s ON s.id = r.search_id
    LEFT JOIN last_complete l ON l.party_id = s.party_id AND l.kind = r.kind
    WHERE l.id IS NULL OR (s.as_of, s.known_at, s.id) >= (l.as_of, l.known_at, l.id)
),
records AS (SELECT * FROM mentioned WHERE place = 1)
"""  # noqa: S608 - of constants
"""SQL: ``records`` are those that count at the ``end`` of a day. The last complete search of a kind takes the place of
whatever was found of it before; of a record that several searches mention by its number, the latest mention counts."""


def searches_visible_to(actor: Actor) -> QuerySet[RecordSearch]:
    """The searches of the parties that the actor may see."""
    return RecordSearch.objects.filter(material__party__in=parties.visible_to(actor))


def records_visible_to(actor: Actor) -> QuerySet[PublicRecord]:
    """The public records of the parties that the actor may see."""
    return PublicRecord.objects.filter(search__material__party__in=parties.visible_to(actor))


def current_records(party_id: int, *, as_of: date) -> list[PublicRecord]:
    """One party's records that count on a day, with their search, open ones first, the newest first."""
    statement = f"WITH {CURRENT_RECORDS} SELECT id FROM records"  # noqa: S608 - of constants
    values = {"party": party_id, "end": end_of(as_of)}
    ids = [pk for (pk,) in parties.grouped_rows(statement.format(scope="m.party_id = %(party)s"), values)]
    found = PublicRecord.objects.filter(pk__in=ids).select_related("search__material")
    return sorted(found, key=lambda one: (one.state != RecordState.OPEN, -one.opened_on.toordinal(), one.pk))


@dataclass(frozen=True, slots=True)
class KindOfRecords:
    """What is known of one kind: its records, and when everything of it was last searched (None: never)."""

    kind: RecordKind
    records: Sequence[PublicRecord]
    searched_on: date | None
    is_stale: bool

    @property
    def open(self) -> list[PublicRecord]:
        """Those that still stand."""
        return [one for one in self.records if one.state == RecordState.OPEN]

    @property
    def open_amount(self) -> Decimal:
        """Of those that still stand, in yuan; unknown amounts count as nothing."""
        return sum((one.amount for one in self.open if one.amount is not None), Decimal(0))

    @property
    def is_grave(self) -> bool:
        """Whether one open record of this kind already warns, and there is one."""
        return self.kind in GRAVE and bool(self.open)


def records_by_kind(party_id: int, *, as_of: date) -> list[KindOfRecords]:
    """Every kind in the order of the trade, those with something open first."""
    found = current_records(party_id, as_of=as_of)
    searched = last_searches(party_id, as_of=as_of)
    stale_before = as_of - timedelta(days=SEARCH_DAYS)
    kinds = []
    for kind in RecordKind:
        day = searched.get(kind)
        rows = [one for one in found if one.kind == kind]
        kinds.append(KindOfRecords(kind, rows, day, is_stale=day is not None and day < stale_before))
    return sorted(kinds, key=lambda one: (not one.open, not one.records))


def last_searches(party_id: int, *, as_of: date) -> Mapping[str, date]:
    """Kind → day of its last complete search."""
    statement = f"WITH {CURRENT_RECORDS} SELECT kind, as_of FROM last_complete"  # noqa: S608 - of constants
    values = {"party": party_id, "end": end_of(as_of)}
    rows = parties.grouped_rows(statement.format(scope="m.party_id = %(party)s"), values)
    return {kind: day for kind, day in rows}  # noqa: C416 - two of each row


def searches_of(party_id: int) -> list[Material]:
    """One party's searches, the newest first, each with what it was for (``search``) and its verifications."""
    found = materials_of(party_id, kinds=[MaterialKind.RECORD]).select_related("search", "replaced_by")
    return list(found.prefetch_related("search__records"))


def told_of_records(party: Party, actor: Actor, at: datetime) -> Holding:
    """The section's line: how many count, and what of them warns."""
    today = timezone.localdate(at)
    kinds = records_by_kind(party.pk, as_of=today)
    searched = [one.searched_on for one in kinds if one.searched_on]
    grave = [str(one.kind.label) for one in kinds if one.is_grave]
    stale = [one for one in kinds if one.is_stale]
    unsearched = [one for one in kinds if one.searched_on is None]
    warnings = list(grave)
    if not searched:
        warnings.append(_("从未查询"))
    elif unsearched:
        warnings.append(_("%(count)d 类未查询") % {"count": len(unsearched)})
    if stale:
        warnings.append(_("%(count)d 类查询超过 %(days)d 天") % {"count": len(stale), "days": SEARCH_DAYS})
    rows = sum(len(one.records) for one in kinds)
    still = sum(len(one.open) for one in kinds)
    told = _("未结 %(open)d 条") % {"open": still} if rows else (_("查询无记录") if searched else "")
    return Holding(count=rows, as_of=max(searched, default=None), told=told, warnings=tuple(warnings))
