"""Addresses of judgement."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from vouch.grading import views
from vouch.grading.views import classing, hold, limit, migration


class ClassVerbConverter(StringConverter):
    """Only what can be done with a proposal."""

    regex = "confirm|return|reopen"


register_converter(ClassVerbConverter, "class_verb")

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
    path("overrides/", views.overrides, name="overrides"),
    path("overrides/<int:pk>/", views.override, name="override"),
    path("customers/<int:pk>/override/", views.propose, name="propose"),
    path("advice/", views.advice, name="advice"),
    path("debts/", views.debts, name="debts"),
    path("<int:pk>/", views.assessment, name="assessment"),
    path("classes/", classing.reviews, name="reviews"),
    path("classes/migration/", migration.migration, name="migration"),
    path("classes/migration/customers/", migration.moved, name="moved"),
    path("classes/decide/", classing.decide_many, name="decide_classes"),
    path("classes/<int:pk>/", classing.classification, name="classification"),
    path("classes/<int:pk>/<class_verb:verb>/", classing.decide, name="decide_class"),
    path("classes/propose/<int:pk>/", classing.propose, name="propose_class"),
    path("classes/propose/<int:pk>/foretell/", classing.foretell, name="foretell_class"),
    path("<int:pk>/replay/", views.replayed, name="replay"),
    path("<int:pk>/letter/", views.letter, name="issue_letter"),
    path("<int:pk>/review/", views.ask, name="ask_review"),
    path("letters/<int:pk>/", views.opened, name="open_letter"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("<int:pk>/advice/", views.decide, name="decide_advice"),
]
