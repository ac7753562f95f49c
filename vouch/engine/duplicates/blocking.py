"""Which records meet: those that share a key. Keys that many share say little and are narrowed or dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from vouch.engine.duplicates.scoring import Prepared

SMALL, LARGE = 24, 60
"""Up to SMALL records under a key all meet; a house with more is asked for a piece of the name too; beyond LARGE
records a key is no key."""


def meeting(prepared: Sequence[Prepared]) -> set[tuple[int, int]]:
    """Pairs of places in ``prepared``, the lower first, that share a key."""
    blocks: dict[str, list[int]] = defaultdict(list)
    houses: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(prepared):
        for key in set(_keys(one)):
            blocks[key].append(place)
        if not one.is_person:
            for house in {address.house for address in one.addresses} - {""}:
                houses[house].append(place)
    for house, members in houses.items():
        if len(members) <= SMALL:
            blocks[f"h:{house}"] = members
        else:
            for place in members:
                for piece in _pieces(prepared[place].name.body):
                    blocks[f"h:{house}:{piece}"].append(place)
    pairs: set[tuple[int, int]] = set()
    for members in blocks.values():
        if 1 < len(members) <= LARGE:
            pairs.update(_pairs(members))
    return pairs


def _pairs(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    for place, one in enumerate(members):
        for other in members[place + 1 :]:
            yield (one, other) if one < other else (other, one)


def _keys(one: Prepared) -> Iterable[str]:
    yield from (f"o:{organisation}" for organisation in one.organisations)
    yield from (f"c:{code.value}" for code in one.codes)
    yield from (f"p:{phone}" for phone in one.phones)
    if one.is_person:
        yield f"pn:{one.name.full}"
        if one.document:
            yield f"d:{one.document}"
        return
    for name in one.names:
        yield f"b:{name.body}"
        # A core that some sixty share is a word of the trade; with the place it may still be a name.
        yield f"k:{name.core}"
        yield from (f"k:{name.core}:{place}" for place in one.places)
        if len(name.full) >= 5:
            # Each character left out once: two names a typing error apart share one of these.
            yield from {f"t:{name.full[:at]}{name.full[at + 1 :]}" for at in range(len(name.full))}
            yield f"t:{name.full}"
    if one.representative:
        yield from (f"r:{one.representative}:{piece}" for piece in _pieces(one.name.body))


def _pieces(body: str) -> set[str]:
    return {body[at : at + 2] for at in range(len(body) - 1)} or {body}
