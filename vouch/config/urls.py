"""Every address of the product."""

from __future__ import annotations

from django.urls import include, path

from vouch.config import api

urlpatterns = [
    path("api/v1/", include(api.urls)),
    path("", include("vouch.platform.identity.urls.sign_in")),
    path("account/", include("vouch.platform.identity.urls.account")),
    path("staff/", include("vouch.platform.identity.urls.organisation")),
    path("", include("vouch.desk.urls")),
    path("policies/", include("vouch.policy.urls")),
    path("book/", include("vouch.business.urls")),
    path("assessments/", include("vouch.grading.urls")),
    path("operations/", include("vouch.platform.operations.urls")),
    path("ledger/", include("vouch.platform.ledger.urls")),
    path("messages/", include("vouch.platform.courier.urls")),
    path("imports/", include("vouch.platform.exchange.urls")),
    path("parties/", include("vouch.parties.urls")),
    path("", include("vouch.customers.urls")),
]
