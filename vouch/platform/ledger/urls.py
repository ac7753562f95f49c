"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from vouch.platform.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("reads/", views.reads, name="reads"),
    path("key.pub", views.key, name="key"),
    path("heads/<int:size>.json", views.head, name="head"),
    path("<uuid:pk>/", views.entry, name="entry"),
    path("<uuid:pk>/proof-<int:size>.json", views.proof, name="proof"),
]
