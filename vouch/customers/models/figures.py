"""Material values: those that somebody verified and entered by hand, and which of several claims was chosen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import Figure

CODE = 24


class VerifiedFigure(models.Model):
    """A value found on a visit or asked for at its source (核实数据). ``day`` is the day, or the last of the year."""

    material = models.OneToOneField(
        "customers.Material", models.PROTECT, primary_key=True, related_name="figure", verbose_name=_("资料")
    )
    figure = models.CharField(_("数据项"), max_length=CODE, choices=Figure)
    day = models.DateField(_("所属日期"))
    amount = models.DecimalField(_("数值"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("核实数据")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(figure__in=Figure.values), name="customers_verifiedfigure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()} {self.day}"


class FigureChoice(models.Model):
    """Somebody chose one of several claims of a value, with a reason (采用决定). A later choice replaces it.

    It keeps the amount as it was chosen, and is out of force once the chosen material has ended.
    """

    party = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="figure_choices",
        verbose_name=_("客户"),
        # The index below begins with it.
        db_index=False,
    )
    figure = models.CharField(_("数据项"), max_length=CODE, choices=Figure)
    day = models.DateField(_("所属日期"))
    source = models.CharField(_("采用的来源"), max_length=CODE)
    material = models.ForeignKey(
        "customers.Material",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("采用的资料"),
        help_text=_("空：由多份记录计算而来，没有单独一份资料"),
    )
    amount = models.DecimalField(_("采用的数值"), max_digits=20, decimal_places=2)
    reason = models.CharField(_("理由"), max_length=200)
    decided_at = models.DateTimeField(_("决定时间"))
    decided_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("决定人")
    )
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("采用决定")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "figure", "day"],
                condition=Q(ended_at=None),
                name="customers_choice_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("decided_at")),
                name="customers_choice_ended_after",
            ),
        ]
        indexes: ClassVar = [
            # The facts and the page of one customer.
            models.Index(fields=["party", "figure", "day"], name="customers_choice_of_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()} {self.day}"
