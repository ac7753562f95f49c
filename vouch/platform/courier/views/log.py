"""The delivery log (投递记录)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from vouch.platform.courier import actions, queries
from vouch.platform.courier.forms import DeliveryFilter
from vouch.platform.courier.models import Delivery
from vouch.platform.courier.permissions import may_manage_channels, may_read_deliveries
from vouch.platform.courier.terms import DeliveryState, NotNow
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

REFUSAL = gettext_lazy("投递记录只对系统管理员和监督岗位开放。")


def _url(row: Delivery) -> str:
    return reverse("courier:delivery", args=[row.pk])


DELIVERIES = Table(
    name="deliveries",
    title=gettext_lazy("投递记录"),
    default_sort="-created_at",
    tie_break="id",
    empty=gettext_lazy("没有符合条件的投递。"),
    columns=(
        Column("template", gettext_lazy("消息"), value=lambda row: queries.label_of(row.template), link=_url),
        Column(
            "recipient__name",
            gettext_lazy("收件人"),
            value=lambda row: row.recipient.name if row.recipient else _("通道本身"),
        ),
        Column("address", gettext_lazy("地址"), value=queries.masked_address, on_phone=False),
        Column("channel__name", gettext_lazy("通道"), sort="channel__name", on_phone=False),
        Column(
            "state",
            gettext_lazy("状态"),
            sort="state",
            value=lambda row: row.get_state_display(),
            template="courier/state_cell.html",
        ),
        Column("attempts", gettext_lazy("尝试"), Kind.NUMBER, sort="attempts", on_phone=False),
        Column("cause", gettext_lazy("原因"), on_phone=False),
        Column("created_at", gettext_lazy("时间"), Kind.MOMENT, sort="created_at", on_phone=False),
        Column("finished_at", gettext_lazy("结束"), Kind.MOMENT, sort="finished_at", on_phone=False),
    ),
)


@face(may=may_read_deliveries, shows=("delivery",), refusal=REFUSAL)
@require_GET
def deliveries(request: StaffRequest) -> HttpResponseBase:
    """What went out, to whom, and what became of it."""
    filters = DeliveryFilter(request.GET, channels=list(queries.channels()))
    filters.is_valid()
    wanted = filters.cleaned_data
    rows = queries.deliveries_where(
        request.actor,
        text=wanted.get("q", ""),
        state=wanted.get("state", ""),
        channel=wanted.get("channel", ""),
        group=wanted.get("group", ""),
        days=(wanted.get("since"), wanted.get("until")),
    )
    return respond(request, DELIVERIES.listing(rows, request.GET, filters), "courier/deliveries.html")


@face(may=may_read_deliveries, shows=("delivery",), refusal=REFUSAL)
@require_GET
def delivery(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One delivery: times, attempts and cause; never its text."""
    row = get_object_or_404(queries.deliveries_visible_to(request.actor), pk=pk)
    context = {
        "delivery": row,
        "label": queries.label_of(row.template),
        "address": queries.masked_address(row),
        "can_retry": row.state == DeliveryState.GIVEN_UP and may_manage_channels(request.actor),
    }
    return render(request, "courier/delivery.html", context)


@face(may=may_manage_channels, shows=("delivery",), refusal=REFUSAL)
@require_POST
def retry(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Send one again that was given up."""
    row = get_object_or_404(queries.deliveries_visible_to(request.actor), pk=pk)
    try:
        actions.retry_delivery(actor=request.actor, at=timezone.now(), delivery=row)
    except NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已重新排队发送。"))
    return redirect("courier:delivery", pk=pk)
