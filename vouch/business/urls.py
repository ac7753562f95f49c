"""Addresses of the register of guarantees."""

from __future__ import annotations

from django.urls import path

from vouch.business.views import register

app_name = "business"
urlpatterns = [
    path("", register.register, name="register"),
    path("pivot/", register.pivot, name="pivot"),
    path("due/", register.due, name="due"),
    path("claims/", register.claims, name="claims"),
    path("<int:pk>/", register.guarantee, name="guarantee"),
]
