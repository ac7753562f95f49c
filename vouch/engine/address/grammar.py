"""The grammar of an address: names from great to small, then numbers, each read by what stands before it."""

from __future__ import annotations

from vouch.engine.address.kinds import Kind
from vouch.engine.address.names import HABITS, named_parts
from vouch.engine.address.numbers import Before, Span, counted
from vouch.engine.address.tokens import Token, tokens

_ASIDE = (Kind.REMARK, Kind.BESIDE, Kind.REST)
_NAMES = (Kind.COUNTY, Kind.ZONE, Kind.TOWN, Kind.VILLAGE, Kind.GROUP, Kind.ROAD, Kind.PLACE)


def spans(text: str) -> list[Span]:
    """The parts of a text that ``tokens.plain`` has gone over, in order; separators are left out."""
    pieces = tokens(text)
    found: list[Span] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        if pieces[at].sort == "number":
            end = _end_of_sequence(pieces, at)
            items = [one for one in pieces[at:end] if one.sort == "number"]
            found += counted(items, _before(text, found, pieces[end] if end < len(pieces) else None))
        elif pieces[at].sort == "remark":
            found.append(Span(Kind.REMARK, pieces[at].start, pieces[at].end))
        elif pieces[at].sort == "word":
            found += _named(
                text, pieces[at], found, carries=end < len(pieces) and pieces[end].sort == "number"
            )
        at = end
    return found


def _named(text: str, piece: Token, found: list[Span], *, carries: bool) -> list[Span]:
    """The parts of a run of words; ``carries``: a number follows."""
    rank = max((HABITS[span.kind].rank for span in found if span.kind in HABITS), default=-1)
    parts = [
        Span(one.kind, piece.start + one.start, piece.start + one.end)
        for one in named_parts(text[piece.start : piece.end], rank)
    ]
    last = parts[-1]
    if (
        carries
        and last.kind is Kind.REST
        and last.end - last.start > 1
        and text[last.end - 1] not in "东西南北侧"
    ):
        # What carries numbers is a place, though its name ends like no other.
        parts[-1] = Span(Kind.PLACE, last.start, last.end, guessed=True)
    return parts


def _before(text: str, found: list[Span], following: Token | None) -> Before:
    last = next((span for span in reversed(found) if span.kind not in _ASIDE), None)
    taken: set[Kind] = set()
    for span in reversed(found):
        if span.kind in _NAMES:
            break
        taken.add(span.kind)
    kinds = {span.kind for span in found}
    return Before(text, last, frozenset(taken), Kind.NUMBER in kinds, Kind.BUILDING in kinds, following)


def _end_of_sequence(pieces: list[Token], at: int) -> int:
    """The index behind a sequence: numbers joined by separators, all without a unit but the last."""
    while pieces[at].unit == "" and at + 2 < len(pieces):
        if pieces[at + 1].sort != "separator" or pieces[at + 2].sort != "number":
            break
        at += 2
    return at + 1
