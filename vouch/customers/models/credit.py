"""The few figures of a credit report that facts need; everything else stays in the encrypted original."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from vouch.customers.models.consent import CreditReport
from vouch.engine.credit_report.definitions import FIGURES


def _count(name: str) -> models.Field[Any, Any]:
    return models.BigIntegerField(FIGURES[name].title, null=True)


def _amount(name: str) -> models.Field[Any, Any]:
    """In fen."""
    return models.BigIntegerField(FIGURES[name].title, null=True)


def _flag(name: str) -> models.Field[Any, Any]:
    return models.BooleanField(FIGURES[name].title, null=True)


class CreditFigures(models.Model):
    """Counts and amounts (in fen) of one report: no name, no lender, no account number (信用报告数字).

    Written when the report is read, destroyed with it, and read through the guarded catalogue alone. NULL is what a
    report of its kind does not tell.
    """

    report = models.OneToOneField(
        CreditReport, models.CASCADE, primary_key=True, related_name="figures", verbose_name=_("信用报告")
    )
    accounts = _count("accounts")
    open_accounts = _count("open_accounts")
    balance = _amount("balance")
    limit_total = _amount("limit_total")
    limit_used = _amount("limit_used")
    overdue_accounts = _count("overdue_accounts")
    overdue_amount = _amount("overdue_amount")
    overdue_months = _count("overdue_months")
    worst_24m = _count("worst_24m")
    late_months_24m = _count("late_months_24m")
    most_late_months_24m = _count("most_late_months_24m")
    guarantor_paid_24m = _count("guarantor_paid_24m")
    asset_paid_24m = _count("asset_paid_24m")
    abnormal_end_24m = _count("abnormal_end_24m")
    bad_debt_24m = _count("bad_debt_24m")
    bad_debts = _count("bad_debts")
    bad_debt_balance = _amount("bad_debt_balance")
    collected = _count("collected")
    collected_balance = _amount("collected_balance")
    compensated = _count("compensated")
    special_trades = _count("special_trades")
    in_court = _count("in_court")
    special_mention_balance = _amount("special_mention_balance")
    bad_balance = _amount("bad_balance")
    duties = _count("duties")
    duties_amount = _amount("duties_amount")
    duties_balance = _amount("duties_balance")
    bad_duties = _count("bad_duties")
    bad_duties_balance = _amount("bad_duties_balance")
    overdue_duties = _count("overdue_duties")
    loan_queries_1m = _count("loan_queries_1m")
    loan_queries_3m = _count("loan_queries_3m")
    loan_queries_6m = _count("loan_queries_6m")
    card_queries_1m = _count("card_queries_1m")
    card_queries_3m = _count("card_queries_3m")
    card_queries_6m = _count("card_queries_6m")
    guarantee_queries_1m = _count("guarantee_queries_1m")
    guarantee_queries_3m = _count("guarantee_queries_3m")
    guarantee_queries_6m = _count("guarantee_queries_6m")
    other_queries_1m = _count("other_queries_1m")
    other_queries_3m = _count("other_queries_3m")
    other_queries_6m = _count("other_queries_6m")
    history_months = _count("history_months")
    history_special_balance = _amount("history_special_balance")
    history_bad_balance = _amount("history_bad_balance")
    history_overdue = _amount("history_overdue")
    history_bad_months = _count("history_bad_months")
    judgments = _count("judgments")
    enforcements = _count("enforcements")
    penalties = _count("penalties")
    tax_arrears = _count("tax_arrears")
    tax_arrears_amount = _amount("tax_arrears_amount")
    guarantee_balance = _amount("guarantee_balance")
    special_guarantee_balance = _amount("special_guarantee_balance")
    bad_guarantee_balance = _amount("bad_guarantee_balance")
    interest_arrears = _amount("interest_arrears")
    unpaid_bills = _amount("unpaid_bills")
    has_controller = _flag("has_controller")
    disputes = _count("disputes")
    has_fraud_alert = _flag("has_fraud_alert")
    unread = _count("unread")

    class Meta:
        verbose_name = _("信用报告数字")

    def __str__(self) -> str:
        return str(self.report_id)
