"""Addresses of what we know of a customer."""

from __future__ import annotations

from django.urls import path

from vouch.customers.views import invoices

app_name = "customers"
urlpatterns = [
    path("<int:party_id>/", invoices.invoices, name="invoices"),
]
