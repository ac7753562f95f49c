"""The register of guarantees (担保台账): what stands now, and what it said before."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.business.terms import FiveClass, GuaranteeKind, GuaranteeState, IssuerRating
from vouch.platform.exchange.models import Import
from vouch.platform.web.subjects import Watched

ZERO = Decimal("0.00")


class Standing(models.Model):
    """What a ledger says of a guarantee from month to month; money in yuan."""

    as_of = models.DateField(_("台账日期"))
    state = models.CharField(_("状态"), max_length=12, choices=GuaranteeState)
    debt_balance = models.DecimalField(_("债务余额"), max_digits=16, decimal_places=2)
    overdue_amount = models.DecimalField(_("逾期金额"), max_digits=16, decimal_places=2, default=ZERO)
    overdue_days = models.PositiveIntegerField(_("逾期天数"), default=0)
    five_class = models.CharField(
        _("五级分类"), max_length=12, choices=FiveClass, default=FiveClass.UNCLASSED
    )
    due_on = models.DateField(_("到期日"), null=True, blank=True)
    released_on = models.DateField(_("解保日期"), null=True, blank=True)
    release_registered_on = models.DateField(_("解保登记日期"), null=True, blank=True)
    batch = models.ForeignKey(
        Import,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("导入批次"),
        # Read through the import's ledger entries.
        db_index=False,
    )

    class Meta:
        abstract = True


class Guarantee(Standing, Watched):
    """One guarantee (担保业务): what was agreed, and how it stands by the newest ledger.

    计入在保日 (``counted_on``) is not 放款日 (``drawn_on``), and 解保日期 is not 解保登记日期: a ledger has them all.
    """

    subject_kind = "guarantee"

    number = models.CharField(_("业务编号"), max_length=60)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="guarantees", verbose_name=_("客户")
    )
    kind = models.CharField(_("业务种类"), max_length=16, choices=GuaranteeKind, default=GuaranteeKind.LOAN)
    product = models.CharField(_("产品"), max_length=60, blank=True)
    bank = models.CharField(_("银行（债权人）"), max_length=120, blank=True)
    contract_number = models.CharField(_("合同编号"), max_length=80, blank=True)
    contract_amount = models.DecimalField(_("合同金额"), max_digits=16, decimal_places=2)
    share_rate = models.DecimalField(_("本机构承担比例"), max_digits=7, decimal_places=6, default=Decimal(1))
    balance = models.GeneratedField(
        verbose_name=_("在保余额"),
        expression=Round(F("debt_balance") * F("share_rate"), 2),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )
    ceded_rate = models.DecimalField(_("再担保分出比例"), max_digits=7, decimal_places=6, default=Decimal(0))
    issuer_rating = models.CharField(_("发行人主体评级"), max_length=4, choices=IssuerRating, blank=True)
    fee_rate = models.DecimalField(_("年担保费率"), max_digits=7, decimal_places=6, null=True, blank=True)
    drawn_on = models.DateField(_("放款日"), null=True, blank=True)
    counted_on = models.DateField(_("计入在保日"))
    counter_guarantee = models.CharField(_("反担保措施"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("担保业务")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="business_guarantee_number_once"),
            models.CheckConstraint(
                condition=Q(share_rate__gt=0, share_rate__lte=1), name="business_guarantee_share_is_part"
            ),
            models.CheckConstraint(
                condition=Q(ceded_rate__gte=0, ceded_rate__lte=1), name="business_guarantee_ceded_is_part"
            ),
            models.CheckConstraint(
                condition=Q(contract_amount__gte=0, debt_balance__gte=0, overdue_amount__gte=0),
                name="business_guarantee_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state=GuaranteeState.IN_FORCE) | Q(debt_balance=0),
                name="business_guarantee_closed_is_empty",
            ),
            models.CheckConstraint(
                condition=~Q(state=GuaranteeState.RELEASED) | Q(released_on__isnull=False),
                name="business_guarantee_released_has_day",
            ),
        ]
        indexes: ClassVar = [
            # The register as it opens, and what falls due.
            models.Index(fields=["state", "due_on", "id"], name="business_guarantee_due_idx"),
            # What was told of since a moment: the book's kept sums are brought up to date by it.
            models.Index(fields=["updated_at"], name="business_guarantee_told_idx"),
            # Search by any part of its number or the contract's (three characters or more).
            GinIndex(
                OpClass(Upper("number"), "gin_trgm_ops"),
                OpClass(Upper("contract_number"), "gin_trgm_ops"),
                name="business_guarantee_numbers_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("business:guarantee", args=[self.pk])


class GuaranteeVersion(Standing):
    """How a guarantee stood by one ledger, since when we knew it (台账历史); never changed."""

    guarantee = models.ForeignKey(
        Guarantee, models.PROTECT, related_name="versions", verbose_name=_("担保业务"), db_index=False
    )
    share_rate = models.DecimalField(_("本机构承担比例"), max_digits=7, decimal_places=6)
    known_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("台账历史")
        indexes: ClassVar = [
            # How it stood on a day, by what was known then.
            models.Index(fields=["guarantee", "-as_of", "-known_at"], name="business_version_of_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.guarantee_id}: {self.as_of}"
