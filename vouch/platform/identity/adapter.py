"""How django-allauth signs our staff in: no self-registration, and every sign-in is a ledger entry."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from vouch.platform.identity.actions import record_sign_in, renew_password
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Staff are appointed, they do not sign up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are opened by an administrator."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Leave the entry, then go on to where the person was heading."""
        record_sign_in(actor=actor_of(user), at=timezone.now(), address=request.META.get("REMOTE_ADDR", ""))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Change one's own password through the door, so that it leaves its entry."""
        renew_password(actor=actor_of(user), at=timezone.now(), user=user, password=password)
