"""My account, and for administrators how others get in."""

from __future__ import annotations

from django.urls import path

from vouch.platform.identity.views import account, staff_access

app_name = "account"
urlpatterns = [
    path("", account.home, name="home"),
    path("sessions/<int:pk>/end/", account.end_one, name="end_session"),
    path("sessions/end-others/", account.end_others, name="end_other_sessions"),
    path("of/<int:pk>/", staff_access.access, name="staff_access"),
    path("of/<int:pk>/sessions/end/", staff_access.end_all, name="staff_end_sessions"),
    path("of/<int:pk>/sessions/<int:session_pk>/end/", staff_access.end_one, name="staff_end_session"),
    path("of/<int:pk>/password/", staff_access.new_password, name="staff_password"),
    path("of/<int:pk>/second-factor/", staff_access.remove_factors, name="staff_factors"),
    path("of/<int:pk>/unlock/", staff_access.unlock_one, name="staff_unlock"),
]
