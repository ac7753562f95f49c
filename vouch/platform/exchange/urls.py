"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from vouch.platform.exchange.views import delivery, outcome, rows, undo

app_name = "exchange"
urlpatterns = [
    path("", delivery.imports, name="imports"),
    path("new/", delivery.new_import, name="new"),
    path("new/<slug:kind>/", delivery.new_import, name="new_of_kind"),
    path("mappings/", delivery.mappings, name="mappings"),
    path("mappings/<int:pk>/forget/", delivery.forget, name="forget_mapping"),
    path("<int:pk>/", outcome.one_import, name="import"),
    path("<int:pk>/columns/", delivery.columns, name="columns"),
    path("<int:pk>/cancel/", delivery.cancel, name="cancel"),
    path("<int:pk>/progress/", outcome.progress, name="progress"),
    path("<int:pk>/rows.<slug:suffix>", outcome.download, name="download"),
    path("<int:pk>/rows/<int:row_pk>/", rows.one_row, name="row"),
    path("<int:pk>/files/<int:file_pk>/marked.xlsx", outcome.marked, name="marked"),
    path("<int:pk>/undo/", undo.undo, name="undo"),
    path("<int:pk>/undo/plan/", undo.undo_plan, name="undo_plan"),
    path("<int:pk>/kept/", undo.kept_records, name="kept"),
]
