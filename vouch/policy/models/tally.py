"""What the whole book weighs, kept: the gate cannot add a hundred thousand guarantees up at each question."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


def _weighed(title: object) -> models.DecimalField[Decimal, Decimal]:
    # A percent of a fen: four places of a yuan, exactly.
    return models.DecimalField(title, max_digits=20, decimal_places=4)  # type: ignore[arg-type]


class Tally(models.Model):
    """The liability of the register at one moment (责任余额汇总), by one reading of the rules; money in yuan.

    ``lines`` is 在保余额 by line of the measure. Those of month ends make the course of the year.
    """

    as_of = models.DateField(_("业务日期"))
    at = models.DateTimeField(_("计算时间"))
    reading = models.CharField(_("口径摘要"), max_length=64)
    lines = models.JSONField(_("各档在保余额"))
    weighed = _weighed(_("责任余额"))
    financing_balance = models.DecimalField(_("融资担保在保余额"), max_digits=20, decimal_places=2)
    financing_customers = models.PositiveIntegerField(_("融资担保户数"))
    small_balance = models.DecimalField(_("小微、农户在保余额"), max_digits=20, decimal_places=2)
    small_customers = models.PositiveIntegerField(_("小微、农户户数"))
    is_whole = models.BooleanField(_("按客户留存"), default=False)

    class Meta:
        verbose_name = _("责任余额汇总")
        indexes: ClassVar = [
            # The newest one, and that of each month.
            models.Index(fields=["-at"], name="policy_tally_at_idx"),
            models.Index(fields=["as_of", "-at"], name="policy_tally_month_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class CustomerTally(models.Model):
    """One customer's part of the newest tally (客户责任余额); replaced with it."""

    tally = models.ForeignKey(
        Tally, models.CASCADE, related_name="customers", verbose_name=_("汇总"), db_index=False
    )
    party = models.ForeignKey(
        "parties.Party", models.CASCADE, related_name="+", verbose_name=_("客户"), db_index=False
    )
    weighed = _weighed(_("责任余额"))
    concentrated = _weighed(_("集中度责任余额"))
    balance = models.DecimalField(_("在保余额"), max_digits=20, decimal_places=2)
    financing_balance = models.DecimalField(_("融资担保在保余额"), max_digits=20, decimal_places=2)
    is_small = models.BooleanField(_("小微或农户"))

    class Meta:
        verbose_name = _("客户责任余额")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tally", "party"], name="policy_customertally_once")
        ]
        indexes: ClassVar = [
            # The largest customers.
            models.Index(fields=["tally", "-concentrated"], name="policy_customertally_top_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.weighed}"
