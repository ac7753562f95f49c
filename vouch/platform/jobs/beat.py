"""What every worker does again and again, every few seconds, without leaving a job behind each time.

For work that finds out itself whether there is anything to do, and that several workers may attempt at once (one
lock in the database lets one through). What must not be lost is a job instead.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Beat:
    """A function of no arguments and the seconds between two runs."""

    name: str
    seconds: float
    function: Callable[[], object]


_beats: dict[str, Beat] = {}


def beat(name: str, *, seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function under `room.verb`; VOUCH_BEATS=off silences all of them (tests)."""

    def decorate(function: Callable[[], object]) -> Callable[[], object]:
        _beats[name] = Beat(name, seconds, function)
        return function

    return decorate


def registered_beats() -> tuple[Beat, ...]:
    """What a worker is to run."""
    return () if os.environ.get("VOUCH_BEATS") == "off" else tuple(_beats.values())


def _once(one: Beat) -> None:
    try:
        one.function()
    except Exception:  # the next round tries again, whatever it was
        logger.exception("beat %s failed, will try again", one.name)
    finally:
        connections.close_all()  # the thread is another one next time


async def keep_beat(one: Beat) -> None:
    """Run for ever, one run at a time."""
    while True:
        await asyncio.to_thread(_once, one)
        await asyncio.sleep(one.seconds)
