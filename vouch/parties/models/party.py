"""Who: parties, the codes they go by, and who looks after them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.parties.terms import Currency, IdentifierKind, PartyKind, PartyStatus
from vouch.platform.exchange.models import Import
from vouch.platform.identity.models import Unit, User
from vouch.platform.web.subjects import Watched


class Party(Watched):
    """A customer, or somebody whom a customer depends on (客户)."""

    subject_kind = "party"

    number = models.CharField(_("客户编号"), max_length=20)
    kind = models.CharField(_("客户类型"), max_length=12, choices=PartyKind, default=PartyKind.ENTERPRISE)
    name = models.CharField(_("客户名称"), max_length=200)
    status = models.CharField(_("客户状态"), max_length=12, choices=PartyStatus, default=PartyStatus.ACTIVE)
    search_text = models.TextField(_("检索文本"), blank=True)
    # How its names are spelled in Latin letters (``engine.pinyin.sound_text``); goes wherever the search text goes.
    sound_text = models.TextField(_("拼音检索文本"), blank=True, default="")
    batch = models.ForeignKey(
        Import, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("导入批次")
    )
    # Of two records that turned out to be one customer, the one that stays; itself never merged into a third.
    canonical = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="merged",
        verbose_name=_("已并入"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("建档时间"))

    class Meta:
        verbose_name = _("客户")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="parties_party_number_unique"),
            models.CheckConstraint(
                condition=Q(canonical=None) | ~Q(canonical=F("id")), name="parties_party_merged_into_another"
            ),
        ]
        indexes: ClassVar = [
            # Search by any part of name, code or number (three characters or more; two are scanned).
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="parties_party_search_idx"),
            # Search by pinyin: a query begins a word of it, so that two letters are enough for the index.
            GinIndex(fields=["sound_text"], opclasses=["gin_trgm_ops"], name="parties_party_sound_idx"),
            # Lists by name.
            models.Index(fields=["name", "id"], name="parties_party_name_idx"),
            # The records that were merged into one: few, and asked for with every question of who sees whom.
            models.Index(
                fields=["canonical"], condition=~Q(canonical=None), name="parties_party_canonical_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The customer's own page, which the desk shows."""
        return reverse("desk:customer", args=[self.pk])


class Enterprise(models.Model):
    """What the register says of an enterprise (企业登记信息); money in whole units of its currency, not 万元."""

    party = models.OneToOneField(
        Party, models.CASCADE, primary_key=True, related_name="enterprise", verbose_name=_("客户")
    )
    legal_form = models.CharField(_("企业类型"), max_length=100, blank=True)
    capital_amount = models.DecimalField(
        _("注册资本"), max_digits=22, decimal_places=2, null=True, blank=True
    )
    capital_currency = models.CharField(_("注册资本币种"), max_length=3, choices=Currency, blank=True)
    capital_text = models.CharField(_("注册资本原文"), max_length=100, blank=True)
    established_on = models.DateField(_("成立日期"), null=True, blank=True)
    scope_text = models.TextField(_("经营范围"), blank=True)
    province = models.CharField(_("所在省份"), max_length=20, blank=True)
    area = models.CharField(_("地区"), max_length=60, blank=True)
    address = models.CharField(_("注册地址"), max_length=400, blank=True)
    representative_hash = models.CharField(_("法定代表人（散列）"), max_length=80, blank=True)
    industry_code = models.CharField(_("行业代码"), max_length=5, blank=True)
    staff_count = models.PositiveIntegerField(_("从业人数"), null=True, blank=True)
    revenue = models.DecimalField(_("年营业收入"), max_digits=18, decimal_places=2, null=True, blank=True)
    total_assets = models.DecimalField(_("资产总额"), max_digits=18, decimal_places=2, null=True, blank=True)
    batch = models.ForeignKey(
        Import, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("最近导入批次")
    )
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("企业登记信息")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(capital_amount=None) | (Q(capital_amount__gte=0) & ~Q(capital_currency="")),
                name="parties_enterprise_capital_has_currency",
            ),
            models.CheckConstraint(
                condition=(Q(revenue=None) | Q(revenue__gte=0))
                & (Q(total_assets=None) | Q(total_assets__gte=0)),
                name="parties_enterprise_figures_not_negative",
            ),
        ]
        indexes: ClassVar = [
            # The list's filter by province.
            models.Index(fields=["province", "party"], name="parties_enterprise_prov_idx"),
            # Other enterprises of the same representative.
            models.Index(
                fields=["representative_hash"],
                condition=~Q(representative_hash=""),
                name="parties_enterprise_repres_idx",
            ),
            # Others at the same address, spelled alike (queries/links.py).
            models.Index(
                Func(Upper("address"), Value(r"\s"), Value(""), Value("g"), function="regexp_replace"),
                name="parties_enterprise_addr_idx",
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)


class Identifier(models.Model):
    """A code that names exactly one party (客户标识)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="identifiers", verbose_name=_("客户"))
    kind = models.CharField(_("标识类型"), max_length=12, choices=IdentifierKind)
    source = models.CharField(_("来源"), max_length=40, blank=True)
    value = models.CharField(_("标识"), max_length=80)
    is_flawed = models.BooleanField(_("校验位不符"), default=False)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("客户标识")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "source", "value"], name="parties_identifier_unique_per_source"
            ),
            # A code of somebody's own system means nothing without saying whose.
            models.CheckConstraint(
                condition=~Q(kind=IdentifierKind.SOURCE_CODE) | ~Q(source=""),
                name="parties_identifier_has_source",
            ),
        ]

    def __str__(self) -> str:
        return self.value


class Assignment(models.Model):
    """Who looks after a party: unit, manager and second manager, from and to (管户，A/B角)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="assignments", verbose_name=_("客户"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("管户机构"))
    manager = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("管户经理（A角）")
    )
    second_manager = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("协办经理（B角）")
    )
    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("终止日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("管户关系")
        constraints: ClassVar = [
            # One present assignment for each party; the days are half-open, so a new one begins when the old ends.
            models.UniqueConstraint(
                fields=["party"], condition=Q(ends_on=None), name="parties_assignment_one_current"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="parties_assignment_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(manager=None) | Q(second_manager=None) | ~Q(manager=F("second_manager")),
                name="parties_assignment_two_people",
            ),
        ]
        indexes: ClassVar = [
            # What a unit, a manager, a second manager has in hand: the filter behind every visible_to.
            models.Index(
                fields=["unit", "party"], condition=Q(ends_on=None), name="parties_assignment_unit_idx"
            ),
            models.Index(
                fields=["manager", "party"],
                condition=Q(ends_on=None) & ~Q(manager=None),
                name="parties_assignment_manager_idx",
            ),
            models.Index(
                fields=["second_manager", "party"],
                condition=Q(ends_on=None) & ~Q(second_manager=None),
                name="parties_assignment_second_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.unit}"
