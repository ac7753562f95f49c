"""Addresses of judgement."""

from __future__ import annotations

from django.urls import path

from vouch.grading import views

app_name = "grading"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("progress/", views.progress, name="progress"),
    path("overrides/", views.overrides, name="overrides"),
    path("overrides/<int:pk>/", views.override, name="override"),
    path("customers/<int:pk>/override/", views.propose, name="propose"),
    path("advice/", views.advice, name="advice"),
    path("<int:pk>/", views.assessment, name="assessment"),
    path("<int:pk>/letter/", views.letter, name="issue_letter"),
    path("<int:pk>/review/", views.ask, name="ask_review"),
    path("letters/<int:pk>/", views.opened, name="open_letter"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("<int:pk>/advice/", views.decide, name="decide_advice"),
]
