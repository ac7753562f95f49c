"""Whose data a request read: rows of watched models tell of themselves while somebody listens.

An inspection's account leaves an entry of every page with whom it showed. Collecting where rows leave the database
means that no page, export or fragment can forget to say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, TypeVar

from django.db.models import Model

_read: ContextVar[set[tuple[str, str]] | None] = ContextVar("vouch_read_subjects", default=None)


View = TypeVar("View", bound=Callable[..., Any])


def reading(view: View) -> View:
    """Mark a view that is posted to but changes nothing: an inspection's account may use it."""
    view.is_reading = True  # type: ignore[attr-defined]
    return view


@contextmanager
def listening() -> Iterator[set[tuple[str, str]]]:
    """Collect the subjects read meanwhile, as pairs of kind and id."""
    found: set[tuple[str, str]] = set()
    token = _read.set(found)
    try:
        yield found
    finally:
        _read.reset(token)


class Watched(Model):
    """A model whose rows are about somebody; ``subject_kind`` is the kind as the ledger names it."""

    subject_kind: ClassVar[str] = ""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **others: Any) -> Any:
        """Every row that becomes an object passes here."""
        made = super().from_db(db, field_names, values, **others)
        found = _read.get()
        if found is not None:
            found.add((cls.subject_kind, str(made.pk)))
        return made
