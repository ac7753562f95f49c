"""Addresses of running an installation."""

from __future__ import annotations

from django.urls import path

from vouch.platform.operations.views import inspections

app_name = "operations"
urlpatterns = [
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/new/", inspections.new_inspection, name="new_inspection"),
    path("inspections/over/", inspections.over, name="inspection_over"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/<slug:answer>/decide/", inspections.decide, name="decide_inspection"),
    path("inspections/<int:pk>/password/", inspections.password, name="inspection_password"),
    path("inspections/<int:pk>/end/", inspections.end, name="end_inspection"),
    path("inspections/<int:pk>/letter/", inspections.letter, name="inspection_letter"),
]
