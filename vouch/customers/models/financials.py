"""Financial statements (财务报表): what was read from them, and what was not."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import Basis, PeriodKind, RemarkKind
from vouch.engine.financials.lines import LINES

WORD = 12


class FinancialStatement(models.Model):
    """One set of statements of one period, on one basis (口径). Its earlier column stands as periods of their own."""

    material = models.OneToOneField(
        "customers.Material",
        models.PROTECT,
        primary_key=True,
        related_name="financials",
        verbose_name=_("资料"),
    )
    basis = models.CharField(_("口径"), max_length=WORD, choices=Basis)
    units = models.JSONField(_("各表单位"), default=dict, blank=True)

    class Meta:
        verbose_name = _("财务报表")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(basis__in=Basis.values), name="customers_statement_basis_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_basis_display()} {self.material_id}"


class StatementPeriod(models.Model):
    """One period that a statement tells of; ``is_former`` where it stands in the column of the period before.

    ``months`` are those that its flows cover, up to ``ends_on``; 0: a moment alone, the opening balance of a year.
    """

    statement = models.ForeignKey(
        FinancialStatement,
        models.PROTECT,
        related_name="periods",
        verbose_name=_("财务报表"),
        # The unique index below serves the key too.
        db_index=False,
    )
    kind = models.CharField(_("期间"), max_length=WORD, choices=PeriodKind)
    ends_on = models.DateField(_("截止日期"))
    months = models.PositiveSmallIntegerField(_("涵盖月数"))
    is_former = models.BooleanField(_("上期列"), default=False)
    imbalance_count = models.PositiveSmallIntegerField(_("不平项数"), default=0)

    class Meta:
        verbose_name = _("报表期间")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "ends_on", "months"], name="customers_period_once_per_statement"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PeriodKind.values, months__lte=12), name="customers_period_kind_known"
            ),
            # The fiscal year is the calendar year (会计法 11).
            models.CheckConstraint(
                condition=~Q(kind=PeriodKind.YEAR) | Q(ends_on__month=12, ends_on__day=31),
                name="customers_period_year_is_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ends_on}"


class StatementLine(models.Model):
    """One line of a period: the code of ``engine.financials`` and yuan."""

    period = models.ForeignKey(
        StatementPeriod,
        models.PROTECT,
        related_name="lines",
        verbose_name=_("报表期间"),
        # The unique index below serves the key too.
        db_index=False,
    )
    code = models.CharField(_("项目"), max_length=32)
    amount = models.DecimalField(_("金额"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("报表项目")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "code"], name="customers_line_once_per_period"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As the format names it; a code that no format has any more names itself."""
        return LINES[self.code].title if self.code in LINES else self.code


class StatementRemark(models.Model):
    """A cell that was not taken, where it stands in the original, and why."""

    statement = models.ForeignKey(
        FinancialStatement, models.PROTECT, related_name="remarks", verbose_name=_("财务报表")
    )
    kind = models.CharField(_("种类"), max_length=WORD, choices=RemarkKind)
    sheet = models.CharField(_("工作表"), max_length=120)
    row = models.PositiveIntegerField(_("行"))
    column = models.PositiveIntegerField(_("列"))
    message = models.CharField(_("说明"), max_length=240)

    class Meta:
        verbose_name = _("读取说明")

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.row} 行第 {self.column} 列：{self.message}"
