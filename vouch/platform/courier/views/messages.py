"""One's own messages, and how one wants to get them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.courier import actions, queries
from vouch.platform.courier.forms import AddressForm, MessageFilter, PreferenceForm
from vouch.platform.courier.permissions import may_change_own, may_use_messages
from vouch.platform.courier.templates import link_to
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.terms import subject_title
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

MESSAGES = Table(
    name="messages",
    title=gettext_lazy("消息"),
    default_sort="-created_at",
    tie_break="id",
    empty=gettext_lazy("没有消息。"),
    hint=gettext_lazy("与您有关的事会出现在这里，也可以在设置中填写邮箱同时接收邮件。"),
    columns=(
        Column(
            "title",
            gettext_lazy("标题"),
            value=lambda row: queries.text_of(row).title,
            template="courier/title_cell.html",
        ),
        Column(
            "group",
            gettext_lazy("类别"),
            sort="group",
            value=lambda row: row.get_group_display(),
            on_phone=False,
        ),
        Column(
            "state",
            gettext_lazy("状态"),
            value=lambda row: _("未读") if row.read_at is None else _("已读"),
            on_phone=False,
        ),
        Column("created_at", gettext_lazy("时间"), Kind.MOMENT, sort="created_at"),
    ),
)


@face(may=may_use_messages, shows=("message",))
@require_GET
def messages(request: StaffRequest) -> HttpResponseBase:
    """One's own messages, newest first (消息)."""
    filters = MessageFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    rows = queries.messages_where(request.actor, state=wanted.get("state", ""), group=wanted.get("group", ""))
    return respond(request, MESSAGES.listing(rows, request.GET, filters), "courier/messages.html")


@face(may=may_use_messages, shows=("message",))
@require_GET
def message(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One message in full; opening it has it noted as read."""
    row = get_object_or_404(queries.visible_to(request.actor), pk=pk)
    context = {
        "message": row,
        "text": queries.text_of(row),
        "link": link_to(row.subject_kind, row.subject_id) if row.subject_kind else "",
        "subject": subject_title(row.subject_kind),
        "marks": row.read_at is None and may_change_own(request.actor),
    }
    return render(request, "courier/message.html", context)


@face(may=may_change_own, shows=("message",))
@require_POST
def read(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Note a message as read; the page's bell gets its new count."""
    row = get_object_or_404(queries.visible_to(request.actor), pk=pk)
    actions.read_message(actor=request.actor, at=timezone.now(), pk=row.pk)
    if not request.htmx:
        return redirect(row)
    count = queries.unread_count(request.actor.user_id or 0)
    shown = "" if not count else str(count) if count <= queries.BELL_MAX else f"{queries.BELL_MAX}+"
    return HttpResponse(format_html('<span hx-swap-oob="innerHTML:.tool-count">{}</span>', shown))


@face(may=may_change_own)
@require_POST
def read_all(request: StaffRequest) -> HttpResponse:
    """Note everything as read."""
    count = actions.read_all(actor=request.actor, at=timezone.now())
    notes.success(request, _("%d 条消息已标为已读。") % count)
    return redirect("courier:messages")


@face(may=may_use_messages)
@require_http_methods(["GET", "POST"])
def own_settings(request: StaffRequest) -> HttpResponse:
    """Where, when and with what one wants to be reached (我的消息设置)."""
    user_id = request.actor.user_id or 0
    verb = request.POST.get("do", "")
    addresses = AddressForm(
        request.POST if verb == "addresses" else None, initial=queries.addresses_of(user_id)
    )
    house = queries.house_hours()
    preference = PreferenceForm(
        request.POST if verb == "preference" else None, preference=queries.preference_of(user_id), house=house
    )
    if request.method == "POST" and _saved(request, addresses, preference):
        notes.success(request, _("设置已保存。"))
        return redirect("courier:settings")
    context = {
        "addresses": addresses,
        "preference": preference,
        "house": house,
        "has_mail_channel": queries.mail_channel() is not None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "courier/settings.html", context, status=status)


def _saved(request: StaffRequest, addresses: AddressForm, preference: PreferenceForm) -> bool:
    now = timezone.now()
    if addresses.is_bound and addresses.is_valid():
        actions.set_addresses(
            actor=request.actor,
            at=now,
            mail=addresses.cleaned_data["mail"],
            phone=addresses.cleaned_data["phone"],
        )
        return True
    if preference.is_bound and preference.is_valid():
        wished = actions.Wished(
            hours=preference.hours,
            rests=preference.cleaned_data["rests"],
            muted=preference.cleaned_data["muted"],
        )
        actions.set_preference(actor=request.actor, at=now, wished=wished)
        return True
    return False
