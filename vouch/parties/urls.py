"""Addresses for registering and changing parties; their own page is the desk's."""

from __future__ import annotations

from django.urls import path

from vouch.parties import views

app_name = "parties"
urlpatterns = [
    path("new/", views.new_enterprise, name="new"),
    path("<int:pk>/correct/", views.correct, name="correct"),
    path("<int:pk>/assign/", views.assign, name="assign"),
]
