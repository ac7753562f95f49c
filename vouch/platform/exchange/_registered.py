"""What rooms say of their tables for an undo: which rows were judged, which are guesses, which columns are nobody's work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from vouch.platform.exchange._tables import quoted

Witness = Callable[[Collection[str], datetime], Mapping[str, str]]
"""Keys of one table's rows, and since when → key and Chinese reason of those that were judged since."""

witnesses: dict[str, list[Witness]] = defaultdict(list)

passing: dict[str, str] = {}


def register_witness(table: str, witness: Witness) -> None:
    """Let a room say which rows of a table were judged since; called from its ``apps.py``."""
    witnesses[table].append(witness)


def register_passing(table: str, condition: str) -> None:
    """Let a room say which rows of a table are the machine's own guesses; called from its ``apps.py``.

    ``condition`` is SQL over the table's columns. Such a row holds no record, and is deleted with the one that it names:
    it would be found again.
    """
    passing[table] = condition


@dataclass(frozen=True, slots=True)
class Derived:
    """Columns of a table that only gather what other columns and rows say; ``renew`` gathers them anew for these keys."""

    columns: tuple[str, ...]
    renew: Callable[[Collection[str]], None]


_derived: dict[str, Derived] = {}


def register_derived(table: str, derived: Derived) -> None:
    """Let a room say which columns of a table are nobody's work; called from its ``apps.py``.

    Another way of gathering them is no change of the row; where a row is set back that was gathered anew since the
    import, it is once more. Runs inside the action that undoes.
    """
    _derived[table] = derived


def derived_of(table: str) -> Derived | None:
    """What a room registered of the table."""
    return _derived.get(table)


def is_as_left(table: str) -> str:
    """Whether the row ``t`` is as the journal's line ``j`` says that the import left it, in SQL.

    Only columns that both have are held against each other: a release may have added and removed some since. Joined in
    either order they come to the same where those agree.
    """
    derived = _derived.get(table)
    less = "".join(f" - '{name}'" for name in derived.columns) if derived else ""
    return f"COALESCE((j.after || to_jsonb(t)){less} = (to_jsonb(t) || j.after){less}, false)"


def is_passing(table: str, key: str) -> str:
    """Whether the row ``c`` is the machine's own guess, in SQL; the condition's columns are looked up in its table alone."""
    condition = passing.get(table)
    if condition is None:
        return "false"
    name, column = quoted(table), quoted(key)
    return f"EXISTS (SELECT FROM {name} AS own WHERE own.{column} = c.{column} AND ({condition}))"
