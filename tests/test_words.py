"""What the ledger shows people is in their words, for every event and every kind of subject there is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from vouch.config.terms import EVENT_TITLES, SUBJECT_TITLES, TASK_TITLES

ROOT = Path(__file__).resolve().parents[1] / "vouch"


def calls() -> Iterator[ast.Call]:
    for path in ROOT.rglob("*.py"):
        if "tests" not in path.parts:
            yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def first_texts(calls_of: set[str]) -> set[str]:
    found = set()
    for call in calls():
        name = ast.unparse(call.func)
        if name in calls_of and call.args and isinstance(call.args[0], ast.Constant):
            found.add(str(call.args[0].value))
    return found


def test_every_event_has_a_title() -> None:
    events = first_texts({"action"})
    assert len(events) > 20
    assert events - set(EVENT_TITLES) == set()
    assert set(EVENT_TITLES) - events == set()


def test_every_kind_of_subject_has_a_title() -> None:
    kinds = first_texts({"entry.about", "entry.bulk"})
    assert len(kinds) > 5
    assert kinds - set(SUBJECT_TITLES) == set()


def test_every_task_and_beat_has_a_title() -> None:
    names = first_texts({"task", "beat"})
    assert len(names) > 10
    # The queue's own housekeeping is declared with the library's decorator.
    assert names - set(TASK_TITLES) == set()
    assert set(TASK_TITLES) - names == {"jobs.tidy"}
