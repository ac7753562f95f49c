"""Addresses of running an installation."""

from __future__ import annotations

from django.urls import path

from vouch.platform.operations.views import api_keys, inspections, jobs, state

app_name = "operations"
urlpatterns = [
    path("", state.health, name="health"),
    path("findings/", state.findings, name="findings"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/load/", jobs.load, name="load"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="retry_job"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="cancel_job"),
    path("schedules/", jobs.schedules, name="schedules"),
    path("keys/", state.keys, name="keys"),
    path("keys/rotate/", state.rotate, name="rotate_keys"),
    path("backups/", state.backups, name="backups"),
    path("backups/now/", state.back_up_now, name="back_up_now"),
    path("backups/<uuid:pk>/drill/", state.drill_now, name="drill_now"),
    path("backups/<uuid:pk>/manifest.json", state.manifest, name="manifest"),
    path("api-keys/", api_keys.api_keys, name="api_keys"),
    path("api-keys/new/", api_keys.new_api_key, name="new_api_key"),
    path("api-keys/<int:pk>/", api_keys.api_key, name="api_key"),
    path("api-keys/<int:pk>/<slug:step>/", api_keys.do, name="do_api_key"),
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/new/", inspections.new_inspection, name="new_inspection"),
    path("inspections/over/", inspections.over, name="inspection_over"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/<slug:answer>/decide/", inspections.decide, name="decide_inspection"),
    path("inspections/<int:pk>/password/", inspections.password, name="inspection_password"),
    path("inspections/<int:pk>/end/", inspections.end, name="end_inspection"),
    path("inspections/<int:pk>/letter/", inspections.letter, name="inspection_letter"),
]
