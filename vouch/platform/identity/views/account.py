"""My account: where I am signed in, and my password."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vouch.platform.identity.actions import end_sessions, move_session
from vouch.platform.identity.adapter import digest_of_session
from vouch.platform.identity.models import Session, User
from vouch.platform.identity.queries import newest_password, open_sessions
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.sessions import PASSWORD_DUE, SESSION_PK
from vouch.platform.identity.terms import EndOfSession
from vouch.platform.web.faces import SIGNED_IN, face


def _me(request: StaffRequest) -> User:
    """The person; pages of the account are for people alone."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the middleware has turned away everybody else
    return user


@face(may=SIGNED_IN)
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """Where I am signed in."""
    user = _me(request)
    context = {
        "tab": "sessions",
        "sessions": open_sessions(user.pk, at=timezone.now(), this=digest_of_session(request)),
        "password": newest_password(user),
    }
    return render(request, "identity/account.html", context)


@face(may=SIGNED_IN)
@require_POST
def end_one(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign out of one of my sessions."""
    user = _me(request)
    session = get_object_or_404(Session, pk=pk, user=user)
    if session.digest == digest_of_session(request):
        return redirect("account_logout")
    end_sessions(
        actor=request.actor, at=timezone.now(), user=user, why=EndOfSession.ENDED_ELSEWHERE, only=session.pk
    )
    messages.success(request, _("已退出该设备。"))
    return redirect("account:home")


@face(may=SIGNED_IN)
@require_POST
def end_others(request: StaffRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    ended = end_sessions(
        actor=request.actor,
        at=timezone.now(),
        user=_me(request),
        why=EndOfSession.ENDED_ELSEWHERE,
        except_for=digest_of_session(request),
    )
    messages.success(request, _("已退出其他 %d 处登录。") % ended if ended else _("没有其他登录。"))
    return redirect("account:home")


class RenewPasswordView(PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """A new password of my own."""

    success_url = reverse_lazy("account:home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the password is due."""
        due = bool(self.request.session.get(PASSWORD_DUE))
        return {**super().get_context_data(**kwargs), "tab": "password", "is_due": due}

    def form_valid(self, form: Any) -> HttpResponse:
        """Change it; allauth gives the session another key, which our list follows."""
        response: HttpResponse = super().form_valid(form)
        self.request.session.pop(PASSWORD_DUE, None)
        if pk := self.request.session.get(SESSION_PK):
            move_session(
                actor=self.request.actor,
                at=timezone.now(),
                user=self.request.user,
                pk=pk,
                digest=digest_of_session(self.request),
            )
        messages.success(self.request, _("密码已修改，其他设备上的登录已全部退出。"))
        return response


password = face(may=SIGNED_IN)(RenewPasswordView.as_view())
