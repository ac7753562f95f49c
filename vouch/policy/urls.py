"""Addresses of the rules."""

from __future__ import annotations

from django.urls import path

from vouch.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.versions, name="versions"),
    path("write/", views.write, name="write"),
    path("ratios/", views.ratios, name="ratios"),
    path("ratios/groups/", views.groups, name="ratio_groups"),
    path("ratios/figures/", views.figures_list, name="figures"),
    path("ratios/figures/enter/", views.figures_enter, name="figures_enter"),
    path("ratios/figures/template/", views.figures_template, name="figures_template"),
    path("ratios/figures/<int:pk>/", views.figures_month, name="figures_month"),
    path("ratios/figures/<int:pk>/<slug:verb>/", views.figures_sign, name="figures_sign"),
    path("ratios/settings/", views.settings_page, name="settings"),
    path("ratios/settings/enter/", views.settings_enter, name="settings_enter"),
    path("ratios/settings/effects/", views.settings_effects, name="settings_effects"),
    path("ratios/settings/<int:pk>/", views.setting, name="setting"),
    path("ratios/settings/<int:pk>/<slug:verb>/", views.setting_sign, name="setting_sign"),
    path("rules/", views.rule_list, name="rules"),
    path("rules/enter/", views.rule_enter, name="rule_enter"),
    path("rules/<int:pk>/", views.rule, name="rule"),
    path("rules/<int:pk>/except/", views.exception_ask, name="exception_ask"),
    path("rules/<int:pk>/<slug:verb>/", views.rule_sign, name="rule_sign"),
    path("rules/exceptions/", views.exception_list, name="exceptions"),
    path("rules/exceptions/<int:pk>/", views.exception, name="exception"),
    path("rules/exceptions/<int:pk>/<slug:verb>/", views.exception_sign, name="exception_sign"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/<slug:verb>/", views.move, name="move"),
]
