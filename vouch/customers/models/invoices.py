"""What we may know of a customer: its VAT invoices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import Direction, InvoiceState


class Invoice(models.Model):
    """One VAT invoice (增值税发票) that a customer issued or received, as the source states it.

    Money is yuan. A red invoice (红字) has a negative amount. Sources give the number without the invoice code
    (发票代码), so that one number may belong to several invoices: an invoice is the whole of its columns, and
    ``content`` says whether two rows are the same one.
    """

    party = models.ForeignKey(
        "parties.Party",
        verbose_name=_("客户"),
        on_delete=models.PROTECT,
        related_name="invoices",
        # The index over party and day below serves the key too.
        db_index=False,
    )
    direction = models.CharField(_("方向"), max_length=3, choices=Direction)
    number = models.CharField(_("发票号码"), max_length=40)
    issued_on = models.DateField(_("开票日期"))
    counterparty = models.CharField(_("对方单位"), max_length=120, help_text=_("来源所用的单位代号或名称"))
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    tax = models.DecimalField(_("税额"), max_digits=16, decimal_places=2)
    total = models.DecimalField(_("价税合计"), max_digits=16, decimal_places=2)
    state = models.CharField(_("发票状态"), max_length=5, choices=InvoiceState)
    content = models.UUIDField(_("内容摘要"), editable=False)
    batch = models.ForeignKey(
        "exchange.Import",
        verbose_name=_("导入批次"),
        # None: recorded without a file.
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        # An import's invoices are read through its ledger entries; nothing looks them up by batch.
        db_index=False,
    )

    class Meta:
        verbose_name = _("发票")
        constraints: ClassVar = [
            # Rows identical in every column are one invoice, however often and in whatever file they come.
            models.UniqueConstraint(fields=["content"], name="customers_invoice_content_once"),
            models.CheckConstraint(
                condition=models.Q(direction__in=Direction.values), name="customers_invoice_direction_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=InvoiceState.values), name="customers_invoice_state_known"
            ),
        ]
        indexes: ClassVar = [
            # The facts and the invoice list of one customer, as of a day.
            models.Index(fields=["party", "issued_on"], name="customers_invoice_party_day"),
            # Who names a customer as the other side (queries/links.py).
            models.Index(fields=["counterparty"], name="customers_invoice_counterparty"),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.number}"

    @property
    def is_negative(self) -> bool:
        """Whether this is a red invoice (红字发票)."""
        return self.amount < 0

    @property
    def is_void(self) -> bool:
        """Whether it was cancelled (作废)."""
        return self.state == InvoiceState.VOID
