"""What every worker does again and again, every few seconds, without leaving a job behind each time.

For work that finds out itself whether there is anything to do, and that several workers may attempt at once (one
lock in the database lets one through). What must not be lost is a job instead.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connections
from django.utils import timezone

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


def known_beats() -> tuple[Beat, ...]:
    """Every beat that some room declares."""
    return tuple(_beats.values())


def last_run_of(name: str) -> str:
    """Where the cache keeps a beat's last run: ``at``, ``took`` (seconds), ``fault`` (the error's name, or "")."""
    return f"vouch.beat.{name}"


_noted: dict[str, tuple[float, str]] = {}
NOTE_SECONDS = 10.0
DAY = 24 * 60 * 60


def _note(one: Beat, *, took: float, fault: str) -> None:
    """For the page of schedules; not at every round of those that run every few seconds."""
    now, last = time.monotonic(), _noted.get(one.name)
    if last is not None and now - last[0] < NOTE_SECONDS and last[1] == fault:
        return
    _noted[one.name] = (now, fault)
    # The error's name alone: its words may hold what must not lie about in a cache.
    note = {"at": timezone.now(), "took": round(took, 3), "fault": fault}
    cache.set(last_run_of(one.name), note, timeout=7 * DAY)


def _once(one: Beat) -> None:
    start, fault = time.monotonic(), ""
    try:
        one.function()
    except Exception as error:  # the next round tries again, whatever it was
        fault = type(error).__name__
        logger.exception("beat %s failed, will try again", one.name)
    try:
        _note(one, took=time.monotonic() - start, fault=fault)
    except Exception:  # where the database is away, the beat must not end
        logger.exception("beat %s could not note its run", one.name)
    finally:
        connections.close_all()  # the thread is another one next time


async def keep_beat(one: Beat) -> None:
    """Run for ever, one run at a time."""
    while True:
        await asyncio.to_thread(_once, one)
        await asyncio.sleep(one.seconds)
