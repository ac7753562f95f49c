"""How a member of staff gets in, for the administrator: sessions, one-time password, lost second factor, lock."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from vouch.platform.identity.actions import end_sessions, reset_factors, set_password, unlock
from vouch.platform.identity.models import User
from vouch.platform.identity.passwords import one_time_password
from vouch.platform.identity.permissions import may_manage_others, may_manage_staff
from vouch.platform.identity.queries import newest_password, open_sessions
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.second_factor import is_required_of
from vouch.platform.identity.terms import EndOfSession
from vouch.platform.web.faces import face

FACTOR_TITLES = {
    "totp": gettext_lazy("验证器应用"),
    "webauthn": gettext_lazy("安全密钥"),
    "recovery_codes": gettext_lazy("恢复码"),
}


def _person(request: StaffRequest, pk: int) -> User:
    """Whom it is about. Raises PermissionDenied before it says whether there is such a person."""
    if not may_manage_staff(request.actor):
        raise PermissionDenied
    return get_object_or_404(User.objects.select_related("unit"), pk=pk)


@face(may=may_manage_staff, shows=("user",), refusal=gettext_lazy("只有系统管理员可以查看员工的登录与安全。"))
@require_GET
def access(request: StaffRequest, pk: int) -> HttpResponse:
    """Where the person is signed in, and what they sign in with."""
    return _page(request, _person(request, pk))


def _page(request: StaffRequest, user: User, *, fresh_password: str = "") -> HttpResponse:
    factors = Authenticator.objects.filter(user_id=user.pk).order_by("type", "pk")
    context = {
        "person": user,
        "sessions": open_sessions(user.pk, at=timezone.now()),
        "password": newest_password(user),
        "factors": [(FACTOR_TITLES[row.type], row.created_at, row.last_used_at) for row in factors],
        "is_required": is_required_of(user),
        "may_manage": may_manage_others(request.actor, user),
        "fresh_password": fresh_password,
    }
    return render(request, "identity/staff_access.html", context)


@face(may=may_manage_staff, shows=("user",), refusal=gettext_lazy("只有系统管理员可以查看员工的登录与安全。"))
@require_POST
def end_all(request: StaffRequest, pk: int) -> HttpResponse:
    """End all sessions of the person."""
    user = _person(request, pk)
    ended = end_sessions(actor=request.actor, at=timezone.now(), user=user, why=EndOfSession.ENDED_BY_ADMIN)
    messages.success(request, _("已结束 %d 处登录。") % ended)
    return redirect("account:staff_access", pk=pk)


@face(may=may_manage_staff, shows=("user",), refusal=gettext_lazy("只有系统管理员可以查看员工的登录与安全。"))
@require_POST
def end_one(request: StaffRequest, pk: int, session_pk: int) -> HttpResponse:
    """End one session of the person."""
    user = _person(request, pk)
    end_sessions(
        actor=request.actor, at=timezone.now(), user=user, why=EndOfSession.ENDED_BY_ADMIN, only=session_pk
    )
    messages.success(request, _("已结束该登录。"))
    return redirect("account:staff_access", pk=pk)


@face(may=may_manage_staff, shows=("user",), refusal=gettext_lazy("只有系统管理员可以查看员工的登录与安全。"))
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
@require_POST
def new_password(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a one-time password; this answer is the only place that shows it."""
    user = _person(request, pk)
    if not may_manage_others(request.actor, user):
        raise PermissionDenied
    fresh = one_time_password()
    set_password(actor=request.actor, at=timezone.now(), user=user, password=fresh, one_time=True)
    return _page(request, user, fresh_password=fresh)


@face(may=may_manage_staff, shows=("user",), refusal=gettext_lazy("只有系统管理员可以查看员工的登录与安全。"))
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
@require_POST
def remove_factors(request: StaffRequest, pk: int) -> HttpResponse:
    """Take away the second factor of somebody who lost it."""
    user = _person(request, pk)
    reset_factors(actor=request.actor, at=timezone.now(), user=user)
    messages.success(request, _("已移除此人的两步验证；岗位要求时，下次登录须重新启用。"))
    return redirect("account:staff_access", pk=pk)


@face(may=may_manage_staff, shows=("user",), refusal=gettext_lazy("只有系统管理员可以查看员工的登录与安全。"))
@require_POST
def unlock_one(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a locked door before its time."""
    unlock(actor=request.actor, at=timezone.now(), user=_person(request, pk))
    messages.success(request, _("已解除登录锁定。"))
    return redirect("account:staff_access", pk=pk)
