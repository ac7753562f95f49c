"""The whole way, from records to pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vouch.engine.duplicates.blocking import meeting
from vouch.engine.duplicates.records import Pair, Record
from vouch.engine.duplicates.scoring import Corpus, as_pairs

MARGIN_BITS = 3.0


def find_duplicates(records: Iterable[Record]) -> Sequence[Pair]:
    """Pairs worth a person's look, the strongest first; the same records give the same pairs in the same order."""
    corpus = Corpus(records)
    pairs = sorted(
        as_pairs(corpus, meeting(corpus.prepared)), key=lambda one: (-one.bits, one.one, one.other)
    )
    return _without_rivals(corpus, pairs)


def _without_rivals(corpus: Corpus, pairs: Sequence[Pair]) -> list[Pair]:
    """Leave out what a stronger pair excludes: a record that is A cannot be B where A and B are known to be two.

    An affiliate in the same house, with the same brand and its own code, would else stand beside every real pair.
    """
    place_of = {one.id: place for place, one in enumerate(corpus.prepared)}
    partners: dict[int, list[tuple[float, int]]] = defaultdict(list)
    kept = []
    for pair in pairs:
        if not any(
            bits >= pair.bits + MARGIN_BITS and _are_two(corpus, place_of[partner], place_of[rival])
            for here, rival in ((pair.one, pair.other), (pair.other, pair.one))
            for bits, partner in partners[here]
        ):
            kept.append(pair)
            partners[pair.one].append((pair.bits, pair.other))
            partners[pair.other].append((pair.bits, pair.one))
    return kept


def _are_two(corpus: Corpus, one: int, other: int) -> bool:
    here, there = corpus.prepared[one], corpus.prepared[other]
    return bool(here.uscc and there.uscc and here.uscc != there.uscc)
