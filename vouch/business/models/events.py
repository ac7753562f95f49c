"""What happens to a guarantee: drawn, repaid, paid for, recovered. Rows are never changed; ``content`` tells copies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vouch.business.models.guarantee import Guarantee
from vouch.platform.exchange.models import Import


class Event(models.Model):
    """One row of a ledger of events; money in yuan."""

    on = models.DateField(_("日期"))
    number = models.CharField(_("凭证号"), max_length=80, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    content = models.UUIDField(_("内容摘要"), editable=False)
    known_at = models.DateTimeField(_("登记时间"))
    batch = models.ForeignKey(
        Import,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("导入批次"),
        db_index=False,
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.on} {self.number}"


class Draw(Event):
    """Money that the bank paid out under the guarantee (放款)."""

    guarantee = models.ForeignKey(Guarantee, models.PROTECT, related_name="draws", verbose_name=_("担保业务"))
    amount = models.DecimalField(_("放款金额"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("放款")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content"], name="business_draw_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="business_draw_positive"),
        ]


class Repayment(Event):
    """Principal that the customer paid back to the bank (还款)."""

    guarantee = models.ForeignKey(
        Guarantee, models.PROTECT, related_name="repayments", verbose_name=_("担保业务")
    )
    amount = models.DecimalField(_("还本金额"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("还款")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content"], name="business_repayment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="business_repayment_positive"),
        ]


class Claim(Event):
    """What we paid to the bank for the customer (代偿); ``on`` is the day of payment."""

    guarantee = models.ForeignKey(
        Guarantee, models.PROTECT, related_name="claims", verbose_name=_("担保业务")
    )
    notified_on = models.DateField(_("首次代偿通知日"), null=True, blank=True)
    principal = models.DecimalField(_("代偿本金"), max_digits=16, decimal_places=2)
    interest = models.DecimalField(_("代偿利息"), max_digits=16, decimal_places=2)
    other = models.DecimalField(_("其他代偿"), max_digits=16, decimal_places=2)
    amount = models.GeneratedField(
        verbose_name=_("代偿金额"),
        expression=models.F("principal") + models.F("interest") + models.F("other"),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("代偿")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content"], name="business_claim_once"),
            models.CheckConstraint(
                condition=Q(principal__gte=0, interest__gte=0, other__gte=0),
                name="business_claim_not_negative",
            ),
        ]


class Recovery(Event):
    """What came back after a claim (追偿回收)."""

    guarantee = models.ForeignKey(
        Guarantee, models.PROTECT, related_name="recoveries", verbose_name=_("担保业务")
    )
    amount = models.DecimalField(_("回收金额"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("追偿回收")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content"], name="business_recovery_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="business_recovery_positive"),
        ]
