"""How django-allauth signs our staff in: no self-registration, and all that happens at the door is a ledger entry."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.identity.actions import (
    SignIn,
    leave_session,
    record_failure,
    record_lock,
    renew_password,
    start_session,
)
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of, newest_password
from vouch.platform.identity.sessions import (
    FACTOR_SEEN,
    PASSWORD_DUE,
    SEEN,
    SESSION_PK,
    STARTED,
    digest_of,
)
from vouch.platform.identity.terms import EndOfSession, SignInMeans

DOOR = system_actor("sign-in")

_WITH_PASSWORD = {
    "totp": SignInMeans.PASSWORD_CODE,
    "webauthn": SignInMeans.PASSWORD_KEY,
    "recovery_codes": SignInMeans.PASSWORD_RECOVERY,
}


def address_of(request: HttpRequest) -> str:
    """The client's network address; a trusted proxy's header has been read already."""
    return str(request.META.get("REMOTE_ADDR", ""))


def digest_of_session(request: HttpRequest) -> str:
    """Under which the session of this request is stored; empty where there is none."""
    return digest_of(request.session.session_key) if request.session.session_key else ""


def known(username: str) -> User | None:
    """The person of this name, if any."""
    return User.objects.filter(username__iexact=username).select_related("unit").first() if username else None


def name_for_limits(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Under which name tries are counted: the person's; else a digest, for people type their password there."""
    username = str((credentials or {}).get("username") or request.POST.get("login", ""))
    user = known(username)
    return str(user.username) if user else f"unknown:{digest_of(username)}"


def means_of(request: HttpRequest, user: User) -> SignInMeans:
    """What the person has shown to get in, as allauth noted it in the session."""
    records = get_authentication_records(request, user)
    methods = {record.get("method") for record in records}
    second = [str(record.get("type")) for record in records if record.get("method") == "mfa"]
    if "socialaccount" in methods:
        return SignInMeans.SINGLE_SIGN_ON
    if "password" not in methods and second:
        return SignInMeans.PASSKEY
    return _WITH_PASSWORD.get(second[-1], SignInMeans.PASSWORD) if second else SignInMeans.PASSWORD


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Staff are appointed, they do not sign up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("用户名或密码不正确。"),
        "incorrect_password": gettext_lazy("密码不正确。"),
        "enter_current_password": gettext_lazy("当前密码不正确。"),
        "too_many_login_attempts": gettext_lazy("尝试次数过多，请 15 分钟后再试。"),
        "rate_limited": gettext_lazy("尝试次数过多，请 15 分钟后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are opened by an administrator."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Stop whose account is closed, and whose one-time password is too old."""
        newest = newest_password(user)
        if newest is not None and newest.is_one_time and _came_by_password(request, user):
            good_for = timedelta(seconds=settings.VOUCH_ONE_TIME_SECONDS)
            if timezone.now() - newest.set_at > good_for:
                messages.error(request, _("一次性密码已过期，请联系系统管理员重新设置。"))
                return HttpResponseRedirect(reverse("account_login"))
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A closed account is told no more than a wrong password is."""
        record_failure(actor=DOOR, at=timezone.now(), user=user, address=address_of(request), means="closed")
        messages.error(request, self.error_messages["username_password_mismatch"])
        return HttpResponseRedirect(reverse("account_login"))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Leave the entry, start the clocks of the session, then go on to where the person was heading."""
        means = means_of(request, user)
        now = int(time.time())
        session = start_session(
            actor=actor_of(user),
            at=timezone.now(),
            user=user,
            sign_in=SignIn(
                digest=digest_of_session(request),
                address=address_of(request),
                agent=request.META.get("HTTP_USER_AGENT", ""),
                means=means,
            ),
        )
        request.session[STARTED] = request.session[SEEN] = now
        request.session[SESSION_PK] = session.pk
        if means not in {SignInMeans.PASSWORD, SignInMeans.SINGLE_SIGN_ON}:
            request.session[FACTOR_SEEN] = True
        if means == SignInMeans.SINGLE_SIGN_ON and settings.VOUCH_OIDC_TRUSTS_FACTOR:
            request.session[FACTOR_SEEN] = True
        newest = newest_password(user)
        if newest is not None and newest.is_one_time and _came_by_password(request, user):
            request.session[PASSWORD_DUE] = True
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Leave the entry, then forget the session."""
        if isinstance(request.user, User):
            leave_session(
                actor=actor_of(request.user),
                at=timezone.now(),
                user=request.user,
                digest=digest_of_session(request),
                why=EndOfSession.SIGNED_OUT,
            )
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note the wrong password; what was typed is not kept. Tries at a locked door are the lock's business."""
        if getattr(request, "axes_locked_out", False):
            return
        user = known(str(credentials.get("username", "")))
        record_failure(
            actor=DOOR,
            at=timezone.now(),
            user=user,
            address=address_of(request),
            means=SignInMeans.PASSWORD.value,
        )

    def set_password(self, user: User, password: str) -> None:
        """Change one's own password through the door, so that it leaves its entry."""
        this = digest_of_session(context.request)
        renew_password(actor=actor_of(user), at=timezone.now(), user=user, password=password, this=this)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Ours are said by our pages, in our words; allauth's are left unsaid."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail is the courier's, which hears of the ledger's entries."""


def _came_by_password(request: HttpRequest, user: User) -> bool:
    return any(record.get("method") == "password" for record in get_authentication_records(request, user))


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page of a locked door; the first one of each lock leaves an entry."""
    username = str((credentials or {}).get("username") or request.POST.get("login", ""))
    note_lock(request, username=username, user=known(username), means=SignInMeans.PASSWORD.value)
    return render(request, "identity/locked.html", {"username": username, "limit": 10}, status=429)


def note_lock(request: HttpRequest, *, username: str, user: User | None, means: str) -> None:
    """One entry for each lock, not one for each knock at the locked door."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    if cache.add(f"vouch.locked:{means}:{username.lower()}:{address_of(request)}"[:200], 1, timeout=seconds):
        record_lock(actor=DOOR, at=timezone.now(), user=user, address=address_of(request), means=means)
