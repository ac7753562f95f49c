"""How well and how fast addresses are read: `python bench/addresses.py --data ../shared/data`.

Reads the labelled addresses (address/dev.txt: entity F1 of building, unit, floor and room, beside a baseline of four
patterns in the same run, and how many readings are right at which confidence), then every registered address (levels
reached, addresses per second, median of five runs), and lists the buildings that most enterprises share.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vouch.engine.address import LEVEL_TITLES, Level, parse
from vouch.engine.address.names import named_parts
from vouch.engine.tests.test_address import LABELS, entities_of, labelled, registered

RUNS = 5
FOUR_PATTERNS = {
    "houseno": re.compile(r"[0-9A-Za-z一二三四五六七八九十]+(?:号楼|幢|栋|座)"),
    "cellno": re.compile(r"[0-9一二三四五六七八九十]+单元"),
    "floorno": re.compile(r"[0-9一二三四五六七八九十]+(?:楼|层)"),
    "roomno": re.compile(r"[0-9A-Za-z]+室|(?<=[幢栋座元楼层])[0-9]{3,4}(?![0-9])"),
}
Entities = set[tuple[str, int, int]]


def baseline(text: str) -> Entities:
    return {
        (label, *found.span()) for label, pattern in FOUR_PATTERNS.items() for found in pattern.finditer(text)
    }


def score(samples: Iterable[tuple[str, Entities]], read: Callable[[str], Entities]) -> dict[str, float]:
    """Entity F1 by label, and over all of them: right where kind, start and end are."""
    right, wrong = Counter[str](), Counter[str]()
    for text, known in samples:
        found = read(text)
        right.update(label for label, _, _ in known & found)
        wrong.update(label for label, _, _ in known ^ found)
    by_label = {label: 2 * right[label] / (2 * right[label] + wrong[label]) for label in LABELS.values()}
    return by_label | {"all": 2 * right.total() / (2 * right.total() + wrong.total())}


def labelled_ones(path: Path) -> None:
    samples = list(labelled(path))
    print(f"{path.name}: {len(samples)} addresses, entity F1")
    for name, read in (("four patterns", baseline), ("parse", lambda text: entities_of(parse(text)))):
        print(
            f"  {name:14}", "  ".join(f"{label} {value:.4f}" for label, value in score(samples, read).items())
        )
    print("  share of addresses whose four labels are all right, by confidence")
    groups: dict[str, list[bool]] = {"1": [], ">= 0.8": [], ">= 0.6": [], "< 0.6": []}
    for text, known in samples:
        address = parse(text)
        sure = address.confidence
        group = "1" if sure == 1 else ">= 0.8" if sure >= 0.8 else ">= 0.6" if sure >= 0.6 else "< 0.6"
        groups[group].append(entities_of(address) == known)
    for group, hits in groups.items():
        print(
            f"  {group:7} {len(hits):5} addresses, {sum(hits) / len(hits):.1%} right"
            if hits
            else f"  {group}: none"
        )


def registered_ones(data: Path, *, shown: int) -> None:
    texts = registered(data)
    times = []
    for _ in range(RUNS):
        named_parts.cache_clear()
        start = time.perf_counter()
        found = [parse(text) for text in texts]
        times.append(time.perf_counter() - start)
    print(
        f"registry: {len(texts):,} addresses, {len(texts) / statistics.median(times):,.0f} a second (one core)"
    )
    levels = Counter(address.level for address in found)
    reached = 0
    for level in sorted(Level, reverse=True):
        reached += levels[level]
        title = LEVEL_TITLES[level]
        print(f"  {level.name:9} {levels[level]:6} {reached / len(texts):7.2%} at least  {title}")
    shared = Counter(address.building_key for address in found if address.building_key)
    many = [count for count in shared.values() if count > 1]
    print(
        f"  {len(shared):,} buildings, {len(many):,} of them shared by {sum(many):,} enterprises; the largest:"
    )
    for key, count in shared.most_common(shown):
        print(f"  {count:4} {key}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--shown", type=int, default=20, help="how many shared buildings to list")
    options = parser.parse_args()
    labelled_ones(options.data / "address/dev.txt")
    registered_ones(options.data, shown=options.shown)


if __name__ == "__main__":
    main()
