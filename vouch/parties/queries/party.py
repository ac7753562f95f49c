"""Questions about parties. ``visible_to`` is the one place that says who sees whom."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import (
    Case,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    SmallIntegerField,
    When,
)

from vouch.engine.firm_size import FirmSize, Measures, firm_size, standard_for
from vouch.engine.pinyin import asked_sounds
from vouch.parties.models import Assignment, Enterprise, Identifier, Party
from vouch.parties.permissions import assignments_seen_by
from vouch.parties.terms import IdentifierKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.holdings import Item
from vouch.platform.identity.models import Unit, User
from vouch.platform.identity.queries import account_managers
from vouch.platform.identity.terms import Scope


def visible_to(actor: Actor) -> QuerySet[Party]:
    """The parties that the actor may see: all, those of their units, or those in their own hands (管户)."""
    if actor.scope in {Scope.ALL, Scope.OWN}:
        return Party.objects.filter(in_sight_of(actor, "pk"))
    seen, stays, _goes = _in_sight(actor)
    # A unit may have everybody: each row is asked for, so that a page reads no more than it shows.
    return Party.objects.filter(
        Q(Exists(seen.filter(party=OuterRef("pk"))))
        | Q(Exists(stays.filter(party__canonical=OuterRef("pk"))))
        | Q(canonical__isnull=False) & Exists(seen.filter(party=OuterRef("canonical")))
    )


def in_sight_of(actor: Actor, party: str) -> Q:
    """The same for rows that name a party in the column ``party``, where a whole table is counted or added up.

    The keys are gathered once and every row is held against them.
    """
    if actor.scope == Scope.ALL:
        return Q()
    if actor.user_id is None and actor.scope == Scope.OWN:
        return Q(pk__in=[])
    seen, stays, goes = _in_sight(actor)
    merged = goes.filter(canonical__in=seen.values("party")).values("pk")
    mine, others = seen.values("party_id"), stays.values("party__canonical_id")
    if actor.scope == Scope.OWN:
        # A few hundred at most: looked up one by one.
        return Q(**{f"{party}__in": mine.union(others, merged, all=True)})
    # Two sets and not their union, of which the planner knows no size: it would look a unit's customers up one by one.
    return Q(**{f"{party}__in": mine}) | Q(**{f"{party}__in": others.union(merged, all=True)})


def _in_sight(actor: Actor) -> tuple[QuerySet[Assignment], QuerySet[Assignment], QuerySet[Party]]:
    """The assignments that let the actor see; those of them whose record was merged; and the merged records.

    Whoever looks after one record of a customer sees the record that stays, and the other way round.
    """
    seen = Assignment.objects.filter(assignments_seen_by(actor))
    return seen, seen.filter(party__canonical__isnull=False), Party.objects.filter(canonical__isnull=False)


def listed(parties: QuerySet[Party]) -> QuerySet[Party]:
    """One row for each customer: without the records that were merged into another."""
    return parties.filter(canonical=None)


def canonical_id(party_id: int) -> int:
    """The record that stands for this one: itself, unless it was merged."""
    found = Party.objects.filter(pk=party_id).values_list("canonical", flat=True).first()
    return found or party_id


def merged_records() -> dict[int, int]:
    """Merged record → the record that stands for it."""
    rows = Party.objects.filter(canonical__isnull=False).values_list("pk", "canonical")
    return {pk: canonical for pk, canonical in rows if canonical is not None}


def records_of(party: Party) -> QuerySet[Party]:
    """Every record of the customer whose record this is: the one that stands, and those merged into it."""
    stands = party.canonical_id or party.pk
    return Party.objects.filter(Q(pk=stands) | Q(canonical=stands))


def search(parties: QuerySet[Party], text: str) -> QuerySet[Party]:
    """Those whose names, codes or number contain every word of the text, or whose names are spelled like that in pinyin."""
    found = Q()
    for word in plain_text(text).split():
        found &= Q(search_text__contains=word)
    for spelled in asked_sounds(text):
        found |= Q(sound_text__contains=spelled)
    return parties.filter(found)


def plain_text(text: str) -> str:
    """The form in which texts are searched: one width, one case."""
    return unicodedata.normalize("NFKC", text).upper()


_OFFICIAL_FIRST = Case(
    *(When(kind=kind, then=place) for place, kind in enumerate(IdentifierKind.values)),
    output_field=SmallIntegerField(),
)
"""The unified code before old numbers, and those before codes of our sources' own."""


def with_particulars(parties: QuerySet[Party]) -> QuerySet[Party]:
    """Each with its enterprise, codes (``codes``) and present assignment (``present``, a list of at most one)."""
    present = Assignment.objects.filter(ends_on=None).select_related("unit", "manager", "second_manager")
    return parties.select_related("enterprise", "canonical").prefetch_related(
        Prefetch("identifiers", Identifier.objects.order_by(_OFFICIAL_FIRST, "value"), to_attr="codes"),
        Prefetch("assignments", present, to_attr="present"),
    )


def in_unit(parties: QuerySet[Party], unit_id: int) -> QuerySet[Party]:
    """Those that the unit looks after at present."""
    return parties.filter(_looked_after(unit=unit_id))


def managed_by(parties: QuerySet[Party], user_id: int) -> QuerySet[Party]:
    """Those whose manager (A角) at present is this person."""
    return parties.filter(_looked_after(manager=user_id))


def _looked_after(**by: int) -> Q:
    """By whom at present, in one of the customer's records."""
    present = Assignment.objects.filter(ends_on=None, **by)
    merged = Q(Exists(present.filter(party__canonical=OuterRef("pk"))))
    return Q(Exists(present.filter(party=OuterRef("pk")))) | merged


def party_by_code(value: str, *, kind: str = IdentifierKind.USCC, source: str = "") -> Party | None:
    """The party that goes by this code."""
    return Party.objects.filter(
        identifiers__kind=kind, identifiers__source=source, identifiers__value=value
    ).first()


def party_ids_by_code(values: list[str], *, kind: str, source: str = "") -> Mapping[str, int]:
    """Code → party for those codes that are known."""
    found = Identifier.objects.filter(kind=kind, source=source, value__in=values)
    return dict(found.values_list("value", "party_id"))


def identifiers_of(party: Party) -> QuerySet[Identifier]:
    """The codes of a party."""
    return Identifier.objects.filter(party=party).order_by("kind", "value")


def assignments_of(party: Party) -> QuerySet[Assignment]:
    """Who looked after the party, the present one first."""
    return (
        Assignment.objects.filter(party=party)
        .select_related("party", "unit", "manager", "second_manager")
        .order_by("-starts_on", "-pk")
    )


def current_assignment(party: Party) -> Assignment | None:
    """Who looks after the party now."""
    return assignments_of(party).filter(ends_on=None).first()


_PROVINCES = """
WITH RECURSIVE found AS (
    (SELECT min(province) AS name FROM parties_enterprise WHERE province > '')
    UNION ALL
    SELECT (SELECT min(province) FROM parties_enterprise WHERE province > found.name)
    FROM found WHERE found.name IS NOT NULL
)
SELECT name FROM found WHERE name IS NOT NULL
"""


def provinces() -> list[str]:
    """The provinces that occur, for the list's filter: one probe of the index for each, not a scan of all firms."""
    with connection.cursor() as cursor:
        cursor.execute(_PROVINCES)
        return [name for (name,) in cursor.fetchall()]


def size_of(enterprise: Enterprise) -> FirmSize | None:
    """The firm's size by its industry and figures; None where those are missing or not covered."""
    return size_by(
        enterprise.industry_code, enterprise.staff_count, enterprise.revenue, enterprise.total_assets
    )


def size_by(
    industry_code: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None
) -> FirmSize | None:
    """The same, of figures in yuan."""
    standard = standard_for(industry_code)
    if standard is None:
        return None
    return firm_size(standard, Measures(staff=staff, revenue=_fen(revenue), assets=_fen(assets)))


def _fen(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def age_in_months(established_on: date, *, as_of: date) -> int:
    """Completed months since a firm was established; 0 before."""
    months = (as_of.year - established_on.year) * 12 + as_of.month - established_on.month
    return max(months - (as_of.day < established_on.day), 0)


def assignable_units(actor: Actor) -> QuerySet[Unit]:
    """The units to which the actor may give a customer: those they reach, or their own."""
    units = Unit.objects.filter(closed_at=None).order_by("code")
    if actor.scope == Scope.ALL:
        return units
    if actor.scope == Scope.OWN:
        return units.filter(staff__in=actor.own_ids).distinct()
    return units.filter(pk__in=actor.unit_ids)


def assignable_staff() -> QuerySet[User]:
    """Who may look after customers."""
    return account_managers()


def codes_of_records(party_ids: Iterable[int]) -> list[Identifier]:
    """The codes of these records, each with its record; the official ones first."""
    found = Identifier.objects.filter(party__in=list(party_ids)).select_related("party")
    return list(found.order_by("party", _OFFICIAL_FIRST, "value"))


def held_count(user_id: int, *, side: str) -> int:
    """How many customers the person looks after now, as ``manager`` (A角) or ``second_manager`` (B角)."""
    return Assignment.objects.filter(ends_on=None, **{side: user_id}).count()


def held_parties(actor: Actor, user_id: int, *, side: str) -> list[Item]:
    """Those of them that the actor sees, by name."""
    mine = Assignment.objects.filter(party=OuterRef("pk"), ends_on=None, **{side: user_id})
    return _items(visible_to(actor).filter(Exists(mine)))


def named_parties(actor: Actor, party_ids: Iterable[int]) -> list[Item]:
    """These parties, as far as the actor sees them, by name."""
    return _items(visible_to(actor).filter(pk__in=list(party_ids)))


def _items(parties: QuerySet[Party]) -> list[Item]:
    return [
        Item(party.pk, party.name, party.number, party.get_absolute_url())
        for party in parties.order_by("name", "pk")
    ]


def unit_count(unit_id: int) -> int:
    """How many customers belong to the unit now."""
    return Assignment.objects.filter(ends_on=None, unit=unit_id).count()
