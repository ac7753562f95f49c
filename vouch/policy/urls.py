"""Addresses of the rules."""

from __future__ import annotations

from django.urls import path

from vouch.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.versions, name="versions"),
    path("write/", views.write, name="write"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/<slug:verb>/", views.move, name="move"),
]
