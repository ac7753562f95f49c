"""The institution's own figures, month by month."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.policy.models.signed import Signed, kept_as_entered, two_persons
from vouch.policy.terms import AssetKind

ZERO = Decimal("0.00")


def _money(title: object, **options: object) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(title, max_digits=18, decimal_places=2, default=ZERO, **options)  # type: ignore[arg-type]


class MonthFigures(Signed):
    """The institution's figures at the end of a month (机构月度数据), in yuan, of its own statements (非合并报表).

    A correction is a new version of the month; the confirmed one with the highest number holds from the moment of its confirmation.
    """

    month_end = models.DateField(_("月末"))
    version = models.PositiveSmallIntegerField(_("版次"))
    is_audited = models.BooleanField(_("已审计"), default=False)
    net_assets = _money(_("净资产（母公司）"))
    guarantor_equity = _money(_("对其他融资担保、再担保公司的股权投资"))
    unexpired_reserve = _money(_("未到期责任准备金"))
    compensation_reserve = _money(_("担保赔偿准备金"))
    general_reserve = _money(_("一般风险准备"))
    reserve_before = _money(_("上年末担保赔偿准备金"))
    reserve_used = _money(_("本年动用担保赔偿准备金"))
    reserve_recovered = _money(_("本年追偿转回担保赔偿准备金"))
    fee_income = _money(_("本年担保费收入"))
    losses_year = _money(_("本年确认代偿损失"))
    losses_total = _money(_("累计确认代偿损失"))
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("机构月度数据")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month_end", "version"], name="policy_figures_version_once"),
            # Two corrections at once would each be of the same former figures.
            models.UniqueConstraint(
                fields=["month_end"], condition=Q(state="proposed"), name="policy_figures_one_waiting"
            ),
            models.CheckConstraint(
                # Net assets alone may be below nought.
                condition=Q(
                    guarantor_equity__gte=0,
                    unexpired_reserve__gte=0,
                    compensation_reserve__gte=0,
                    general_reserve__gte=0,
                    reserve_before__gte=0,
                    reserve_used__gte=0,
                    reserve_recovered__gte=0,
                    fee_income__gte=0,
                    losses_year__gte=0,
                    losses_total__gte=F("losses_year"),
                ),
                name="policy_figures_not_negative",
            ),
            *two_persons("policy_figures"),
        ]
        triggers: ClassVar = kept_as_entered(
            "month_end", "version", "is_audited", "net_assets", "guarantor_equity", "unexpired_reserve",
            "compensation_reserve", "general_reserve", "reserve_before", "reserve_used", "reserve_recovered",
            "fee_income", "losses_year", "losses_total", "note", "author_id", "author_label", "proposed_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month_end:%Y-%m} v{self.version}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("policy:figures_month", args=[self.pk])


class AssetFigure(models.Model):
    """How much of one kind of asset there was (资产明细); ``entrusted`` of it are public funds held for others."""

    figures = models.ForeignKey(
        MonthFigures, models.PROTECT, related_name="assets", verbose_name=_("机构月度数据"), db_index=False
    )
    kind = models.CharField(_("资产种类"), max_length=20, choices=AssetKind)
    amount = _money(_("金额"))
    entrusted = _money(_("其中受托管理的财政专项资金"))

    class Meta:
        verbose_name = _("机构资产明细")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["figures", "kind"], name="policy_asset_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, entrusted__gte=0, entrusted__lte=F("amount")),
                name="policy_asset_holds_entrusted",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            # Whoever confirmed the figures saw these rows and no others.
            pgtrigger.Trigger(
                name="before_confirmation",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("waiting", "boolean")],
                func="""
                    SELECT state = 'proposed' INTO waiting FROM policy_monthfigures WHERE id = NEW.figures_id;
                    IF NOT waiting THEN
                        RAISE EXCEPTION 'Cannot add assets to figures that are signed';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figures_id}: {self.kind}"
