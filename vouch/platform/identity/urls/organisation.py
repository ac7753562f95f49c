"""Units, staff, rights, delegations and hand-overs."""

from __future__ import annotations

from django.urls import path

from vouch.platform.identity.views import changes, delegations, hand_over, rights, staff, units

app_name = "identity"
urlpatterns = [
    path("", staff.staff_list, name="staff"),
    path("new/", staff.appoint, name="appoint"),
    path("<int:pk>/", staff.person, name="person"),
    path("<int:pk>/rights/", staff.change_rights, name="change_rights"),
    path("<int:pk>/close/", staff.close_account, name="close_account"),
    path("<int:pk>/suspend/", staff.suspend, name="suspend"),
    path("<int:pk>/hand-over/", hand_over.new_hand_over, name="hand_over"),
    path("units/", units.unit_tree, name="units"),
    path("units/new/", units.new_unit, name="new_unit"),
    path("units/<int:pk>/name/", units.rename, name="rename_unit"),
    path("units/<int:pk>/move/", units.move, name="move_unit"),
    path("units/<int:pk>/close/", units.close, name="close_unit"),
    path("changes/", changes.change_list, name="changes"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("changes/<int:pk>/approve/", changes.approve, name="approve_change"),
    path("changes/<int:pk>/refuse/", changes.refuse, name="refuse_change"),
    path("changes/<int:pk>/withdraw/", changes.withdraw, name="withdraw_change"),
    path("delegations/", delegations.delegation_list, name="delegations"),
    path("delegations/new/", delegations.new_delegation, name="new_delegation"),
    path("delegations/<int:pk>/", delegations.delegation, name="delegation"),
    path("delegations/<int:pk>/consent/", delegations.consent, name="consent"),
    path("delegations/<int:pk>/end/", delegations.end, name="end_delegation"),
    path("hand-overs/", hand_over.hand_over_list, name="hand_overs"),
    path("hand-overs/<int:pk>/", hand_over.receipt, name="receipt"),
    path("rights/", rights.matrix, name="rights"),
]
