"""例外: who may go on although one of the institution's own rules is not kept, until when, and how often they did."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.parties.queries import seen_among, visible_to
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond
from vouch.policy import permissions
from vouch.policy.actions import (
    WrongStateError,
    refuse_exception,
    request_exception,
    revoke_exception,
    sign_exception,
)
from vouch.policy.forms import ExceptionForm
from vouch.policy.models import RuleException
from vouch.policy.queries.rule import exceptions, exceptions_visible_to, rules, validity_of
from vouch.policy.views.signing import signed

EXCEPTIONS = Table(
    name="exceptions",
    title=_("规则例外"),
    default_sort="-ends_on",
    empty=_("没有例外。"),
    hint=_("例外在本机构规则的页面上申请；法定规则没有例外。"),
    columns=(
        Column("pk", _("编号"), Kind.NUMBER, sort="pk", link=lambda one: one.get_absolute_url()),
        Column("rule__code", _("规则"), Kind.CODE, sort="rule__code", link=lambda one: one.rule.get_absolute_url()),
        Column("rule__title", _("规则名称"), on_phone=False),
        Column("party__name", _("客户"), sort="party__name", value=lambda one: one.party.name if one.party else _now("全部客户")),
        Column("amount", _("本笔至多"), Kind.WAN, sort="amount", on_phone=False),
        Column("starts_on", _("起"), Kind.DATE, sort="starts_on", on_phone=False),
        Column("ends_on", _("止"), Kind.DATE, sort="ends_on"),
        Column("validity", _("效力"), value=validity_of),
        Column("use_count", _("已用次数"), Kind.NUMBER, sort="use_count"),
        Column("author_label", _("申请人"), on_phone=False),
        Column("signer_label", _("签批人"), on_phone=False),
    ),
)  # fmt: skip


def _mine(request: StaffRequest) -> QuerySet[RuleException]:
    return exceptions().filter(pk__in=exceptions_visible_to(request.actor))


@face(may=permissions.may_read_exceptions, shows=("rule_exception",))
@require_GET
def exception_list(request: StaffRequest) -> HttpResponseBase:
    """Every exception, with how often it was used."""
    listing = EXCEPTIONS.listing(_mine(request), request.GET)
    return respond(request, listing, "policy/exceptions/list.html", {"tab": "exceptions"})


@face(may=permissions.may_read_exceptions, shows=("rule_exception",))
@require_GET
def exception(request: StaffRequest, pk: int) -> HttpResponse:
    """One exception: why, by whom, each use."""
    row = get_object_or_404(_mine(request), pk=pk)
    uses = list(row.uses.select_related("party").order_by("-at"))
    context = {
        "tab": "exceptions",
        "row": row,
        "validity": validity_of(row),
        "uses": uses,
        "seen": seen_among(request.actor, {use.party_id for use in uses if use.party_id}),
        "may_sign": row.state == "proposed" and permissions.may_sign_exception(request.actor, row),
        "may_revoke": row.state == "confirmed"
        and row.revoked_at is None
        and permissions.may_revoke_exception(request.actor),
    }
    return render(request, "policy/exceptions/exception.html", context)


@face(may=permissions.may_ask_exception, shows=("rule",))
@require_http_methods(["GET", "POST"])
def exception_ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for leave from one of the institution's own rules; from the law's there is none, whoever asks."""
    row = get_object_or_404(rules().filter(state="confirmed"), pk=pk)
    form = ExceptionForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["customer"].strip()
        party = visible_to(request.actor).filter(number=number).first() if number else None
        if number and party is None:
            form.add_error("customer", _now("没有这个客户。"))
        else:
            details = form.details(None if party is None else party.canonical_id or party.pk)
            try:
                made = request_exception(actor=request.actor, at=timezone.now(), rule=row, details=details)
            except WrongStateError as error:
                form.add_error("ends_on", str(error))
            else:
                messages.success(request, _now("例外已申请，请有权签批的人签批。"))
                return redirect(made)
    context = {"tab": "exceptions", "rule": row, "form": form}
    return render(request, "policy/exceptions/ask.html", context, status=422 if form.errors else 200)


@face(may=permissions.may_read_exceptions, shows=("rule_exception",))
@require_POST
def exception_sign(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Sign, refuse or revoke."""
    row = get_object_or_404(_mine(request), pk=pk)
    if verb == "revoke":
        try:
            revoke_exception(actor=request.actor, at=timezone.now(), row=row)
        except WrongStateError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _now("例外已撤销。"))
        return redirect(row)
    return signed(request, row, verb, {"confirm": sign_exception, "refuse": refuse_exception})
