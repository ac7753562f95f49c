"""How duplicates are found in the whole public register, how well, and against what else: `python bench/duplicates.py`.

5,000 duplicates with the stated edit mix are put among the 62,214 firms. Beside ours: firms of exactly one name, and
names compared all with all (difflib, or rapidfuzz where it is installed) on a sample, with the time for all of them.
"""

from __future__ import annotations

import argparse
import difflib
import os
import resource
import statistics
import sys
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vouch.engine.duplicates import AUTOMATIC_BITS, Record, find_duplicates
from vouch.engine.tests.duplicate_records import register, with_duplicates

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("VOUCH_SHARED_DATA", ROOT.parent / "shared" / "data"))
Pairs = set[tuple[int, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--sample", type=int, default=1000)
    options = parser.parse_args()
    firms = register(DATA / "registry" / "enterprises.csv.gz")
    untouched(firms)
    for bare in (False, True):
        seconds = []
        for seed in range(options.rounds):
            records, truth, kinds = with_duplicates(firms, count=options.count, seed=seed, bare=bare)
            begun = time.perf_counter()
            pairs = find_duplicates(records)
            seconds.append(time.perf_counter() - begun)
            found = {(one.one, one.other) for one in pairs}
            ours = {
                (one.one, one.other) for one in pairs if one.has_identifier and one.bits >= AUTOMATIC_BITS
            }
            told = "name and address" if bare else "with particulars"
            print(
                f"{told}, seed {seed}: {figures(found, truth)}; by itself {len(ours)}, wrong {len(ours - truth)}"
            )
            print("   recall by edit:", by_edit(found, truth, kinds))
        print(f"{told}: {len(records)} records, median {statistics.median(seconds):.1f} s of {len(seconds)}")
        print(f"   exactly one name: {figures(same_name(records), truth)}")
    compared(records, options.sample)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def untouched(firms: list[Record]) -> None:
    begun = time.perf_counter()
    pairs = find_duplicates(firms)
    print(
        f"untouched register: {len(firms)} records, {time.perf_counter() - begun:.1f} s, {len(pairs)} pairs to look at, "
        f"{sum(one.has_identifier and one.bits >= AUTOMATIC_BITS for one in pairs)} merged by themselves"
    )


def figures(found: Pairs, truth: Pairs) -> str:
    hits = len(found & truth)
    return f"precision {hits / max(1, len(found)):.4f}, recall {hits / len(truth):.4f}"


def by_edit(found: Pairs, truth: Pairs, kinds: dict[int, str]) -> str:
    every: dict[str, list[bool]] = defaultdict(list)
    for pair in truth:
        every[kinds[pair[1]]].append(pair in found)
    return ", ".join(f"{kind} {sum(hits) / len(hits):.3f}" for kind, hits in sorted(every.items()))


def same_name(records: list[Record]) -> Pairs:
    """What a GROUP BY finds."""
    of_name: dict[str, list[int]] = defaultdict(list)
    for one in records:
        of_name[one.name].append(one.id)
    return {(a, b) for ids in of_name.values() for a, b in combinations(sorted(ids), 2)}


def compared(records: list[Record], sample: int) -> None:
    """All with all, on so many records, and what that would be for all of them."""
    names = [one.name for one in records[:sample]]
    try:
        from rapidfuzz.fuzz import ratio

        title = "rapidfuzz"
    except ImportError:
        title = "difflib"

        def ratio(one: str, other: str) -> float:
            return 100 * difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()

    begun = time.perf_counter()
    near = sum(ratio(one, other) >= 90 for one, other in combinations(names, 2))
    taken = time.perf_counter() - begun
    whole = taken * (len(records) / len(names)) ** 2
    print(
        f"{title}, all with all: {sample} names {taken:.1f} s, {near} pairs; all would take {whole / 3600:.1f} h"
    )


if __name__ == "__main__":
    main()
