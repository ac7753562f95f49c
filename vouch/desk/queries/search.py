"""One box for everything: each kind of thing has one line in ``SOURCES`` that says who finds it, and how.

A source is asked with the actor, the text and how many, and answers within the actor's rights; a kind that finds
nothing is not shown. What a number of a person finds is asked apart, for it may stand in no address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vouch.business.queries import found_guarantees
from vouch.desk.terms import SearchKind
from vouch.engine.identifiers import looks_protected
from vouch.engine.pinyin import folded, heard_at
from vouch.parties import queries as parties
from vouch.parties.queries.sites import found_buildings
from vouch.platform.identity.actor import Actor

MOST_SUGGESTED = 5
MOST_OF_KIND = 50
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; ``sounds`` is how its title is spelled in pinyin, where it was searched by that."""

    title: str
    url: str
    about: str = ""
    number: str = ""
    sounds: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind, and whether there are more than these."""

    kind: SearchKind
    hits: Sequence[Hit]
    has_more: bool


Source = Callable[[Actor, str, int], Sequence[Hit]]


def _by_name(*, are_persons: bool) -> Source:
    def find(actor: Actor, text: str, most: int) -> Sequence[Hit]:
        found = parties.found_by_text(actor, text, are_persons=are_persons, most=most)
        return [_hit(one) for one in found]

    return find


def _by_number(actor: Actor, text: str, most: int) -> Sequence[Hit]:
    if not looks_protected(text):
        return []
    return [_hit(one) for one in parties.found_by_number(actor, text, most=most)]


def _hit(one: parties.FoundParty) -> Hit:
    party = one.party
    also = _("又名：%s") % one.known_as if one.known_as else ""
    about = " · ".join(filter(None, (party.get_kind_display(), one.about, also)))
    return Hit(party.name, party.get_absolute_url(), about, party.number, party.sound_text)


def _guarantees(actor: Actor, text: str, most: int) -> Sequence[Hit]:
    return [
        Hit(one.number, one.get_absolute_url(), f"{one.party.name} · {one.bank}", one.contract_number)
        for one in found_guarantees(actor, text, most=most)
    ]


def _buildings(actor: Actor, text: str, most: int) -> Sequence[Hit]:
    return [
        Hit(one.name, one.get_absolute_url(), one.site.name if one.site else "")
        for one in found_buildings(actor, text, most=most)
    ]


SOURCES: tuple[tuple[SearchKind, Source], ...] = (
    (SearchKind.NUMBER, _by_number),
    (SearchKind.CUSTOMER, _by_name(are_persons=False)),
    (SearchKind.PERSON, _by_name(are_persons=True)),
    (SearchKind.GUARANTEE, _guarantees),
    (SearchKind.BUILDING, _buildings),
)


def search(actor: Actor, text: str, *, most: int, only: str = "") -> list[Group]:
    """What the text finds, by kind; ``most`` hits of each."""
    text = text.strip()[:LONGEST_QUERY]
    groups = []
    for kind, source in SOURCES:
        if text and (not only or only == kind):
            hits = source(actor, text, most + 1)
            groups.append(Group(kind, hits[:most], len(hits) > most))
    return [group for group in groups if group.hits]


def marked(title: str, text: str, sounds: str = "") -> list[tuple[str, bool]]:
    """A title in pieces, each with whether it is what was asked for."""
    whole = _written_at(title, text) or heard_at(title, text, sounds)
    words = [] if whole else text.split()
    places = [
        span for word in words if (span := _written_at(title, word) or heard_at(title, word, sounds))
    ] or ([whole] if whole else [])
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, stop in sorted(places):
        if start >= at:
            pieces += [(title[at:start], False), (title[start:stop], True)]
            at = stop
    return [piece for piece in (*pieces, (title[at:], False)) if piece[0]]


def _written_at(title: str, word: str) -> tuple[int, int] | None:
    """Where the word stands, in whatever width and case; character by character, so that places stay true."""
    letters, wanted = [folded(one) for one in title], folded(word.strip())
    for start in range(len(letters)):
        read = ""
        for stop in range(start, len(letters)):
            read += letters[stop]
            if read == wanted:
                return start, stop + 1
            if not wanted.startswith(read):
                break
    return None
