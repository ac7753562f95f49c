"""Between which two days customers' classes or grades are compared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vouch.grading.queries.migration import Axis, first_class_day
from vouch.platform.web.inputs import DayField

YEAR = timedelta(days=365)


class MigrationForm(forms.Form):
    """Two days and what is compared; without any, the last year by class."""

    axis = forms.ChoiceField(
        label=_("按"), required=False, choices=[(Axis.CLASS.value, _("分类")), (Axis.GRADE.value, _("等级"))]
    )
    start: Any = DayField(label=_("起始日"), required=False)
    end: Any = DayField(label=_("截止日"), required=False)

    def clean(self) -> dict[str, Any]:
        """The first day comes first, and neither has yet to come."""
        cleaned = super().clean() or {}
        start, end = self._days(cleaned)
        if start >= end:
            raise forms.ValidationError(gettext("起始日应早于截止日。"))
        if end > timezone.localdate():
            raise forms.ValidationError(gettext("截止日不能晚于今天。"))
        return cleaned

    def asked(self, *, within: tuple[date, date] | None = None) -> tuple[Axis, date, date]:
        """What was asked, or the last year by class where that makes no sense; no day beyond the period of an inspection."""
        data = self.cleaned_data if self.is_valid() else {}
        start, end = self._days(data)
        if within is not None:
            start, end = (min(max(day, within[0]), within[1]) for day in (start, end))
            start, end = (start, end) if start < end else within
        return Axis(data.get("axis") or Axis.CLASS), start, end

    @staticmethod
    def _days(cleaned: dict[str, Any]) -> tuple[date, date]:
        end = cleaned.get("end") or timezone.localdate()
        return cleaned.get("start") or _a_year_before(end), end


def _a_year_before(end: date) -> date:
    """Or the day from which on there are classes, where that is later: before it everybody would come from nowhere."""
    known = first_class_day()
    return end - YEAR if known is None or known >= end else max(end - YEAR, known)
