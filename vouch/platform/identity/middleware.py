"""What stands between a session and a page: who acts, whether the session's time is up, what must be done first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from vouch.platform.identity.actions import leave_session
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.adapter import DOOR, digest_of_session
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of, has_second_factor
from vouch.platform.identity.second_factor import is_required_of
from vouch.platform.identity.sessions import FACTOR_SEEN, PASSWORD_DUE, SEEN, STARTED
from vouch.platform.identity.terms import EndOfSession
from vouch.platform.web.faces import ANONYMOUS

NOBODY = Actor(id=ANONYMOUS, label="未登录", user_id=None, roles=frozenset(), scope="own")
BETWEEN_NOTES = 60
"""Seconds between two notes of when a session was last seen: a write a minute, not a write a page."""

WITH_PASSWORD_DUE = frozenset({"account_change_password", "account_logout"})
WITH_FACTOR_DUE = WITH_PASSWORD_DUE | {
    "account:home",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    return actor_of(user) if isinstance(user, User) and user.is_active else NOBODY


class ActorMiddleware:
    """Work the actor out when first asked, so that pages without one cost no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the actor and serve."""
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self._get_response(request)


class SessionLimitsMiddleware:
    """Ends a session after a while without a request, and after a working day in any case."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, for whom there is still time."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._look_at(request, int(time.time()))
        return self._get_response(request)

    def _look_at(self, request: HttpRequest, now: int) -> None:
        session = request.session
        started, seen = session.get(STARTED), session.get(SEEN)
        if started is None or seen is None:
            session[STARTED] = session[SEEN] = now
        elif now - started > settings.VOUCH_SESSION_SECONDS:
            self._end(request, EndOfSession.TOO_LONG, _("登录已超过最长时限，请重新登录。"))
        elif now - seen > settings.VOUCH_IDLE_SECONDS:
            self._end(request, EndOfSession.IDLE, _("长时间没有操作，已自动退出，请重新登录。"))
        elif now - seen > BETWEEN_NOTES:
            session[SEEN] = now

    @staticmethod
    def _end(request: HttpRequest, why: EndOfSession, word: str) -> None:
        if isinstance(request.user, User):
            leave_session(
                actor=DOOR, at=timezone.now(), user=request.user, digest=digest_of_session(request), why=why
            )
        logout(request)
        messages.info(request, word)


class FirstStepsMiddleware:
    """A one-time password is changed, and a second factor enrolled where it is required, before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Lead to the step that is due, if the page asked for is not part of it."""
        user = request.user
        if not isinstance(user, User) or not getattr(view, "login_required", True):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.session.get(PASSWORD_DUE):
            return None if name in WITH_PASSWORD_DUE else _lead(request, "account_change_password")
        if name in WITH_FACTOR_DUE or request.session.get(FACTOR_SEEN) or not is_required_of(user):
            return None
        if has_second_factor(user.pk):
            request.session[FACTOR_SEEN] = True
            return None
        return _lead(request, "mfa_index")


def _lead(request: HttpRequest, name: str) -> HttpResponse:
    where = reverse(name)
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)
