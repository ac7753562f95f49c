"""What we may know of a customer, and what allows us to."""

from __future__ import annotations

from vouch.customers.models.answers import Answer, AnswerSheet
from vouch.customers.models.bank import BankStatement, BankTransaction
from vouch.customers.models.consent import Authorisation, CreditReport, Notice
from vouch.customers.models.documents import FiledDocument
from vouch.customers.models.duties import TaxPeriod, UtilityBill
from vouch.customers.models.errands import Errand
from vouch.customers.models.figures import FigureChoice, VerifiedFigure
from vouch.customers.models.financials import (
    FinancialStatement,
    StatementLine,
    StatementPeriod,
    StatementRemark,
)
from vouch.customers.models.invoices import Invoice
from vouch.customers.models.materials import Material, Verification
from vouch.customers.models.rights import RightsClock, RightsRequest
from vouch.customers.models.staged import StagedFile

__all__ = [
    "Answer", "AnswerSheet", "Authorisation", "BankStatement", "BankTransaction", "CreditReport", "Errand",
    "FigureChoice", "FiledDocument", "FinancialStatement", "Invoice", "Material", "Notice", "RightsClock",
    "RightsRequest", "StagedFile", "StatementLine", "StatementPeriod", "StatementRemark", "TaxPeriod",
    "UtilityBill", "Verification", "VerifiedFigure",
]  # fmt: skip
