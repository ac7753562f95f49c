"""Pages of classes: the queue of reviews, one class with its consequences, and a proposal by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.grading import permissions, queries
from vouch.grading.actions import (
    ClassError,
    ClassProposal,
    confirm_class,
    propose_class,
    reopen_class,
    return_class,
)
from vouch.grading.forms.classing import ConfirmForm, ProposalForm, ReturnForm, ReviewFilter
from vouch.grading.queries.consequences import weighed
from vouch.grading.terms import ClassState
from vouch.parties.queries import visible_to
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.action import Refused
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import SIGNED_IN, face
from vouch.platform.web.tables import Table, respond
from vouch.policy.queries import NoPolicyInForceError, judge

MOVE_TONES = {"worse": "red", "better": "green", "same": "secondary", "first": "blue"}
STATE_TONES = {
    "proposed": "yellow",
    "in_review": "blue",
    "effective": "green",
    "expired": "orange",
    "returned": "secondary",
}
MOST_SUMMED = 500
"""Consequences are added up for so many proposals; a longer list says that there are more."""


def _customer(row: Any) -> str:
    return str((row.party.canonical or row.party).get_absolute_url())


def _name(row: Any) -> str:
    return str((row.party.canonical or row.party).name)


REVIEWS = Table(
    name="reviews",
    title=_("分类复核"),
    default_sort="-proposed_at",
    empty=_("没有等待复核的分类调整。"),
    hint=_("评估变化、检查到期和人工提出的调整会列在这里。"),
    picks_for="reviews",
    columns=(
        Column("party__name", _("客户"), sort="party__name", value=_name, link=_customer),
        Column("previous_class", _("现分类"), Kind.CLASS, sort="previous_class", on_phone=False),
        Column("risk_class", _("拟定分类"), Kind.CLASS, sort="class_rank"),
        Column(
            "move",
            _("方向"),
            sort="move",
            value=lambda row: row.get_move_display(),
            template="grading/classing/move_cell.html",
        ),
        Column("value_class", _("客户价值"), sort="value_class", on_phone=False),
        Column(
            "origin", _("来由"), sort="origin", value=lambda row: row.get_origin_display(), on_phone=False
        ),
        Column("reason", _("原因"), value=lambda row: row.get_reason_display(), on_phone=False),
        Column("ready_on", _("可复核日"), Kind.DATE, sort="ready_on", on_phone=False),
        Column("proposer_label", _("提出人"), sort="proposer_label", on_phone=False),
        Column("proposed_at", _("提出时间"), Kind.MOMENT, sort="proposed_at", on_phone=False),
        Column(
            "consequences",
            _("后果"),
            value=lambda row: "；".join(map(str, getattr(row, "foretold", ()))),
            template="grading/classing/consequences_cell.html",
        ),
    ),
)


@face(may=SIGNED_IN, shows=("classification", "party"))
@require_GET
def reviews(request: StaffRequest) -> HttpResponseBase:
    """Every proposal that the actor sees, with what it changes, and what they change together (批量复核)."""
    filters = ReviewFilter(request.GET)
    wanted = filters.wanted()
    rows = queries.queue(request.actor, wanted)
    now = timezone.now()
    listing = REVIEWS.listing(rows, request.GET, filters)
    shown = [cells[0].row for cells in listing.lines]
    try:
        foretold = queries.consequences_of(shown, at=now)
        summed = list(rows.order_by("pk")[:MOST_SUMMED])
        sums = queries.sum_of(queries.consequences_of(summed, at=now).values())
    except NoPolicyInForceError as error:
        messages.error(request, str(error))
        foretold, sums = {}, ()
    for row in shown:
        row.foretold = foretold.get(row.pk, ())
        row.seen = queries.digest_of(row.foretold)
    context = {
        "may_review": permissions.may_review_classes(request.actor) and not request.actor.is_read_only,
        "waiting": wanted.state == ClassState.IN_REVIEW,
        "moves": queries.counts_by_move(rows),
        "sums": sums,
        "most_summed": MOST_SUMMED if listing.count > MOST_SUMMED else 0,
        "query": request.GET.urlencode(),
        "form": ReturnForm(),
    }
    return respond(request, listing, "grading/classing/reviews.html", context)


@face(may=permissions.may_review_classes, shows=("classification", "party"))
@require_POST
def decide_many(request: StaffRequest) -> HttpResponse:
    """Confirm or return the ticked proposals, each by itself: what one of them refuses stops no other."""
    keys = [int(key) for key in request.POST.getlist("pick") if key.isascii() and key.isdigit()]
    rows = list(queries.classifications_visible_to(request.actor).filter(pk__in=keys).order_by("pk"))
    is_return = request.POST.get("verb") == "return"
    form = ReturnForm(request.POST) if is_return else ConfirmForm(request.POST)
    back = f"{reverse('grading:reviews')}?{request.POST.get('query', '')}"
    if not rows:
        messages.warning(request, _now("请先勾选要处理的提议。"))
        return redirect(back)
    if not form.is_valid():
        messages.error(request, "；".join(str(text) for texts in form.errors.values() for text in texts))
        return redirect(back)
    done = 0
    for row in rows:
        seen = request.POST.get(f"seen_{row.pk}", "")
        try:
            if is_return:
                return_class(
                    actor=request.actor, at=timezone.now(), pk=row.pk, note=form.cleaned_data["note"]
                )
            else:
                confirm_class(actor=request.actor, at=timezone.now(), pk=row.pk, seen=seen)
            done += 1
        except (ClassError, NoPolicyInForceError, Refused) as error:
            messages.error(request, f"{_name(row)}：{error}")
    if done and is_return:
        messages.success(
            request,
            _now("已退回 %(count)d 项。点错了可以在一小时内从“已退回”里撤回。") % {"count": done},
        )
    elif done:
        messages.success(request, _now("已确认 %(count)d 项，新分类即时生效。") % {"count": done})
    return redirect(back)


@face(may=SIGNED_IN, shows=("classification", "party"))
@require_GET
def classification(request: StaffRequest, pk: int) -> HttpResponse:
    """One class: who proposed it and why, what it changes or has changed, and the decision."""
    return _page(request, _found(request, pk), {})


@face(may=permissions.may_review_classes, shows=("classification", "party"))
@require_POST
def decide(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm, return, or take a return back."""
    row = _found(request, pk)
    forms: dict[str, Any] = {"confirm": ConfirmForm, "return": ReturnForm}
    form = forms[verb](request.POST) if verb in forms else None
    if form is not None and not form.is_valid():
        return _page(request, row, {verb: form}, status=422)
    given: dict[str, Any] = form.cleaned_data if form is not None else {}
    actions: dict[str, Callable[..., Any]] = {
        "confirm": confirm_class,
        "return": return_class,
        "reopen": reopen_class,
    }
    said = {
        "confirm": _now("已确认，新分类即时生效。"),
        "return": _now("已退回，原分类继续有效。"),
        "reopen": _now("已撤回退回，重新等待复核。"),
    }
    try:
        actions[verb](actor=request.actor, at=timezone.now(), pk=row.pk, **given)
    except (ClassError, NoPolicyInForceError, Refused) as error:
        return _page(request, _found(request, pk), {"error": str(error)}, status=409)
    messages.success(request, said[verb])
    return redirect(row.get_absolute_url())


def _found(request: StaffRequest, pk: int) -> Any:
    return get_object_or_404(queries.classifications_visible_to(request.actor), pk=pk)


def _page(request: StaffRequest, row: Any, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    is_waiting = row.state == ClassState.IN_REVIEW
    verdict, error = None, more.get("error", "")
    foretold: tuple[Any, ...] = ()
    try:
        foretold = queries.consequences_of([row], at=now)[row.pk]
        verdict = judge(weighed(row), at=now) if is_waiting else None
    except NoPolicyInForceError as none:
        error = error or str(none)
    may_review = permissions.may_review_class(request.actor, row.party_id) and not request.actor.is_read_only
    own = {request.actor.id, *(f"user:{one}" for one in request.actor.own_ids)}
    context = {
        "row": row,
        "party": row.party.canonical or row.party,
        "consequences": foretold,
        "verdict": verdict,
        "is_waiting": is_waiting,
        "may_decide": may_review and is_waiting and row.proposer_id not in own,
        "is_own": row.proposer_id in own,
        "may_reopen": may_review and row.state == ClassState.RETURNED and row.reviewer_id == request.actor.id,
        "confirm": more.get("confirm") or ConfirmForm(initial={"seen": queries.digest_of(foretold)}),
        "returning": more.get("return") or ReturnForm(auto_id="return_%s"),
        "error": error,
    }
    return render(request, "grading/classing/classification.html", context, status=status)


@face(may=permissions.may_open_proposal, shows=("party",))
@require_http_methods(["GET", "POST"])
def propose(request: StaffRequest, pk: int) -> HttpResponse:
    """Propose another class for a customer; the consequences appear with the choice (提出分类调整)."""
    party = get_object_or_404(visible_to(request.actor), pk=pk)
    if not permissions.may_propose_class(request.actor, party.pk):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = ProposalForm(queries.class_names(), reverse("grading:foretell_class", args=[party.pk]), posted)
    error = ""
    if posted is not None and form.is_valid():
        try:
            row = propose_class(
                actor=request.actor,
                at=timezone.now(),
                party_id=party.pk,
                proposal=ClassProposal(**form.cleaned_data),
            )
        except (ClassError, NoPolicyInForceError, Refused) as refused:
            error = str(refused)
        else:
            messages.success(request, _said(row))
            return redirect(row.get_absolute_url())
    foretold = _foretold(party, request.POST.get("risk_class", ""))
    context = {"party": party, "form": form, "error": error, **foretold}
    return render(
        request, "grading/classing/propose.html", context, status=422 if posted is not None else 200
    )


@face(may=permissions.may_open_proposal, shows=("party",))
@require_GET
def foretell(request: StaffRequest, pk: int) -> HttpResponse:
    """What the class that is being chosen would change; a part of the page."""
    party = get_object_or_404(visible_to(request.actor), pk=pk)
    context = {"party": party, **_foretold(party, request.GET.get("risk_class", ""))}
    return render(request, "grading/classing/foretold.html", context)


def _foretold(party: Any, wanted: str) -> dict[str, Any]:
    customer = party.canonical_id or party.pk
    held = queries.class_in_effect(customer)
    found: dict[str, Any] = {"held": held, "wanted": wanted, "consequences": ()}
    if wanted not in queries.class_names():
        return found
    return found | {"consequences": queries.foretold_for(customer, wanted, at=timezone.now())}


def _said(row: Any) -> str:
    if row.state == ClassState.PROPOSED:
        said = _now("已提出。上调要保持到 %(day)s，届时自动转入复核。")
        return str(said % {"day": row.ready_on.isoformat()})
    if row.move == "worse":
        return _now("已提出，额度使用即时冻结，等待复核。")
    return _now("已提出，等待复核。")
