"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from vouch.platform.ledger import views

app_name = "ledger"
urlpatterns = [path("", views.entries, name="entries")]
