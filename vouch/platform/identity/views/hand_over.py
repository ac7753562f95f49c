"""Work goes over to a colleague, with a receipt (工作交接)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.platform.identity import permissions, queries
from vouch.platform.identity.actions import WrongHandOver, hand_over
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.forms import HandOverForm
from vouch.platform.identity.forms.rights import ITEMS_SHOWN
from vouch.platform.identity.holdings import Holding, Item, holdings
from vouch.platform.identity.models import HandOver, User
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

NO_LEAD = gettext_lazy("工作交接由部门负责人及以上办理。")

RECEIPT = Table(
    name="receipt",
    title=gettext_lazy("交接清单"),
    default_sort="holding",
    empty=gettext_lazy("没有明细。"),
    columns=(
        Column("holding", gettext_lazy("事项"), sort="holding"),
        Column("note", gettext_lazy("编号"), Kind.CODE, sort="note"),
        Column("title", gettext_lazy("名称"), sort="title", link=lambda row: row["url"]),
    ),
)
HAND_OVERS = Table(
    name="hand_overs",
    title=gettext_lazy("工作交接"),
    default_sort="-at",
    empty=gettext_lazy("还没有工作交接。"),
    columns=(
        Column("at", gettext_lazy("交接时间"), Kind.MOMENT, sort="at"),
        Column(
            "giver__name", gettext_lazy("移交人"), sort="giver__name", link=lambda row: row.get_absolute_url()
        ),
        Column("receiver__name", gettext_lazy("接收人"), sort="receiver__name"),
        Column("reason", gettext_lazy("交接事由"), on_phone=False),
        Column("made_by", gettext_lazy("经办人"), on_phone=False),
    ),
)


def _held(actor: Actor, user: User) -> list[tuple[Holding, int, list[Item]]]:
    """Of what can be handed over: how much there is, and what of it the actor sees."""
    found = [
        (holding, holding.count(user.pk), list(holding.items(actor, user.pk))[:ITEMS_SHOWN])
        for holding in holdings()
        if holding.hand_over is not None
    ]
    return [(holding, count, items) for holding, count, items in found if count]


@face(may=permissions.may_see_hand_overs, shows=("user",), refusal=NO_LEAD)
@require_http_methods(["GET", "POST"])
def new_hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose what goes over, and to whom."""
    giver = get_object_or_404(queries.staff(), pk=pk)
    if not permissions.may_hand_over(request.actor, giver):
        raise PermissionDenied(str(NO_LEAD))
    held = _held(request.actor, giver)
    form = HandOverForm(giver, held, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = hand_over(
                actor=request.actor,
                at=timezone.now(),
                giver=giver,
                receiver=form.cleaned_data["receiver"],
                chosen=form.chosen(),
                reason=form.cleaned_data["reason"],
            )
        except WrongHandOver as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("交接完成。"))
            return redirect(made)
    context = {"form": form, "person": giver, "held": held}
    status = 422 if request.method == "POST" else 200
    return render(request, "identity/hand_over.html", context, status=status)


@face(may=permissions.may_see_hand_overs, shows=("hand_over",), refusal=NO_LEAD)
@require_GET
def hand_over_list(request: StaffRequest) -> HttpResponseBase:
    """Every hand-over, the newest first."""
    rows = HandOver.objects.select_related("giver", "receiver")
    return respond(
        request, HAND_OVERS.listing(rows, request.GET), "identity/staff.html", {"tab": "hand_overs"}
    )


@face(may=permissions.may_see_hand_overs, shows=("hand_over", "party"), refusal=NO_LEAD)
@require_GET
def receipt(request: StaffRequest, pk: int) -> HttpResponseBase:
    """What went over, by name where the reader sees it (交接清单)."""
    made = get_object_or_404(HandOver.objects.select_related("giver", "receiver"), pk=pk)
    rows: list[dict[str, Any]] = []
    lines: dict[str, list[int]] = {}
    for name, item_id in made.lines.order_by("holding", "item_id").values_list("holding", "item_id"):
        lines.setdefault(name, []).append(item_id)
    titles = {holding.name: holding for holding in holdings()}
    for name, item_ids in lines.items():
        holding = titles.get(name)
        seen = {item.pk: item for item in holding.named(request.actor, item_ids)} if holding else {}
        for item_id in item_ids:
            item = seen.get(item_id)
            rows.append(
                {
                    "holding": str(holding.title) if holding else name,
                    "note": item.note if item else "",
                    "title": item.title if item else _("（不在您的数据范围内）"),
                    "url": item.url if item else "",
                }
            )
    context = {"hand_over": made}
    return respond(request, RECEIPT.listing(rows, request.GET), "identity/receipt.html", context)
