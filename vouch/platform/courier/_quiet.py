"""Quiet hours: when a message may leave for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vouch.engine.working_days import is_working_day

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Every day from ``start`` to ``end``, over midnight where ``start`` is the later one; equal ones mean never.

    ``rests`` keeps whole days quiet on which the country does not work.
    """

    start: time
    end: time
    rests: bool = True

    def lasts_until(self, moment: datetime) -> datetime:
        """The first moment from ``moment`` on at which it is not quiet: ``moment`` itself where it is not quiet now."""
        local = moment.astimezone(ZONE)
        free = self._free_of_hours(local)
        if self.rests:
            while not is_working_day(free.date()):
                free = datetime.combine(free.date() + DAY, time(), ZONE)
                free = self._free_of_hours(free)
        return moment if free == local else free

    def _free_of_hours(self, local: datetime) -> datetime:
        clock = local.time()
        if self.start == self.end:
            return local
        if self.start < self.end:
            is_quiet, day = self.start <= clock < self.end, local.date()
        else:
            is_quiet = clock >= self.start or clock < self.end
            day = local.date() + DAY if clock >= self.start else local.date()
        return datetime.combine(day, self.end, ZONE) if is_quiet else local


def read_hours(text: str) -> tuple[time, time]:
    """``21:00-08:00``. Raises ValueError (Chinese)."""
    try:
        start, _dash, end = text.partition("-")
        return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        raise ValueError(f"免打扰时段应写作 21:00-08:00，现为“{text}”") from error
