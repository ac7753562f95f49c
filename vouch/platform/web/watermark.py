"""The mark that a request's pages and files carry: who reads, for whom, when. Empty for most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_mark: ContextVar[str] = ContextVar("vouch_watermark", default="")


@contextmanager
def marked(text: str) -> Iterator[None]:
    """Have exports made meanwhile carry the text."""
    token = _mark.set(text)
    try:
        yield
    finally:
        _mark.reset(token)


def mark() -> str:
    """The text to carry; empty for none."""
    return _mark.get()
