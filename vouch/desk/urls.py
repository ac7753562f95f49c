"""Addresses of the staff's desk."""

from __future__ import annotations

from django.urls import path

from vouch.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
]
