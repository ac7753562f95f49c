"""What a firm's public pages show: nothing at all while the gate is shut."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions
from vouch.customers.facts.social import SOCIAL_FACTS
from vouch.customers.forms.consent import ReasonForm
from vouch.customers.forms.lines import LineForm
from vouch.customers.forms.social import SeenForm, SignalFilter, SignalLines
from vouch.customers.queries.assessments import social_gate
from vouch.customers.queries.fact_tiles import facts_told
from vouch.customers.queries.social import signals_visible_to, signals_where, why_shut
from vouch.customers.terms import Purpose
from vouch.customers.views.sources import customer_or_404, customer_to_record, lines_page
from vouch.parties.terms import ORGANISATIONS
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond


def said(one: Any) -> str:
    """The values of one observation in words."""
    told = {
        "last_post_on": _now("最近发布 %s"),
        "rating": _now("评分 %s"),
        "rating_most": _now("满分 %s"),
        "count": _now("%s 条"),
    }
    pieces = [
        text % (value.normalize() if hasattr(value, "normalize") else value)
        for name, text in told.items()
        if (value := getattr(one, name)) is not None
    ]
    tone = one.get_tone_display() if one.tone else ""
    return "，".join([*pieces, *([tone] if tone else [])])


SIGNALS = Table(
    name="signals",
    title=_("社交信号"),
    default_sort="-seen_on",
    tie_break="-pk",
    empty=_("没有符合条件的观察。"),
    hint=_("看过企业的公开页面后，把看到的登记下来。"),
    columns=(
        Column("seen_on", _("观察日期"), Kind.DATE, sort="seen_on"),
        Column("kind", _("种类"), sort="kind", value=lambda one: one.get_kind_display()),
        Column("platform", _("平台"), sort="platform", template="customers/signal_page_cell.html"),
        Column("said", _("内容"), value=said),
        Column("note", _("说明"), on_phone=False),
        Column("page_url", _("页面地址"), on_phone=False),
        Column("how", _("观察方式"), value=lambda one: one.get_how_display(), on_phone=False),
        Column("confidence", _("可信度"), value=lambda one: one.get_confidence_display(), on_phone=False),
        Column("noted_by__name", _("登记人"), on_phone=False),
        Column("noted_at", _("登记时间"), Kind.MOMENT, sort="noted_at", on_phone=False),
        Column("undo", "", template="customers/signal_undo_cell.html"),
    ),
)


@face(may=permissions.may_open_file, shows=("party",))
@require_GET
def social(request: StaffRequest, pk: int) -> HttpResponseBase:
    """The observations with what the facts make of them; while the gate is shut, why."""
    party, now = customer_or_404(request, pk), timezone.now()
    gate, today = social_gate(at=now), timezone.localdate(now)
    is_firm = party.kind in ORGANISATIONS
    context = {
        "party": party,
        "on": "social",
        "gate": gate,
        "is_firm": is_firm,
        "why_shut": why_shut(gate),
        "may_switch": permissions.may_review_assessments(request.actor),
        "may_note": gate.is_open and is_firm and permissions.may_note_signals(request.actor, party),
    }
    if not gate.is_open or not is_firm:
        return render(request, "customers/social_shut.html", context)
    names = [fact.name for fact in SOCIAL_FACTS]
    context["facts"] = facts_told(names, party.pk, as_of=today, purpose=Purpose.REVIEW, at=now)
    filters = SignalFilter(request.GET)
    rows = signals_where(request.actor, party.pk, filters.wanted(), as_of=today)
    return respond(request, SIGNALS.listing(rows, request.GET, filters), "customers/social.html", context)


@face(may=permissions.may_add_materials, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_signals(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what several pages showed, typed or pasted."""
    party = customer_to_record(request, pk)
    gate, back = social_gate(at=timezone.now()), reverse("customers:social", args=[party.pk])
    if not gate.is_open or party.kind not in ORGANISATIONS:
        messages.error(request, why_shut(gate) or _now("社交信息只记企业，不记个人。"))
        return redirect(back)
    form = SeenForm(request.POST or None, today=timezone.localdate())

    def save(lines: list[LineForm], _content: bytes | None) -> None:
        actions.note_signals(
            actor=request.actor,
            at=timezone.now(),
            party=party,
            lines=[line.line(form) for line in lines],  # type: ignore[attr-defined]
        )

    context = {
        "party": party,
        "on": "social",
        "title": _now("登记社交信号"),
        "lines_title": _now("看到的页面"),
        "lines_hint": _now("只记企业的公开页面；不写任何个人的姓名、账号、号码或言论"),
        "back_url": back,
    }
    return lines_page(request, form, SignalLines, save=save, context=context)


@face(may=permissions.may_add_materials, shows=("social_signal",))
@require_POST
def withdraw_signal(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an observation back that was a slip."""
    one = signals_visible_to(request.actor).select_related("party").filter(pk=pk).first()
    if one is None:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _now("请写明理由。"))
    else:
        reason = form.cleaned_data["reason"]
        try:
            actions.withdraw_signal(actor=request.actor, at=timezone.now(), signal=one, reason=reason)
        except actions.NotNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _now("已撤回，不再计入指标。"))
    return redirect("customers:social", pk=one.party_id)
