"""The institution's channels: add, test, pause (消息通道)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.courier import actions, queries
from vouch.platform.courier.forms import FORMS, ChannelForm
from vouch.platform.courier.models import Channel
from vouch.platform.courier.permissions import may_manage_channels
from vouch.platform.courier.terms import ROBOTS, ChannelKind, DeliveryState, Group, NotNow
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.faces import face

REFUSAL = gettext_lazy("消息通道只对系统管理员开放。")


@face(may=may_manage_channels, shows=("channel",), refusal=REFUSAL)
@require_GET
def channels(request: StaffRequest) -> HttpResponse:
    """Every channel in use, with its last word (消息通道)."""
    last = queries.last_deliveries()
    rows = [
        {
            "channel": channel,
            "groups": [Group(group).label for group in channel.groups],
            "last": last.get(channel.pk),
        }
        for channel in queries.channels()
    ]
    context = {"rows": rows, "kinds": ChannelKind.choices, "given_up": queries.given_up_count()}
    return render(request, "courier/channels.html", context)


@face(may=may_manage_channels, refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def new_channel(request: StaffRequest, kind: str) -> HttpResponse:
    """Set up a channel of a kind."""
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None, kind=kind, config={})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_channel(
                actor=request.actor, at=timezone.now(), kind=ChannelKind(kind), details=_details(form)
            )
        except NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("通道已建立。请发一条测试消息确认可用。"))
            return redirect("courier:channel", pk=made.pk)
    context = {"form": form, "kind": ChannelKind(kind), "is_robot": kind in ROBOTS}
    return render(request, "courier/new_channel.html", context, status=422 if form.errors else 200)


@face(may=may_manage_channels, shows=("channel",), refusal=REFUSAL)
@require_http_methods(["GET", "POST"])
def channel(request: StaffRequest, pk: int) -> HttpResponse:
    """One channel: what it is set to, secrets masked, and what may be changed."""
    found = get_object_or_404(queries.channels(), pk=pk)
    config = queries.config_of(found)
    initial = {name: value for name, value in config.items() if name not in {"password", "url", "secret"}}
    initial |= {"name": found.name, "groups": found.groups, "carries_heads": found.carries_heads}
    initial["to"] = "\n".join(config.get("to", []))
    form = FORMS[found.kind](request.POST or None, kind=found.kind, config=config, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_channel(
                actor=request.actor, at=timezone.now(), channel=found, details=_details(form)
            )
        except NotNow as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("通道已修改。"))
            return redirect("courier:channel", pk=pk)
    recent = queries.deliveries_visible_to(request.actor).filter(channel=found).order_by("-created_at", "id")
    context = {
        "channel": found,
        "form": form,
        "shown": queries.shown_config(found),
        "recent": [(row, queries.label_of(row.template)) for row in recent[:8]],
        "has_given_up": recent.filter(state=DeliveryState.GIVEN_UP).exists(),
    }
    return render(request, "courier/channel.html", context, status=422 if form.errors else 200)


def _details(form: ChannelForm) -> actions.ChannelDetails:
    given = form.cleaned_data
    return actions.ChannelDetails(
        name=given["name"],
        config=form.config(),
        groups=given["groups"],
        carries_heads=given.get("carries_heads", False),
    )


@face(may=may_manage_channels, shows=("channel",), refusal=REFUSAL)
@require_POST
def act(request: StaffRequest, pk: int) -> HttpResponse:
    """Test, pause, resume, try again what was given up, or remove."""
    found = get_object_or_404(queries.channels(), pk=pk)
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        messages.success(request, deed(request, found))
    except NotNow as error:
        messages.error(request, str(error))
    if request.POST.get("do") == "remove" and not queries.channels().filter(pk=pk).exists():
        return redirect("courier:channels")
    return redirect("courier:channel", pk=pk)


def _test(request: StaffRequest, channel: Channel) -> str:
    actions.test_channel(actor=request.actor, at=timezone.now(), channel=channel)
    return _("测试消息已交给后台发送，结果见下方的最近投递。")


def _pause(request: StaffRequest, channel: Channel) -> str:
    actions.pause_channel(actor=request.actor, at=timezone.now(), channel=channel)
    return _("通道已暂停，消息将排队等待。")


def _resume(request: StaffRequest, channel: Channel) -> str:
    actions.resume_channel(actor=request.actor, at=timezone.now(), channel=channel)
    return _("通道已恢复。")


def _retry(request: StaffRequest, channel: Channel) -> str:
    count = actions.retry_channel(actor=request.actor, at=timezone.now(), channel=channel)
    return _("%d 条已放弃的消息重新排队。") % count


def _remove(request: StaffRequest, channel: Channel) -> str:
    actions.remove_channel(actor=request.actor, at=timezone.now(), channel=channel)
    return _("通道“%s”已删除。") % channel.name


_DEEDS: dict[str, Callable[[StaffRequest, Channel], str]] = {
    "test": _test,
    "pause": _pause,
    "resume": _resume,
    "retry": _retry,
    "remove": _remove,
}
