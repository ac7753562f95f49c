"""How the institution reads the supervisor's rules, and who it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.policy.models.signed import Signed, kept_as_entered, two_persons
from vouch.policy.terms import (
    NetAssetsReading,
    OverlapReading,
    ScopeReading,
    ThresholdReading,
)


class Setting(Signed):
    """One version of the interpretation switches X1 to X10, and of what names the institution itself (监管口径).

    The confirmed version with the latest ``starts_on`` holds, of two of one day the one entered later.
    """

    starts_on = models.DateField(_("生效日期"))
    includes_boundary = models.BooleanField(_("X1 恰好 500（200）万元按低权重"), default=True)
    scope = models.CharField(
        _("X2 单户在保余额的范围"), max_length=20, choices=ScopeReading, default=ScopeReading.CUSTOMER_LOANS
    )
    amount = models.CharField(
        _("X3 按什么金额判断限额"),
        max_length=20,
        choices=ThresholdReading,
        default=ThresholdReading.OWN_SHARE,
    )
    deducts_equity = models.BooleanField(_("X4 净资产扣除对其他担保公司的股权投资"), default=True)
    deducts_ceded = models.BooleanField(_("X5 扣除再担保分出部分"), default=False)
    counts_non_financing = models.BooleanField(_("X6 非融资担保计入责任余额"), default=False)
    net_assets = models.CharField(
        _("X7 用哪一期净资产"),
        max_length=20,
        choices=NetAssetsReading,
        default=NetAssetsReading.LATEST_MONTH,
    )
    eases_rated_bonds = models.BooleanField(_("X8 AA级以上发债的集中度按 60% 计"), default=True)
    excludes_protected_funds = models.BooleanField(_("X9 保本基金存量单独列示"), default=True)
    overlap = models.CharField(
        _("X10 农户兼营时的认定"), max_length=20, choices=OverlapReading, default=OverlapReading.BY_RECORD
    )
    own_code = models.CharField(_("本机构统一社会信用代码"), max_length=18, blank=True)
    province = models.CharField(_("所在省份"), max_length=20, blank=True)
    reason = models.CharField(_("理由"), max_length=200)

    class Meta:
        verbose_name = _("监管口径")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="proposed"), name="policy_setting_one_waiting"
            ),
            *two_persons("policy_setting"),
        ]
        triggers: ClassVar = kept_as_entered(
            "starts_on", "includes_boundary", "scope", "amount", "deducts_equity", "deducts_ceded",
            "counts_non_financing", "net_assets", "eases_rated_bonds", "excludes_protected_funds", "overlap",
            "own_code", "province", "reason", "author_id", "author_label", "proposed_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("policy:setting", args=[self.pk])
