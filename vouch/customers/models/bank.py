"""Bank statements (银行流水) and their transactions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.materials import Material
from vouch.platform.vault.fields import BlindIndexField, SealedField


class BankStatement(models.Model):
    """What one file told of one account from one day to another; amounts in yuan.

    Where several statements of an account in force cover the same day, the newest alone speaks of that day.
    """

    material = models.OneToOneField(
        Material, models.PROTECT, primary_key=True, related_name="statement", verbose_name=_("资料")
    )
    bank = models.CharField(_("开户银行"), max_length=80)
    account_number = SealedField(_("账号"), null=True)
    # Empty once the person was erased.
    account_index = BlindIndexField(_("账号索引"), null=True, db_index=False)
    account = models.ForeignKey(
        "parties.Account",
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("已登记账户"),
        db_index=False,
    )
    period_from = models.DateField(_("起始日期"))
    period_until = models.DateField(_("截止日期"))
    layout = models.CharField(_("版式"), max_length=12)
    is_newest_first = models.BooleanField(_("由新到旧"))
    opening_balance = models.DecimalField(_("期初余额"), max_digits=16, decimal_places=2, null=True)
    closing_balance = models.DecimalField(_("期末余额"), max_digits=16, decimal_places=2, null=True)
    transaction_count = models.PositiveIntegerField(_("交易笔数"))
    problems = models.JSONField(_("未读出的行"), default=list)
    problem_count = models.PositiveIntegerField(_("未读出行数"))
    fingerprint = BlindIndexField(_("内容摘要"), db_index=False)

    class Meta:
        verbose_name = _("银行流水")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")),
                name="customers_bankstatement_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.period_from}—{self.period_until}"


class BankTransaction(models.Model):
    """One transaction: money in is positive. What people wrote is sealed; the counterparty's name has no number in it."""

    statement = models.ForeignKey(
        BankStatement,
        models.PROTECT,
        related_name="transactions",
        verbose_name=_("银行流水"),
        # The constraint below serves the key too.
        db_index=False,
    )
    position = models.PositiveIntegerField(_("先后次序"))
    row = models.PositiveIntegerField(_("表格行号"))
    on = models.DateField(_("交易日期"), db_column="happened_on")
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    balance = models.DecimalField(_("余额"), max_digits=16, decimal_places=2, null=True)
    # How far the balance is from what the one before it leads to.
    gap = models.DecimalField(_("余额差额"), max_digits=16, decimal_places=2, null=True)
    counterparty = models.CharField(_("对方户名"), max_length=120, blank=True)
    account_number = SealedField(_("对方账号"), null=True)
    account_index = BlindIndexField(_("对方账号索引"), null=True, db_index=False)
    summary = SealedField(_("摘要"), null=True)
    is_charge = models.BooleanField(_("银行结息收费"))
    is_cash = models.BooleanField(_("现金交易"))

    class Meta:
        verbose_name = _("银行交易")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "position"], name="customers_banktransaction_position_once"
            ),
        ]
        indexes: ClassVar = [
            # The list of one customer's transactions by day, and the facts.
            models.Index(fields=["statement", "on"], name="customers_banktransaction_day"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.position}"
