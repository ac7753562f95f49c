"""Authorisations: across the book, of one customer, one by one."""

from __future__ import annotations

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

from vouch.customers import actions, permissions, queries
from vouch.customers.forms.consent import AuthorisationFilter, AuthorisationForm, PartyFilter, ReasonForm
from vouch.customers.queries import Authorisation, consent
from vouch.customers.terms import AuthorisationState, LegalBasis, Standing
from vouch.customers.views.files import content_of, sent
from vouch.parties import queries as parties
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.queries import history_of
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

AUTHORISATIONS = Table(
    name="authorisations",
    title=_("授权"),
    default_sort="-recorded_at",
    empty=_("没有符合条件的授权。"),
    hint=_("在客户的“授权与征信”里登记签署的授权。"),
    columns=(
        Column("number", _("编号"), Kind.CODE, sort="pk", link=lambda one: one.get_absolute_url()),
        Column("grantor__name", _("授权人"), sort="grantor__name"),
        Column("purposes", _("用途"), value=lambda one: "、".join(one.purpose_titles), on_phone=False),
        Column("scope", _("范围"), value=lambda one: "、".join(one.scope_titles), on_phone=False),
        Column(
            "recipient",
            _("接收方"),
            value=lambda one: one.recipient.name if one.recipient else str(_("本机构")),
            on_phone=False,
        ),
        Column(
            "starts_at",
            _("生效"),
            Kind.DATE,
            sort="starts_at",
            value=lambda one: one.first_day,
            on_phone=False,
        ),
        Column("ends_at", _("截止"), Kind.DATE, sort="ends_at", value=lambda one: one.last_day),
        Column(
            "standing",
            _("状态"),
            sort="standing",
            value=lambda one: Standing(one.standing).label,
            template="customers/standing.html",
        ),
        Column("recorded_at", _("登记时间"), Kind.MOMENT, sort="recorded_at", on_phone=False),
    ),
)


def _unit(party: Any) -> str:
    return party.present[0].unit.name if party.present else ""


def _manager(party: Any) -> str:
    return party.present[0].manager.name if party.present and party.present[0].manager else ""


MISSING = Table(
    name="missing",
    title=_("没有有效征信授权的客户"),
    default_sort="name",
    empty=_("每个客户都有有效的征信授权。"),
    columns=(
        Column(
            "name",
            _("客户名称"),
            sort="name",
            link=lambda one: reverse("customers:consent_of", args=[one.pk]),
        ),
        Column("number", _("客户编号"), Kind.CODE, sort="number", on_phone=False),
        Column("kind", _("类型"), value=lambda one: one.get_kind_display()),
        Column("unit", _("管户机构"), value=_unit),
        Column("manager", _("管户经理"), value=_manager),
    ),
)


@face(may=permissions.may_open_consent, shows=("authorisation",))
@require_GET
def authorisations(request: StaffRequest) -> HttpResponseBase:
    """Every authorisation of the customers that the actor sees."""
    filters = AuthorisationFilter(request.GET)
    now = timezone.now()
    rows = consent.authorisations_where(request.actor, filters.wanted(), at=now)
    counts = consent.counts_by_standing(request.actor, at=now)
    context = {
        "tab": "authorisations",
        "tiles": [
            (Standing(name).label, counts[name], name)
            for name in ("live", "ending", "ended", "withdrawn", "recorded")
        ],
    }
    return respond(
        request, AUTHORISATIONS.listing(rows, request.GET, filters), "customers/authorisations.html", context
    )


@face(may=permissions.may_open_consent, shows=("party",))
@require_GET
def missing(request: StaffRequest) -> HttpResponseBase:
    """Customers whose credit data nobody may read now."""
    filters = PartyFilter(request.GET)
    filters.is_valid()
    rows = consent.without_credit_authorisation(request.actor, at=timezone.now())
    if text := filters.cleaned_data.get("q", ""):
        rows = parties.search(rows, text)
    return respond(
        request, MISSING.listing(rows, request.GET, filters), "customers/missing.html", {"tab": "missing"}
    )


@face(may=permissions.may_open_consent, shows=("party",))
@require_GET
def consent_of(request: StaffRequest, pk: int) -> HttpResponse:
    """One customer's authorisations, credit reports and requests."""
    context = queries.consent_panel(request.actor, _party(request, pk), at=timezone.now())
    return render(request, "customers/consent_of.html", context)


@face(may=permissions.may_open_consent, shows=("party",))
@require_http_methods(["GET", "POST"])
def new_authorisation(request: StaffRequest, pk: int) -> HttpResponse:
    """Record what was signed, with the signed file."""
    party = _party(request, pk)
    today = timezone.localdate()
    form = AuthorisationForm(request.actor, party, request.POST or None, request.FILES or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.record_authorisation(
                actor=request.actor,
                at=timezone.now(),
                party=party,
                details=form.details(),
                content=content_of(form.cleaned_data["file"]),
                same_file_as=form.cleaned_data["same_file_as"],
            )
        except actions.WrongConsent as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except actions.WrongFile as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _now("已登记授权 %(number)s，核验后生效。") % {"number": found.number})
            return redirect(found)
    context = {"form": form, "party": party, "title": _now("登记授权"), "button": _now("登记"), "wide": WIDE}
    return render(request, "customers/form.html", context, status=422 if request.method == "POST" else 200)


WIDE = ("purposes", "scope", "file", "text", "sensitive_text", "categories", "detail")


@face(may=permissions.may_open_consent, shows=("authorisation",))
@require_GET
def authorisation(request: StaffRequest, pk: int) -> HttpResponse:
    """One authorisation: what it says, what it is worth, and what can be done with it."""
    return _page(request, _found(request, pk))


def _page(request: StaffRequest, one: Authorisation, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    standing = consent.standing_of(one, at=now)
    is_open = one.state in {AuthorisationState.RECORDED, AuthorisationState.VERIFIED}
    context = {
        "one": one,
        "party": one.grantor,
        "standing": standing,
        "reason_form": ReasonForm(),
        "may_see_file": one.document is not None and permissions.may_see_signed_file(actor, one),
        "may_verify": one.state == AuthorisationState.RECORDED
        and permissions.may_verify_authorisation(actor, one),
        "may_withdraw": is_open
        and standing != Standing.ENDED
        and one.legal_basis == LegalBasis.CONSENT
        and permissions.may_withdraw_authorisation(actor, one),
        "entries": list(history_of("authorisation", one.pk)[:30]),
        **more,
    }
    return render(request, "customers/authorisation.html", context, status=status)


@face(may=permissions.may_open_consent, shows=("authorisation",))
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Verify, reject or withdraw."""
    one, verb = _found(request, pk), request.POST.get("do", "")
    now, actor = timezone.now(), request.actor
    form = ReasonForm(request.POST)
    if verb in {"reject", "withdraw"} and not form.is_valid():
        return _page(request, one, status=422, reason_form=form, wrong=verb)
    try:
        if verb == "verify":
            actions.verify_authorisation(actor=actor, at=now, authorisation=one)
            messages.success(request, _now("已核验，授权生效。"))
        elif verb == "reject":
            reason = form.cleaned_data["reason"]
            actions.reject_authorisation(actor=actor, at=now, authorisation=one, reason=reason)
            messages.success(request, _now("已记为核验未通过。"))
        elif verb == "withdraw":
            reason = form.cleaned_data["reason"]
            actions.withdraw_authorisation(actor=actor, at=now, authorisation=one, reason=reason)
            messages.success(request, _now("授权已撤回；从此刻起不能再据此读取。"))
    except actions.NotNow as error:
        messages.error(request, str(error))
    return redirect(one)


@face(may=permissions.may_open_consent, shows=("authorisation",))
@require_POST
def signed_file(request: StaffRequest, pk: int) -> HttpResponse:
    """The signed file, for one look; the look is noted."""
    one = _found(request, pk)
    try:
        opened = actions.open_signed_file(actor=request.actor, at=timezone.now(), authorisation=one)
    except actions.NotNow as error:
        messages.error(request, str(error))
        return redirect(one)
    return sent(opened)


def _party(request: StaffRequest, pk: int) -> queries.Party:
    party = queries.customer_of(request.actor, pk)
    if party is None:
        raise Http404
    return party


def _found(request: StaffRequest, pk: int) -> Authorisation:
    seen = consent.authorisations_visible_to(request.actor)
    related = seen.select_related(
        "grantor", "recipient", "notice", "document", "recorded_by", "verified_by", "witnessed_by"
    )
    return get_object_or_404(related, pk=pk)
