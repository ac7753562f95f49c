"""Questions about what we know of a customer."""

from __future__ import annotations

from vouch.customers.models import (
    Authorisation,
    BankStatement,
    BankTransaction,
    CreditReport,
    FigureChoice,
    FiledDocument,
    FinancialStatement,
    Invoice,
    Material,
    Notice,
    RightsClock,
    RightsRequest,
    StagedFile,
    StatementLine,
    StatementPeriod,
    StatementRemark,
    TaxPeriod,
    UtilityBill,
    Verification,
    VerifiedFigure,
)
from vouch.customers.queries.bank import statements_visible_to, transactions_visible_to
from vouch.customers.queries.claims import ClaimSource, register_claims
from vouch.customers.queries.consent import (
    authorisations_visible_to,
    consenting,
    live_authorisation,
    missing_authorisation,
)
from vouch.customers.queries.credit import authorised_purposes, reports_of, reports_visible_to
from vouch.customers.queries.documents import documents_visible_to
from vouch.customers.queries.duties import bills_visible_to, taxes_visible_to
from vouch.customers.queries.figures import choices_visible_to, figures_visible_to
from vouch.customers.queries.financials import (
    financials_visible_to,
    lines_visible_to,
    periods_visible_to,
    remarks_visible_to,
)
from vouch.customers.queries.holdings import Claim, Section, register_holdings, register_retention
from vouch.customers.queries.invoices import (
    InvoiceCounts,
    InvoiceMonth,
    InvoicesWanted,
    TradingPartner,
    customer_of,
    invoice_counts,
    invoices_of,
    invoices_where,
    last_invoice_on,
    latest_invoice_on,
    monthly_invoices,
    top_partners,
    visible_to,
)
from vouch.customers.queries.materials import (
    confidence_of,
    material_of,
    materials_of,
    materials_visible_to,
    verifications_visible_to,
)
from vouch.customers.queries.panel import consent_panel, file_panel
from vouch.customers.queries.rights import counts_by_state, requests_visible_to
from vouch.customers.queries.sections import Holding, register_section, sections_for
from vouch.customers.queries.staged import staged_visible_to
from vouch.customers.queries.timeline import Happening, Strand, register_strand, strands, timeline_of
from vouch.parties.models import Party
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    Authorisation: authorisations_visible_to,
    BankStatement: statements_visible_to,
    BankTransaction: transactions_visible_to,
    CreditReport: reports_visible_to,
    FigureChoice: choices_visible_to,
    FiledDocument: documents_visible_to,
    FinancialStatement: financials_visible_to,
    Invoice: visible_to,
    Material: materials_visible_to,
    Notice: "告知书：对全体客户相同的文字，不含客户信息，凭岗位管理",
    RightsClock: "设置：各类请求的办理天数，不含客户信息，凭岗位修改",
    RightsRequest: requests_visible_to,
    StagedFile: staged_visible_to,
    TaxPeriod: taxes_visible_to,
    UtilityBill: bills_visible_to,
    StatementLine: lines_visible_to,
    StatementPeriod: periods_visible_to,
    StatementRemark: remarks_visible_to,
    Verification: verifications_visible_to,
    VerifiedFigure: figures_visible_to,
}
"""How rows of each table are seen."""

# Views may not read lower rooms' models; they name these types through their own room.
__all__ = [
    "VISIBLE", "Authorisation", "BankStatement", "BankTransaction", "Claim", "ClaimSource", "Happening",
    "Holding", "InvoiceCounts", "InvoiceMonth", "InvoicesWanted", "Material", "Party", "RightsRequest",
    "Section", "StagedFile", "Strand", "TradingPartner", "authorisations_visible_to", "authorised_purposes",
    "confidence_of", "consent_panel", "consenting", "counts_by_state", "customer_of", "file_panel",
    "invoice_counts", "invoices_of", "invoices_where", "last_invoice_on", "latest_invoice_on",
    "live_authorisation", "material_of", "materials_of", "materials_visible_to", "missing_authorisation",
    "monthly_invoices", "register_claims", "register_holdings", "register_retention", "register_section",
    "register_strand", "reports_of", "reports_visible_to", "requests_visible_to", "sections_for", "strands",
    "timeline_of", "top_partners", "verifications_visible_to", "visible_to",
]  # fmt: skip
