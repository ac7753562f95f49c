"""What we may know of a customer, and what allows us to."""

from __future__ import annotations

from vouch.customers.models.answers import Answer, AnswerSheet
from vouch.customers.models.assessments import ImpactAssessment, SourceSwitch
from vouch.customers.models.bank import BankStatement, BankTransaction
from vouch.customers.models.collateral import Collateral, CollateralPaper, CollateralTerms, Valuation
from vouch.customers.models.consent import Authorisation, CreditReport, Notice
from vouch.customers.models.credit import CreditFigures
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
from vouch.customers.models.guarantees import GivenGuarantee, GuaranteeStatement
from vouch.customers.models.invoices import Invoice
from vouch.customers.models.materials import Material, Verification
from vouch.customers.models.records import PublicRecord, RecordSearch
from vouch.customers.models.rights import RightsClock, RightsRequest
from vouch.customers.models.social import SocialSignal
from vouch.customers.models.staged import StagedFile
from vouch.customers.models.watching import HitDecision, WatchEntry, WatchHit, WatchList, WatchVersion

__all__ = [
    "Answer", "AnswerSheet", "Authorisation", "BankStatement", "BankTransaction", "Collateral",
    "CollateralPaper", "CollateralTerms", "CreditFigures", "CreditReport", "Errand", "FigureChoice",
    "FiledDocument", "FinancialStatement", "GivenGuarantee", "GuaranteeStatement", "HitDecision",
    "ImpactAssessment", "Invoice", "Material", "Notice", "PublicRecord", "RecordSearch", "RightsClock",
    "RightsRequest", "SocialSignal", "SourceSwitch", "StagedFile", "StatementLine", "StatementPeriod",
    "StatementRemark", "TaxPeriod", "UtilityBill", "Valuation", "Verification", "VerifiedFigure",
    "WatchEntry", "WatchHit", "WatchList", "WatchVersion",
]  # fmt: skip
