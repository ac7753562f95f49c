"""Runs that share the suite leave out nothing and do nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.sharing import taken


def collected() -> list[Any]:
    """Two modules whose transactional tests stand at the end, and one between them."""
    names = ["a", "a", "b", "b", "b", "c", "a", "b", "b"]
    return [SimpleNamespace(path=Path(f"test_{name}.py"), at=at) for at, name in enumerate(names)]


def places(items: Iterable[Any]) -> list[int]:
    return [item.at for item in items]


def test_two_runs_in_turn_take_every_test_once_and_whole_modules(tmp_path: Path) -> None:
    items = collected()
    turns = list(zip_longest(taken(items, tmp_path), taken(items, tmp_path)))
    one, two = (places(turn[run] for turn in turns if turn[run]) for run in (0, 1))
    assert sorted(one + two) == list(range(len(items)))
    assert (one, two) == ([0, 1, 5, 6], [2, 3, 4, 7, 8])


def test_a_run_that_comes_late_takes_what_is_left(tmp_path: Path) -> None:
    items = collected()
    first = taken(items, tmp_path)
    assert places(islice(first, 3)) == [0, 1, 2]
    assert places(taken(items, tmp_path)) == [5, 6, 7, 8]
    assert places(first) == [3, 4]
