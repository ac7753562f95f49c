"""Words of financial statements (财务报表): whose figures they are, and which time they tell of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    """Whose figures a statement has (口径)."""

    VERIFIED = "verified", _("核实")
    AUDIT = "audit", _("审计")
    TAX = "tax", _("税务")
    DECLARED = "declared", _("申报")


BASES: tuple[Basis, ...] = tuple(Basis)
"""The most trusted first: where several tell of one period and nobody decided, the first of these counts."""


class PeriodKind(models.TextChoices):
    """What a statement covers (期间)."""

    YEAR = "year", _("年报")
    QUARTER = "quarter", _("季报")
    MONTH = "month", _("月报")


class RemarkKind(models.TextChoices):
    """What a reader says of a cell that it did not take (读取说明)."""

    UNKNOWN = "unknown", _("不认识的项目")
    PROBLEM = "problem", _("未采用的单元格")
