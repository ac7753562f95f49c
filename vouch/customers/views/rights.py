"""Requests of persons: the queue with its clocks, and one request step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.rights import (
    AnswerForm,
    ClockForm,
    ExtendForm,
    RefuseForm,
    RequestFilter,
    RequestForm,
    VerifyForm,
    WithdrawForm,
)
from vouch.customers.queries import RightsRequest, rights
from vouch.customers.queries.holdings import claims_on
from vouch.customers.terms import CLOCKS, RequestKind, RequestState, Unit
from vouch.customers.views.consent import WIDE
from vouch.customers.views.files import sent
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

REQUESTS = Table(
    name="requests",
    title=_("个人权利请求"),
    default_sort="due_on",
    empty=_("没有符合条件的请求。"),
    hint=_("在客户的“授权与征信”里受理请求。"),
    columns=(
        Column("number", _("编号"), Kind.CODE, sort="pk", link=lambda one: one.get_absolute_url()),
        Column("party__name", _("请求人"), sort="party__name"),
        Column("kind", _("种类"), sort="kind", value=lambda one: one.get_kind_display()),
        Column("state", _("状态"), sort="state", value=lambda one: one.get_state_display(), on_phone=False),
        Column("received_at", _("收到时间"), Kind.MOMENT, sort="received_at", on_phone=False),
        Column("due_on", _("答复期限"), Kind.DATE, sort="due_on", template="customers/due_cell.html"),
        Column("clock_source", _("期限依据"), on_phone=False),
        Column(
            "handler", _("经办人"), value=lambda one: one.handler.name if one.handler else "", on_phone=False
        ),
    ),
)


@face(may=permissions.may_open_requests, shows=("rights_request",))
@require_GET
def requests(request: StaffRequest) -> HttpResponseBase:
    """The queue."""
    filters = RequestFilter(request.GET)
    today = timezone.localdate()
    rows = rights.requests_where(request.actor, filters.wanted(), today=today)
    context = {"tab": "requests", "counts": rights.counts_by_state(request.actor, today=today)}
    return respond(request, REQUESTS.listing(rows, request.GET, filters), "customers/requests.html", context)


@face(may=permissions.may_open_requests, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_request(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a person's request; the clock begins."""
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.receive_request(
                actor=request.actor, at=timezone.now(), party=party, details=form.details()
            )
        except (actions.NotNow, VaultError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _now("已受理，须在 %(due)s 前答复。") % {"due": found.due_on})
            return redirect(found)
    context = {
        "form": form,
        "party": party,
        "title": _now("受理个人权利请求"),
        "button": _now("受理"),
        "wide": WIDE,
    }
    return render(request, "customers/form.html", context, status=422 if request.method == "POST" else 200)


@face(may=permissions.may_open_requests, shows=("rights_request",))
@require_GET
def one_request(request: StaffRequest, pk: int) -> HttpResponse:
    """One request: what was asked, how far it is, the next steps."""
    return _page(request, _found(request, pk))


def _page(
    request: StaffRequest, one: RightsRequest, *, status: int = 200, forms: dict[str, Any] | None = None
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    today = timezone.localdate(now)
    is_mine = one.state == RequestState.IN_PROGRESS and permissions.may_answer_request(actor, one)
    authorisations = actions.withdrawable(one, at=now) if is_mine and one.kind == RequestKind.WITHDRAW else []
    choices = [
        (str(a.pk), f"{a.number} {'、'.join(a.purpose_titles)}（{a.recipient or _now('本机构')}）")
        for a in authorisations
    ]
    context = {
        "one": one,
        "party": one.party,
        "steps": _steps(one),
        "left": rights.remaining(one, today=today),
        "detail": rights.text_of(one, "detail"),
        "answer_text": rights.text_of(one, "answer"),
        "claims": claims_on(one.party, today=today) if one.kind == RequestKind.DELETE and one.is_open else [],
        "may_verify": one.state == RequestState.RECEIVED and permissions.may_handle_request(actor, one),
        "may_take": one.state == RequestState.VERIFIED and permissions.may_handle_request(actor, one),
        "may_refuse": one.is_open and permissions.may_handle_request(actor, one),
        "is_mine": is_mine,
        "is_barred": permissions.is_barred(actor, one),
        "may_extend": is_mine and not one.is_law_clock and one.extended_from is None,
        "may_fetch": one.package is not None and permissions.may_fetch_package(actor, one),
        "may_approve": one.erasure_proposed_at is not None
        and one.is_open
        and permissions.may_approve_erasure(actor, one),
        "withdrawable": choices,
        "entries": list(history_of("rights_request", one.pk)[:30]),
        "verify_form": VerifyForm(),
        "answer_form": AnswerForm(auto_id="answer_%s"),
        "refuse_form": RefuseForm(auto_id="refuse_%s"),
        "extend_form": ExtendForm(auto_id="extend_%s"),
        "withdraw_form": WithdrawForm(choices) if choices else None,
        **(forms or {}),
    }
    return render(request, "customers/request.html", context, status=status)


def _steps(one: RightsRequest) -> list[tuple[str, str, Any]]:
    """Title, state of the step (done, now, later) and its moment."""
    order = [RequestState.RECEIVED, RequestState.VERIFIED, RequestState.IN_PROGRESS]
    last = RequestState.REFUSED if one.state == RequestState.REFUSED else RequestState.ANSWERED
    reached = order.index(RequestState(one.state)) if one.is_open else len(order)
    moments = [one.received_at, one.verified_at, None, one.answered_at]
    return [
        (
            str(state.label),
            "done" if place < reached or place == reached == 3 else "now" if place == reached else "later",
            at,
        )
        for place, (state, at) in enumerate(zip([*order, last], moments, strict=True))
    ]


Step = Callable[[StaffRequest, RightsRequest], str | tuple[str, Any]]


@face(may=permissions.may_open_requests, shows=("rights_request",))
@require_POST
def step(request: StaffRequest, pk: int) -> HttpResponse:
    """The step that was pressed; what was entered wrongly is said beside its field."""
    one = _found(request, pk)
    verb = _STEPS.get(request.POST.get("do", ""))
    if verb is None:
        raise Http404
    try:
        said = verb(request, one)
    except (actions.NotNow, VaultError) as error:
        messages.error(request, str(error))
        return redirect(one)
    if not isinstance(said, str):
        name, form = said
        return _page(request, one, status=422, forms={name: form})
    messages.success(request, said)
    return redirect(one)


def _verify(request: StaffRequest, one: RightsRequest) -> str | tuple[str, Any]:
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return "verify_form", form
    how = form.cleaned_data["how"]
    actions.verify_requester(actor=request.actor, at=timezone.now(), request=one, how=how)
    return _now("已核实身份。")


def _take(request: StaffRequest, one: RightsRequest) -> str:
    actions.take_up(actor=request.actor, at=timezone.now(), request=one)
    return _now("由您办理。")


def _extend(request: StaffRequest, one: RightsRequest) -> str | tuple[str, Any]:
    form = ExtendForm(request.POST, auto_id="extend_%s")
    if not form.is_valid():
        return "extend_form", form
    entered = form.cleaned_data
    actions.extend_request(
        actor=request.actor, at=timezone.now(), request=one, until=entered["until"], reason=entered["reason"]
    )
    return _now("已延期，请告知请求人。")


def _answer(request: StaffRequest, one: RightsRequest) -> str | tuple[str, Any]:
    form = AnswerForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return "answer_form", form
    actions.answer_request(
        actor=request.actor, at=timezone.now(), request=one, answer=form.cleaned_data["answer"]
    )
    return _now("已答复，请求办结。")


def _refuse(request: StaffRequest, one: RightsRequest) -> str | tuple[str, Any]:
    form = RefuseForm(request.POST, auto_id="refuse_%s")
    if not form.is_valid():
        return "refuse_form", form
    entered = form.cleaned_data
    actions.refuse_request(
        actor=request.actor,
        at=timezone.now(),
        request=one,
        reason=entered["reason"],
        answer=entered["answer"],
    )
    return _now("已拒绝，请将理由告知请求人。")


def _restrict(request: StaffRequest, one: RightsRequest) -> str | tuple[str, Any]:
    form = AnswerForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return "answer_form", form
    answer = form.cleaned_data["answer"]
    actions.restrict_by_request(actor=request.actor, at=timezone.now(), request=one, answer=answer)
    return _now("已限制处理：除存储外不再处理其信息。")


def _package(request: StaffRequest, one: RightsRequest) -> str:
    actions.make_package(actor=request.actor, at=timezone.now(), request=one)
    return _now("副本已生成并加密，只能由您取走一次。")


def _withdraw(request: StaffRequest, one: RightsRequest) -> str | tuple[str, Any]:
    found = actions.withdrawable(one, at=timezone.now())
    form = WithdrawForm([(str(a.pk), a.number) for a in found], request.POST)
    if not form.is_valid():
        return "withdraw_form", form
    chosen = [a for a in found if str(a.pk) in form.cleaned_data["authorisations"]]
    count = actions.withdraw_by_request(
        actor=request.actor, at=timezone.now(), request=one, authorisations=chosen
    )
    return _now("已撤回 %(count)d 份授权。") % {"count": count}


def _propose(request: StaffRequest, one: RightsRequest) -> str:
    actions.propose_erasure(actor=request.actor, at=timezone.now(), request=one)
    return _now("已提请删除，须由另一人批准。")


def _approve(request: StaffRequest, one: RightsRequest) -> str:
    actions.approve_erasure(actor=request.actor, at=timezone.now(), request=one)
    return _now("已批准并删除：其密钥已销毁，受保护的信息不可恢复。")


_STEPS: dict[str, Step] = {
    "verify": _verify,
    "take": _take,
    "extend": _extend,
    "answer": _answer,
    "refuse": _refuse,
    "restrict": _restrict,
    "package": _package,
    "withdraw": _withdraw,
    "propose": _propose,
    "approve": _approve,
}


@face(
    may=permissions.may_open_requests,
    shows=("rights_request",),
    classes=("identity", "phone", "account", "income", "credit"),
)
@require_POST
def fetch(request: StaffRequest, pk: int) -> HttpResponse:
    """The copy, for its handler, once."""
    one = _found(request, pk)
    try:
        opened = actions.fetch_package(actor=request.actor, at=timezone.now(), request=one)
    except (actions.NotNow, VaultError) as error:
        messages.error(request, str(error))
        return redirect(one)
    return sent(opened, how="attachment")


@face(may=permissions.may_open_requests)
@require_http_methods(["GET", "POST"])
def clocks(request: StaffRequest) -> HttpResponse:
    """How long each kind may take; the institution's own figures may be changed."""
    may_set = permissions.may_set_clocks(request.actor)
    wrong = ""
    if request.method == "POST":
        form = ClockForm(request.POST)
        if form.is_valid():
            try:
                actions.set_clock(actor=request.actor, at=timezone.now(), **form.cleaned_data)
            except actions.NotNow as error:
                wrong = str(error)
            else:
                messages.success(request, _now("办理期限已设定；已受理的请求仍按原期限。"))
                return redirect("customers:clocks")
        else:
            wrong = _now("天数应为 1 至 60 的整数。")
    rows = [(kind, clock, Unit(clock.unit).label, CLOCKS[kind].is_law) for kind, clock in rights.clocks()]
    context = {"tab": "clocks", "rows": rows, "may_set": may_set, "wrong": wrong}
    return render(request, "customers/clocks.html", context, status=422 if wrong else 200)


def _found(request: StaffRequest, pk: int) -> RightsRequest:
    one = rights.request_of(request.actor, pk)
    if one is None:
        raise Http404
    return one
