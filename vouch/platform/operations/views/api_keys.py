"""Pages of the keys of the programming interface: propose, approve, hand out once, revoke (接口密钥)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.identity.actions import api_keys as actions
from vouch.platform.identity.permissions import (
    may_approve_key,
    may_issue_key,
    may_propose_key,
    may_revoke_key,
    may_see_keys,
)
from vouch.platform.identity.queries import api_keys as every_key
from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import ApiScope, Scope
from vouch.platform.operations.forms import ApiKeyForm
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond


def _state(key: Any) -> str:
    """Where the key is, in a word."""
    if key.revoked_at is not None:
        return _("已吊销")
    if key.expires_at <= timezone.now():
        return _("已到期")
    if key.approved_at is None:
        return _("待批准")
    return _("使用中") if key.issued_at is not None else _("待发放")


API_KEYS = Table(
    name="api-keys",
    title=gettext_lazy("接口密钥"),
    default_sort="-proposed_at",
    empty=gettext_lazy("还没有接口密钥。"),
    hint=gettext_lazy("一名管理员申请，另一名批准，然后由申请人取出，只显示一次。"),
    columns=(
        Column("name", gettext_lazy("名称"), sort="name", link=lambda key: reverse("operations:api_key", args=[key.pk])),
        Column("holder", gettext_lazy("使用方"), sort="holder"),
        Column("state", gettext_lazy("状态"), value=_state, template="operations/keys/state_cell.html"),
        Column("prefix", gettext_lazy("前缀"), Kind.CODE, on_phone=False),
        Column("scopes", gettext_lazy("权限"), value=lambda key: "、".join(str(ApiScope(one).label) for one in key.scopes), on_phone=False),
        Column("unit", gettext_lazy("数据范围"), value=lambda key: f"{key.unit.name}（{Scope(key.data_scope).label}）", on_phone=False),
        Column("per_minute", gettext_lazy("每分钟"), Kind.NUMBER, sort="per_minute", unit="次", on_phone=False),
        Column("last_used_at", gettext_lazy("最近使用"), Kind.MOMENT, sort="last_used_at", on_phone=False),
        Column("expires_at", gettext_lazy("到期"), Kind.MOMENT, sort="expires_at", on_phone=False),
    ),
)  # fmt: skip


@face(may=may_see_keys, shows=("api_key",))
@require_GET
def api_keys(request: StaffRequest) -> HttpResponseBase:
    """Every key there is or was."""
    context = {"tab": "api_keys", "may_propose": may_propose_key(request.actor)}
    listing = API_KEYS.listing(every_key(), request.GET)
    return respond(request, listing, "operations/keys/list.html", context)


@face(may=may_propose_key, shows=("api_key",))
@require_http_methods(["GET", "POST"])
def new_api_key(request: StaffRequest) -> HttpResponse:
    """Ask for a key (申请密钥)."""
    now = timezone.now()
    form = ApiKeyForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        key = actions.propose_key(actor=request.actor, at=now, details=form.details())
        messages.success(request, _("已申请，等待另一名管理员批准。"))
        return redirect("operations:api_key", pk=key.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "operations/keys/new.html", {"form": form, "tab": "api_keys"}, status=status)


@face(may=may_see_keys, shows=("api_key",))
@require_GET
def api_key(request: StaffRequest, pk: int) -> HttpResponse:
    """One key: what it may, and what is to be done next."""
    return _page(request, pk)


@face(may=may_propose_key, shows=("api_key",))
@require_POST
def do(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Approve, hand out or revoke (批准、取出、吊销)."""
    key = get_object_or_404(every_key(), pk=pk)
    now = timezone.now()
    try:
        if step == "issue":
            response = _page(request, pk, secret=actions.issue_key(actor=request.actor, at=now, key=key))
            response["Cache-Control"] = "no-store"
            return response
        if step == "approve":
            actions.approve_key(actor=request.actor, at=now, key=key)
            messages.success(request, _("已批准，申请人可以取出密钥。"))
        else:
            actions.revoke_key(actor=request.actor, at=now, key=key)
            messages.success(request, _("密钥已吊销，立即失效。"))
    except actions.KeyNotReady as error:
        messages.error(request, str(error))
    return redirect("operations:api_key", pk=pk)


def _page(request: StaffRequest, pk: int, *, secret: str = "") -> HttpResponse:
    key = get_object_or_404(every_key(), pk=pk)
    state, actor = _state(key), request.actor
    context = {
        "tab": "api_keys",
        "key": key,
        "state": state,
        "scopes": [ApiScope(one).label for one in key.scopes],
        "scope": Scope(key.data_scope).label,
        "secret": secret,
        "may_approve": state == _("待批准") and may_approve_key(actor, key),
        "waits_for_other": state == _("待批准") and key.proposed_by_id == actor.user_id,
        "may_issue": state == _("待发放") and may_issue_key(actor, key),
        "may_revoke": key.revoked_at is None and may_revoke_key(actor),
    }
    return render(request, "operations/keys/page.html", context)
