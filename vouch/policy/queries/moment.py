"""The institution at a moment: how the rules are read then, and the figures that the limits are measured by."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from vouch.engine.ratios import Interpretation
from vouch.policy.models import Setting
from vouch.policy.queries.figures import Standing, standing_on
from vouch.policy.queries.setting import reading_of, setting_in_force


class Moment:
    """What everything that is weighed at ``at`` starts from; each is looked up once."""

    at: datetime

    @cached_property
    def day(self) -> date:
        """The day of the moment, here."""
        return timezone.localdate(self.at)

    @cached_property
    def setting(self) -> Setting:
        """How the rules are read."""
        return setting_in_force(at=self.at)

    @cached_property
    def reading(self) -> Interpretation:
        """The same, as the engine takes it."""
        return reading_of(self.setting)

    @cached_property
    def standing(self) -> Standing | None:
        """The figures that the limits are measured by."""
        return standing_on(self.day, at=self.at, reading=self.reading)

    @cached_property
    def base(self) -> int:
        """净资产基数 in fen; nought where it is unknown, so that nothing keeps a limit."""
        return 0 if self.standing is None else self.standing.base
