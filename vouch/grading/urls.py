"""Addresses of judgement."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from vouch.grading import views
from vouch.grading.views import classing


class ClassVerbConverter(StringConverter):
    """Only what can be done with a proposal."""

    regex = "confirm|return|reopen"


register_converter(ClassVerbConverter, "class_verb")

app_name = "grading"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("progress/", views.progress, name="progress"),
    path("<int:pk>/", views.assessment, name="assessment"),
    path("classes/", classing.reviews, name="reviews"),
    path("classes/decide/", classing.decide_many, name="decide_classes"),
    path("classes/<int:pk>/", classing.classification, name="classification"),
    path("classes/<int:pk>/<class_verb:verb>/", classing.decide, name="decide_class"),
    path("classes/propose/<int:pk>/", classing.propose, name="propose_class"),
    path("classes/propose/<int:pk>/foretell/", classing.foretell, name="foretell_class"),
]
