"""Addresses of what we know of a customer, and of what allows us to."""

from __future__ import annotations

from django.urls import path

from vouch.customers.views import consent, credit, invoices, notices, rights

app_name = "customers"
urlpatterns = [
    path("invoices/<int:party_id>/", invoices.invoices, name="invoices"),
    path("authorisations/", consent.authorisations, name="authorisations"),
    path("authorisations/missing/", consent.missing, name="missing"),
    path("authorisations/of/<int:pk>/", consent.consent_of, name="consent_of"),
    path("authorisations/of/<int:pk>/new/", consent.new_authorisation, name="new_authorisation"),
    path("authorisations/<int:pk>/", consent.authorisation, name="authorisation"),
    path("authorisations/<int:pk>/decide/", consent.decide, name="decide"),
    path("authorisations/<int:pk>/file/", consent.signed_file, name="signed_file"),
    path("credit-reports/of/<int:pk>/new/", credit.new_report, name="new_report"),
    path("credit-reports/<int:pk>/open/", credit.open_report, name="open_report"),
    path("notices/", notices.notices, name="notices"),
    path("notices/new/<slug:kind>/", notices.new_notice, name="new_notice"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/edit/", notices.edit_notice, name="edit_notice"),
    path("notices/<int:pk>/publish/", notices.publish_notice, name="publish_notice"),
    path("rights/", rights.requests, name="requests"),
    path("rights/clocks/", rights.clocks, name="clocks"),
    path("rights/of/<int:pk>/new/", rights.new_request, name="new_request"),
    path("rights/<int:pk>/", rights.one_request, name="request"),
    path("rights/<int:pk>/step/", rights.step, name="step"),
    path("rights/<int:pk>/copy/", rights.fetch, name="fetch"),
]
