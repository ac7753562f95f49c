"""What follows an event: the map that ``config/wiring.py`` hands over at start-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vouch.platform.jobs.defer import defer

_reactions: dict[str, tuple[str, ...]] = {}


def register_reactions(wiring: Mapping[str, Sequence[str]]) -> None:
    """Take event → names of tasks; called once, by the switchboard."""
    _reactions.update({event: tuple(tasks) for event, tasks in wiring.items()})


def defer_reactions(event: str, *, subject_kind: str, subject_id: str) -> None:
    """Enqueue the event's tasks in the running transaction, one at a time for each subject.

    A reaction is given ``subject_id`` alone and asks for the rest when it runs, so that a later run sees
    whatever an earlier one would have done.
    """
    for task in _reactions.get(event, ()):
        defer(task, lock=f"{task}:{subject_kind}:{subject_id}", subject_id=subject_id)
