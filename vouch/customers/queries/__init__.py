"""Questions about what we know of a customer."""

from __future__ import annotations

from vouch.customers.models import (
    Answer,
    AnswerSheet,
    Authorisation,
    BankStatement,
    BankTransaction,
    Collateral,
    CollateralPaper,
    CollateralTerms,
    CreditFigures,
    CreditReport,
    Errand,
    FigureChoice,
    FiledDocument,
    FinancialStatement,
    GivenGuarantee,
    GuaranteeStatement,
    HitDecision,
    ImpactAssessment,
    Invoice,
    Material,
    Notice,
    PublicRecord,
    RecordSearch,
    RightsClock,
    RightsRequest,
    SocialSignal,
    SourceSwitch,
    StagedFile,
    StatementLine,
    StatementPeriod,
    StatementRemark,
    TaxPeriod,
    UtilityBill,
    Valuation,
    Verification,
    VerifiedFigure,
    WatchEntry,
    WatchHit,
    WatchList,
    WatchVersion,
)
from vouch.customers.queries.answers import answers_visible_to, sheets_visible_to, told_of_answers
from vouch.customers.queries.assessments import waiting_assessments
from vouch.customers.queries.bank import statements_visible_to, transactions_visible_to
from vouch.customers.queries.claims import ClaimSource, register_claims
from vouch.customers.queries.collateral import (
    collateral_visible_to,
    papers_visible_to,
    terms_visible_to,
    valuations_visible_to,
)
from vouch.customers.queries.consent import (
    authorisations_visible_to,
    consenting,
    live_authorisation,
    missing_authorisation,
)
from vouch.customers.queries.credit import (
    authorised_purposes,
    credit_figures_visible_to,
    reports_of,
    reports_visible_to,
)
from vouch.customers.queries.documents import documents_visible_to, told_of_documents
from vouch.customers.queries.duties import bills_visible_to, taxes_visible_to
from vouch.customers.queries.errands import errands_visible_to, waiting_errands
from vouch.customers.queries.figures import choices_visible_to, figures_visible_to
from vouch.customers.queries.financials import (
    financials_visible_to,
    lines_visible_to,
    periods_visible_to,
    remarks_visible_to,
)
from vouch.customers.queries.gaps import Summary
from vouch.customers.queries.guarantees import guarantee_lists_visible_to, guarantees_visible_to
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
from vouch.customers.queries.needs import register_needs, told_of_gaps
from vouch.customers.queries.panel import consent_panel, file_panel
from vouch.customers.queries.records import records_visible_to, searches_visible_to
from vouch.customers.queries.rights import counts_by_state, requests_visible_to
from vouch.customers.queries.sections import Holding, register_section, sections_for
from vouch.customers.queries.social import signals_visible_to
from vouch.customers.queries.staged import staged_visible_to
from vouch.customers.queries.timeline import Happening, Strand, register_strand, strands, timeline_of
from vouch.customers.queries.watching import decisions_visible_to, hits_visible_to
from vouch.parties.models import Party
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    Answer: answers_visible_to,
    AnswerSheet: sheets_visible_to,
    Authorisation: authorisations_visible_to,
    BankStatement: statements_visible_to,
    BankTransaction: transactions_visible_to,
    Collateral: collateral_visible_to,
    CollateralPaper: papers_visible_to,
    CollateralTerms: terms_visible_to,
    CreditFigures: credit_figures_visible_to,
    CreditReport: reports_visible_to,
    Errand: errands_visible_to,
    FigureChoice: choices_visible_to,
    FiledDocument: documents_visible_to,
    FinancialStatement: financials_visible_to,
    GivenGuarantee: guarantees_visible_to,
    GuaranteeStatement: guarantee_lists_visible_to,
    HitDecision: decisions_visible_to,
    ImpactAssessment: "影响评估：处理活动的评估报告，不含客户信息，凭岗位管理",
    Invoice: visible_to,
    Material: materials_visible_to,
    Notice: "告知书：对全体客户相同的文字，不含客户信息，凭岗位管理",
    PublicRecord: records_visible_to,
    RecordSearch: searches_visible_to,
    RightsClock: "设置：各类请求的办理天数，不含客户信息，凭岗位修改",
    RightsRequest: requests_visible_to,
    SocialSignal: signals_visible_to,
    SourceSwitch: "设置：机构是否使用一种来源，不含客户信息，凭岗位修改",
    StagedFile: staged_visible_to,
    StatementLine: lines_visible_to,
    StatementPeriod: periods_visible_to,
    StatementRemark: remarks_visible_to,
    TaxPeriod: taxes_visible_to,
    UtilityBill: bills_visible_to,
    Valuation: valuations_visible_to,
    Verification: verifications_visible_to,
    VerifiedFigure: figures_visible_to,
    WatchEntry: "名单条目：他人发布或本机构认定的名单，本身不是客户资料，凭岗位查看",
    WatchHit: hits_visible_to,
    WatchList: "名单：不含客户信息，凭岗位查看",
    WatchVersion: "名单版本：不含客户信息，凭岗位查看",
}
"""How rows of each table are seen."""

# Views may not read lower rooms' models; they name these types through their own room.
__all__ = [
    "VISIBLE", "Answer", "Authorisation", "BankStatement", "BankTransaction", "Claim", "ClaimSource",
    "Collateral", "Errand", "FiledDocument", "Happening", "Holding", "ImpactAssessment", "InvoiceCounts",
    "InvoiceMonth", "InvoicesWanted", "Material", "Party", "PublicRecord", "RightsRequest", "Section",
    "SocialSignal", "StagedFile", "Strand", "Summary", "TradingPartner", "WatchEntry", "WatchHit",
    "WatchList", "authorisations_visible_to", "authorised_purposes", "confidence_of", "consent_panel",
    "consenting", "counts_by_state", "customer_of", "file_panel", "invoice_counts", "invoices_of",
    "invoices_where", "last_invoice_on", "latest_invoice_on", "live_authorisation", "material_of",
    "materials_of", "materials_visible_to", "missing_authorisation", "monthly_invoices", "register_claims",
    "register_holdings", "register_needs", "register_retention", "register_section", "register_strand",
    "reports_of", "reports_visible_to", "requests_visible_to", "sections_for", "signals_visible_to",
    "strands", "timeline_of", "told_of_answers", "told_of_documents", "told_of_gaps", "top_partners",
    "verifications_visible_to", "visible_to", "waiting_assessments", "waiting_errands",
]  # fmt: skip
