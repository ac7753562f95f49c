"""Addresses of judgement."""

from __future__ import annotations

from django.urls import path

from vouch.grading import views
from vouch.grading.views import hold, limit

app_name = "grading"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("progress/", views.progress, name="progress"),
    path("limits/", limit.limits, name="limits"),
    path("limits/propose/", limit.propose_limit, name="propose_limit"),
    path("limits/<int:pk>/", limit.limit, name="limit"),
    path("limits/amounts/<int:pk>/grant/", limit.grant_limit, name="grant_limit"),
    path("limits/amounts/<int:pk>/reject/", limit.reject_limit, name="reject_limit"),
    path("limits/amounts/<int:pk>/withdraw/", limit.withdraw_limit, name="withdraw_limit"),
    path("limits/amounts/<int:pk>/lower/", limit.lower_limit, name="lower_limit"),
    path("limits/amounts/<int:pk>/end/", limit.end_limit, name="end_limit"),
    path("limits/holds/<int:pk>/", hold.hold, name="hold"),
    path("limits/holds/<int:pk>/use/", hold.use, name="use"),
    path("limits/holds/<int:pk>/release/", hold.release, name="release"),
    path("limits/customers/<int:pk>/reserve/", hold.reserve, name="reserve"),
    path("limits/customers/<int:pk>/freeze/", hold.freeze, name="freeze"),
    path("limits/customers/<int:pk>/lift/", hold.lift, name="lift"),
    path("<int:pk>/", views.assessment, name="assessment"),
]
