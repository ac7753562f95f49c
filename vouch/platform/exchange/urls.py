"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from vouch.platform.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.new_import, name="new"),
    path("new/<slug:kind>/", views.new_import, name="new_of_kind"),
    path("<int:pk>/", views.one_import, name="import"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/rows.<slug:suffix>", views.download, name="download"),
    path("<int:pk>/rows/<int:row_pk>/", views.one_row, name="row"),
]
