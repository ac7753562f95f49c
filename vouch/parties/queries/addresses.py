"""Questions about registered addresses: which wait to be read, how near they come to a door, where a person must look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from vouch.engine.address import LEVEL_TITLES, Address, Kind, Level, corrected, parse
from vouch.parties.models import AddressReading, Enterprise, Party
from vouch.parties.queries.party import search, visible_to
from vouch.parties.terms import ORGANISATIONS, READING_RULE
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope

UNSURE = Decimal("0.6")
"""Below it two of three readings are right (docs/address.md): a person should look."""


def unread(party_ids: Sequence[int] | None = None) -> QuerySet[Enterprise]:
    """Organisations whose address was never read, is another one since, or was read by an earlier rule; by their ids."""
    reading = "party__address_reading__"
    found = Enterprise.objects.annotate(read=F(f"{reading}text"), rule=F(f"{reading}rule")).filter(
        Q(read=None) & ~Q(address="")
        | Q(read__isnull=False) & ~Q(read=F("address"))
        | Q(rule__lt=READING_RULE),
        party__kind__in=ORGANISATIONS,
    )
    if party_ids is not None:
        found = found.filter(party__in=list(party_ids))
    return found.order_by("party_id")


def readings_visible_to(actor: Actor) -> QuerySet[AddressReading]:
    """Readings of the customers that the actor sees."""
    found = AddressReading.objects.all()
    return found if actor.scope == Scope.ALL else found.filter(party__in=visible_to(actor))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsWanted:
    """Which readings the list shows; blanks mean all. ``only`` is unsure, by_hand, or none (no building reached)."""

    text: str = ""
    level: int | None = None
    only: str = ""


def readings_where(actor: Actor, wanted: ReadingsWanted) -> QuerySet[AddressReading]:
    """The readings that the actor sees and the filter lets through, of customers' standing records."""
    found = readings_visible_to(actor).filter(party__canonical=None).select_related("party", "building")
    if wanted.text:
        found = found.filter(
            Q(party__in=search(visible_to(actor), wanted.text)) | Q(text__contains=wanted.text)
        )
    if wanted.level is not None:
        found = found.filter(level=wanted.level)
    if wanted.only == "unsure":
        found = found.filter(confidence__lt=UNSURE, marks=None)
    elif wanted.only == "by_hand":
        found = found.exclude(marks=None)
    elif wanted.only == "none":
        found = found.filter(building=None)
    return found


def levels_of(actor: Actor) -> list[tuple[str, int]]:
    """How many addresses come how near to a door, the nearest first."""
    counted = dict(
        readings_visible_to(actor)
        .filter(party__canonical=None)
        .values_list("level")
        .annotate(count=Count("pk"))
    )
    return [
        (LEVEL_TITLES[level], counted[level]) for level in sorted(Level, reverse=True) if counted.get(level)
    ]


def reading_of(party: Party) -> AddressReading | None:
    """How the party's registered address was read; None before it was."""
    return AddressReading.objects.select_related("building").filter(party=party).first()


def marked_readings(party_ids: Sequence[int]) -> dict[int, AddressReading]:
    """Party → its reading where a person said what the parts are, whoever asks."""
    rows = AddressReading.objects.filter(party__in=list(party_ids)).exclude(marks=None)
    return {row.party_id: row for row in rows}


def read_as(text: str, reading: AddressReading | None) -> Address:
    """An address with its parts: as a person marked it where that still holds, else as the machine reads it."""
    if reading is None or reading.marks is None or reading.text != text:
        return parse(text)
    return corrected(text, [(Kind(kind), start, end) for kind, start, end in reading.marks])


def address_of(party: Party) -> Address:
    """The registered address with its parts, as ``read_as`` says."""
    return read_as(party.enterprise.address, reading_of(party))
