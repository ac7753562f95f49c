"""For tests only: a file as if somebody had uploaded it, and a delivery taken in at once."""

from __future__ import annotations

from datetime import datetime

from vouch.platform.exchange.actions import Delivery, GivenFile, receive_import
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.running import run_import
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit


def kept(content: str | bytes, *, name: str, source: str = "file") -> GivenFile:
    """A file of this content, its columns to be found by their headings."""
    data = content.encode() if isinstance(content, str) else content
    return GivenFile(source, name, [data])


def delivered(delivery: Delivery, *, unit: Unit, by: Actor, at: datetime) -> Import:
    """Receive a delivery and run it to its end at the same moment."""
    batch = receive_import(actor=by, at=at, unit=unit, delivery=delivery)
    return run_import(batch.pk, actor=by, clock=lambda: at)
