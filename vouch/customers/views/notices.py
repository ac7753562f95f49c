"""Notices by version."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions
from vouch.customers.forms.consent import NoticeForm
from vouch.customers.queries import consent
from vouch.customers.terms import DataClass, NoticeKind, NoticeState, Purpose
from vouch.customers.views.consent import WIDE
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

NOTICES = Table(
    name="notices",
    title=_("告知书"),
    default_sort="-version",
    empty=_("还没有告知书。"),
    hint=_("起草并发布后，才能登记个人的同意。"),
    columns=(
        Column("title", _("标题"), sort="title", link=lambda one: one.get_absolute_url()),
        Column("kind", _("种类"), sort="kind", value=lambda one: one.get_kind_display(), on_phone=False),
        Column("version", _("版本"), Kind.NUMBER, sort="version"),
        Column("state", _("状态"), sort="state", value=lambda one: one.get_state_display()),
        Column("published_at", _("发布时间"), Kind.MOMENT, sort="published_at"),
        Column("superseded_at", _("替代时间"), Kind.MOMENT, sort="superseded_at", on_phone=False),
        Column("sha256", _("内容摘要"), Kind.CODE, value=lambda one: one.sha256[:12], on_phone=False),
    ),
)


@face(may=permissions.may_open_consent, shows=("notice",))
@require_GET
def notices(request: StaffRequest) -> HttpResponseBase:
    """Every version of every notice."""
    context = {
        "tab": "notices",
        "may_manage": permissions.may_manage_notices(request.actor),
        "kinds": NoticeKind,
    }
    return respond(
        request, NOTICES.listing(consent.notices(), request.GET), "customers/notices.html", context
    )


@face(may=permissions.may_open_consent, shows=("notice",))
@require_GET
def notice(request: StaffRequest, pk: int) -> HttpResponse:
    """One version as it was shown."""
    one = get_object_or_404(consent.notices(), pk=pk)
    context = {
        "one": one,
        "purposes": [Purpose(name).label for name in one.purposes],
        "categories": [DataClass(name).label for name in one.categories],
        "is_draft": one.state == NoticeState.DRAFT,
        "may_manage": permissions.may_manage_notices(request.actor),
    }
    return render(request, "customers/notice.html", context)


@face(may=permissions.may_manage_notices, shows=("notice",))
@require_http_methods(["GET", "POST"])
def new_notice(request: StaffRequest, kind: str) -> HttpResponse:
    """Draft the next version, beginning with the one in force."""
    if kind not in NoticeKind.values:
        raise Http404
    now = consent.notice_in_force(kind)
    initial = {name: getattr(now, name) for name in NoticeForm.base_fields} if now else {}
    form = NoticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        one = actions.draft_notice(actor=request.actor, at=timezone.now(), kind=kind, details=form.details())
        messages.success(request, _now("草稿已保存。"))
        return redirect(one)
    return _form(request, form, _now("起草%(kind)s") % {"kind": NoticeKind(kind).label})


@face(may=permissions.may_manage_notices, shows=("notice",))
@require_http_methods(["GET", "POST"])
def edit_notice(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    one = get_object_or_404(consent.notices(), pk=pk)
    form = NoticeForm(
        request.POST or None, initial={name: getattr(one, name) for name in NoticeForm.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.revise_notice(actor=request.actor, at=timezone.now(), notice=one, details=form.details())
        except actions.NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("草稿已保存。"))
            return redirect(one)
    return _form(request, form, _now("修改告知书草稿"))


@face(may=permissions.may_manage_notices, shows=("notice",))
@require_POST
def publish_notice(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a draft in force."""
    one = get_object_or_404(consent.notices(), pk=pk)
    try:
        actions.publish_notice(actor=request.actor, at=timezone.now(), notice=one)
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _now("已发布；以前的版本被替代，已取得的同意仍按当时所示的版本。"))
    return redirect(one)


def _form(request: StaffRequest, form: NoticeForm, title: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": _now("保存草稿"),
        "wide": WIDE,
        "back": "customers:notices",
    }
    return render(request, "customers/form.html", context, status=422 if request.method == "POST" else 200)
