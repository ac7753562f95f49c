"""Addresses of judgement."""

from __future__ import annotations

from django.urls import path

from vouch.grading import views

app_name = "grading"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("progress/", views.progress, name="progress"),
    path("<int:pk>/", views.assessment, name="assessment"),
]
