"""Every address of the product."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from vouch.config import api

urlpatterns = [
    path("api/v1/", include(api.urls)),
    # Only the doors that staff need: nobody signs up, and nobody resets a password by mail yet.
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("password/", account.password_change, name="account_change_password"),
    path("", include("vouch.desk.urls")),
    path("policies/", include("vouch.policy.urls")),
    path("assessments/", include("vouch.grading.urls")),
    path("ledger/", include("vouch.platform.ledger.urls")),
    path("imports/", include("vouch.platform.exchange.urls")),
    path("parties/", include("vouch.parties.urls")),
    path("invoices/", include("vouch.customers.urls")),
]
