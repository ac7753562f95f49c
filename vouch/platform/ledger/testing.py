"""For tests only: set the scene without an action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vouch.platform.database.guard import writing as _writing


@contextmanager
def writing() -> Iterator[None]:
    """Lift the guard against writes outside actions while a test sets its scene."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)
