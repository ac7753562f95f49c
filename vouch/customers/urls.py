"""Addresses of what we know of a customer, and of what allows us to."""

from __future__ import annotations

from django.urls import path

from vouch.customers.views import (
    bank,
    consent,
    credit,
    duties,
    figures,
    financials,
    invoices,
    materials,
    notices,
    rights,
    staged,
)

app_name = "customers"
urlpatterns = [
    path("invoices/<int:party_id>/", invoices.invoices, name="invoices"),
    path("file/<int:pk>/", materials.file, name="file"),
    path("file/materials/<int:pk>/", materials.material, name="material"),
    path("file/materials/<int:pk>/verify/", materials.verify, name="verify_material"),
    path("file/materials/<int:pk>/withdraw/", materials.withdraw, name="withdraw_material"),
    path("file/materials/<int:pk>/open/", materials.open_original, name="open_original"),
    path("file/<int:pk>/financials/", financials.financials, name="financials"),
    path("file/<int:pk>/financials/new/", financials.new_financials, name="new_financials"),
    path("file/financials/<int:pk>/", financials.financial_statement, name="financial_statement"),
    path("file/<int:pk>/figures/", figures.figures, name="figures"),
    path("file/<int:pk>/figures/new/", figures.new_figure, name="new_figure"),
    path("file/<int:pk>/figures/choose/", figures.choose, name="choose_figure"),
    path("file/<int:pk>/upload/<slug:kind>/", staged.upload, name="upload"),
    path("file/uploads/<int:pk>/", staged.staged, name="staged"),
    path("file/<int:pk>/bank/", bank.bank, name="bank"),
    path("file/<int:pk>/bank/transactions/", bank.transactions, name="transactions"),
    path("file/<int:pk>/taxes/", duties.taxes, name="taxes"),
    path("file/<int:pk>/taxes/new/", duties.new_tax, name="new_tax"),
    path("file/<int:pk>/bills/", duties.bills, name="bills"),
    path("file/<int:pk>/bills/new/", duties.new_bill, name="new_bill"),
    path("consent/", consent.authorisations, name="authorisations"),
    path("consent/authorisations/missing/", consent.missing, name="missing"),
    path("consent/authorisations/of/<int:pk>/", consent.consent_of, name="consent_of"),
    path("consent/authorisations/of/<int:pk>/new/", consent.new_authorisation, name="new_authorisation"),
    path("consent/authorisations/<int:pk>/", consent.authorisation, name="authorisation"),
    path("consent/authorisations/<int:pk>/decide/", consent.decide, name="decide"),
    path("consent/authorisations/<int:pk>/file/", consent.signed_file, name="signed_file"),
    path("consent/credit-reports/of/<int:pk>/new/", credit.new_report, name="new_report"),
    path("consent/credit-reports/<int:pk>/open/", credit.open_report, name="open_report"),
    path("consent/notices/", notices.notices, name="notices"),
    path("consent/notices/new/<slug:kind>/", notices.new_notice, name="new_notice"),
    path("consent/notices/<int:pk>/", notices.notice, name="notice"),
    path("consent/notices/<int:pk>/edit/", notices.edit_notice, name="edit_notice"),
    path("consent/notices/<int:pk>/publish/", notices.publish_notice, name="publish_notice"),
    path("consent/rights/", rights.requests, name="requests"),
    path("consent/rights/clocks/", rights.clocks, name="clocks"),
    path("consent/rights/of/<int:pk>/new/", rights.new_request, name="new_request"),
    path("consent/rights/<int:pk>/", rights.one_request, name="request"),
    path("consent/rights/<int:pk>/step/", rights.step, name="step"),
    path("consent/rights/<int:pk>/copy/", rights.fetch, name="fetch"),
]
