"""Pages of limits: the list, one with what takes it up, and the forms by which it is proposed, decided, lowered and ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from vouch.grading import actions, permissions, queries
from vouch.grading.actions import NotALimit, NotHeld
from vouch.grading.forms.limit import DecideForm, LimitFilter, LowerForm, ProposeForm, ReasonForm
from vouch.grading.queries.limit_list import Taker, limit_lines, takers
from vouch.grading.queries.limit_page import LimitPage, limit_page
from vouch.grading.terms import LimitKind
from vouch.platform.identity.actions.repeats import Answer
from vouch.platform.identity.repeats import submit_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.action import Refused
from vouch.platform.web import charts
from vouch.platform.web.charts import Chart, Slice
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond
from vouch.policy.actions import GateRefused

DRAWN = 12

LIMITS = Table(
    name="limits",
    title=gettext_lazy("额度"),
    default_sort="-rate",
    empty=gettext_lazy("没有符合条件的额度。"),
    hint=gettext_lazy("额度由一人提出、另一人批准；楼栋的基本额度在楼栋页设定。"),
    columns=(
        Column("title", gettext_lazy("额度对象"), sort="title", link=lambda one: one.subject.get_absolute_url()),
        Column("kind", gettext_lazy("种类"), sort="subject__kind", value=lambda one: one.subject.get_kind_display(), on_phone=False),
        Column("amount", gettext_lazy("额度"), Kind.WAN, sort="amount", on_phone=False),
        Column("registered", gettext_lazy("台账在保"), Kind.WAN, sort="taken__registered",
               value=lambda one: one.taken and one.taken.registered, on_phone=False),
        Column("used", gettext_lazy("已占用未入账"), Kind.WAN, sort="taken__used",
               value=lambda one: one.taken and one.taken.used, on_phone=False),
        Column("reserved", gettext_lazy("预占"), Kind.WAN, sort="taken__reserved",
               value=lambda one: one.taken and one.taken.reserved, on_phone=False),
        Column("free", gettext_lazy("可用"), Kind.WAN, sort="free"),
        Column("rate", gettext_lazy("使用率"), Kind.RATE, sort="rate", template="grading/limits/rate_cell.html"),
        Column("ends_on", gettext_lazy("到期日"), Kind.DATE, sort="ends_on", on_phone=False),
        Column("standing", gettext_lazy("状况"), sort="standing", value=lambda one: one.standing.label,
               template="grading/limits/standing_cell.html"),
    ),
)  # fmt: skip


@face(may=permissions.may_open_limits, shows=("limit_subject", "party"))
@require_GET
def limits(request: StaffRequest) -> HttpResponseBase:
    """Every limit that the actor sees, the fullest first (额度)."""
    filters = LimitFilter(request.GET)
    rows = limit_lines(request.actor, filters.wanted(), at=timezone.now())
    context = {"may_propose": permissions.may_propose_some_limit(request.actor)}
    return respond(request, LIMITS.listing(rows, request.GET, filters), "grading/limits/list.html", context)


@face(may=permissions.may_open_limits, shows=("limit_subject", "party"))
@require_GET
def limit(request: StaffRequest, pk: int) -> HttpResponse:
    """One limit: how much of it is taken, by whom, by which holds, and how it came about."""
    found = limit_page(request.actor, _subject(request, pk), at=timezone.now())
    rows, others, their = takers(request.actor, found.by_customer or {})
    context = {
        "page": found,
        "rows": rows,
        "others": others,
        "their": their,
        "chart": _picture(found, rows) if found.by_customer is not None else None,
        "deciding": {one.pk for one in found.waiting if permissions.may_decide_limit(request.actor, one)},
        "withdrawing": {
            one.pk for one in found.waiting if permissions.may_withdraw_limit(request.actor, one)
        },
        "may_restrain": permissions.may_decide_some_limit(request.actor),
        "may_propose": permissions.may_propose_some_limit(request.actor),
        "propose_url": _propose_url(found),
    }
    return render(request, "grading/limits/limit.html", context)


def _subject(request: StaffRequest, pk: int) -> Any:
    rows = queries.subjects_visible_to(request.actor).select_related("party", "building")
    return get_object_or_404(rows, pk=pk)


def _propose_url(found: LimitPage) -> str:
    subject = found.room.subject
    named = {"party": subject.party and subject.party.number, "building": subject.building_id,
             "industry": subject.industry, "bank": subject.bank}  # fmt: skip
    said = "&".join(f"{name}={value}" for name, value in named.items() if value)
    return f"{reverse('grading:propose_limit')}?kind={subject.kind}&{said}"


def _picture(found: LimitPage, rows: list[Taker]) -> Chart:
    """Of a customer what its limit is taken by and what is free; of others who takes how much, the largest first."""
    room = found.room
    if room.subject.kind == LimitKind.CUSTOMER:
        parts = [
            (_("台账在保"), room.taken.registered, charts.BLUE), (_("已占用未入账"), room.taken.used, charts.TEAL),
            (_("预占"), room.taken.reserved, charts.AMBER), (_("可用"), max(room.free, Decimal(0)), "#dfe5ee"),
        ]  # fmt: skip
        slices = [Slice(name, float(amount / 10_000), colour=colour) for name, amount, colour in parts]
        return charts.donut(slices, unit=_("万元"), label=_("额度占用"))
    slices = [Slice(one.name, float(one.taken.total), url=one.url) for one in rows[:DRAWN]]
    rest = room.taken.total - sum((one.taken.total for one in rows[:DRAWN]), Decimal(0))
    if rest > 0:
        slices.append(Slice(_("其他"), float(rest), colour=charts.GREY))
    return charts.bars(slices, unit=_("万元"), label=_("客户"), form="wan", lying=True)


@dataclass(frozen=True, slots=True)
class Words:
    """What a form is called, what its button says, and what is told once it is done."""

    title: str
    done: str
    button: str = ""


def answered(
    request: StaffRequest, form: forms.Form, done: Callable[[], str], *, words: Words, back: str
) -> HttpResponse:
    """Do it once and go where it says; or show the form, with why it was refused. ``done`` gives the address that follows."""
    refusals: Any = ()
    if request.method == "POST" and form.is_valid():
        try:
            given = submit_once(request, lambda: Answer(302, {"url": done()}))
        except GateRefused as refused:
            refusals = refused.verdict.refusals
        except (NotALimit, NotHeld, Refused) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, words.done)
            return redirect(given.body["url"])
    context = {"form": form, "words": words, "back": back, "refusals": refusals}
    return render(
        request, "grading/limits/form.html", context, status=422 if request.method == "POST" else 200
    )


@face(may=permissions.may_propose_some_limit)
@require_http_methods(["GET", "POST"])
def propose_limit(request: StaffRequest) -> HttpResponse:
    """Ask for a limit or for another amount of one (提出额度)."""
    asked = {name: request.GET[name][:200] for name in ProposeForm.base_fields if name in request.GET}
    form = ProposeForm(request.actor, request.POST or None, initial={"kind": LimitKind.CUSTOMER, **asked})

    def done() -> str:
        made = actions.propose_limit(
            actor=request.actor, at=timezone.now(), of=form.of(), details=form.details()
        )
        return made.subject.get_absolute_url()

    said = _("已提出，等待另一位有权人批准。")
    return answered(request, form, done, words=Words(_("提出额度"), said), back=reverse("grading:limits"))


def _limit(request: StaffRequest, pk: int) -> Any:
    rows = queries.limits_visible_to(request.actor).select_related("subject__party", "subject__building")
    return get_object_or_404(rows, pk=pk)


@face(may=permissions.may_decide_some_limit, shows=("limit", "party"))
@require_http_methods(["GET", "POST"])
def grant_limit(request: StaffRequest, pk: int) -> HttpResponse:
    """Grant what somebody else proposed (批准额度); the gate judges it first."""
    return _decided(request, pk, is_granted=True)


@face(may=permissions.may_decide_some_limit, shows=("limit", "party"))
@require_http_methods(["GET", "POST"])
def reject_limit(request: StaffRequest, pk: int) -> HttpResponse:
    """Send it back (退回额度)."""
    return _decided(request, pk, is_granted=False)


def _decided(request: StaffRequest, pk: int, *, is_granted: bool) -> HttpResponse:
    one, form = _limit(request, pk), DecideForm(request.POST or None)

    def done() -> str:
        actions.decide_limit(
            actor=request.actor, at=timezone.now(), limit=one, is_granted=is_granted,
            note=form.cleaned_data["note"],
        )  # fmt: skip
        return str(one.subject.get_absolute_url())

    words = (_("批准额度"), _("额度已批准。")) if is_granted else (_("退回额度"), _("已退回。"))
    title = _("%(verb)s：%(name)s %(amount)s 万元") % {
        "verb": words[0], "name": queries.title_of(one.subject, request.actor), "amount": f"{one.amount / 10_000:,.2f}",
    }  # fmt: skip
    back = one.subject.get_absolute_url()
    return answered(request, form, done, words=Words(title, words[1], words[0]), back=back)


@face(may=permissions.may_propose_some_limit, shows=("limit", "party"))
@require_http_methods(["GET", "POST"])
def withdraw_limit(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what oneself proposed (撤回)."""
    one, form = _limit(request, pk), forms.Form(request.POST or None)

    def done() -> str:
        actions.withdraw_limit(actor=request.actor, at=timezone.now(), limit=one)
        return str(one.subject.get_absolute_url())

    back = one.subject.get_absolute_url()
    return answered(request, form, done, words=Words(_("撤回额度申请"), _("已撤回。")), back=back)


@face(may=permissions.may_decide_some_limit, shows=("limit", "party"))
@require_http_methods(["GET", "POST"])
def lower_limit(request: StaffRequest, pk: int) -> HttpResponse:
    """Less than before, at once (调低额度)."""
    one, form = _limit(request, pk), LowerForm(request.POST or None)

    def done() -> str:
        actions.lower_limit(actor=request.actor, at=timezone.now(), limit=one, **form.cleaned_data)
        return str(one.subject.get_absolute_url())

    back = one.subject.get_absolute_url()
    return answered(request, form, done, words=Words(_("调低额度"), _("已调低，立即生效。")), back=back)


@face(may=permissions.may_decide_some_limit, shows=("limit", "party"))
@require_http_methods(["GET", "POST"])
def end_limit(request: StaffRequest, pk: int) -> HttpResponse:
    """No more of it (终止额度)."""
    one, form = _limit(request, pk), ReasonForm(request.POST or None)

    def done() -> str:
        actions.end_limit(actor=request.actor, at=timezone.now(), limit=one, **form.cleaned_data)
        return str(one.subject.get_absolute_url())

    back = one.subject.get_absolute_url()
    return answered(request, form, done, words=Words(_("终止额度"), _("额度已终止。")), back=back)
