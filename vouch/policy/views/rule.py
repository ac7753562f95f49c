"""规则库: the list, one rule with its history and what it touches, rules of a province and of the institution's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vouch.platform.identity.request import StaffRequest
from vouch.platform.identity.terms import Role
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond
from vouch.policy import permissions, queries
from vouch.policy.actions import RuleFault, confirm_rule, propose_rule, refuse_rule
from vouch.policy.forms import RuleFilter, RuleForm
from vouch.policy.forms.rule import initial_of
from vouch.policy.models import PolicyVersion, Rule
from vouch.policy.queries.formula import PROPOSAL_FACTS, SUPPLIED, words_of
from vouch.policy.queries.measures import shown_limits
from vouch.policy.queries.rule import (
    TOUCHED,
    exceptions,
    exceptions_visible_to,
    history_of,
    newest_rules,
    rules,
    stands,
)
from vouch.policy.terms import Jurisdiction, Measure, PolicyState, Step
from vouch.policy.views.signing import signed

WIDE = frozenset({"text", "expression", "steps", "roles", "touches", "changed"})
"""Fields that take a whole line of the form."""

RULES = Table(
    name="rules",
    title=_("规则库"),
    default_sort="code",
    empty=_("没有符合条件的规则。"),
    hint=_("全国规则在安装时装入。"),
    columns=(
        Column("code", _("编号"), Kind.CODE, sort="code", link=lambda one: one.get_absolute_url()),
        Column("title", _("规则"), sort="title"),
        Column("article", _("条款"), sort="article", on_phone=False),
        Column("severity", _("严重程度"), sort="severity", value=lambda one: one.get_severity_display(), template="policy/severity_cell.html"),
        Column("jurisdiction", _("适用范围"), sort="jurisdiction", value=lambda one: one.province or one.get_jurisdiction_display(), on_phone=False),
        Column("measure", _("判断方式"), sort="measure", value=lambda one: one.get_measure_display(), on_phone=False),
        Column("limit", _("限值"), value=lambda one: "、".join(shown_limits(one)), on_phone=False),
        Column("starts_on", _("施行日期"), Kind.DATE, sort="starts_on", on_phone=False),
        Column("confidence", _("把握（%）"), Kind.NUMBER, sort="confidence", template="policy/confidence_cell.html"),
        Column("version", _("版次"), Kind.NUMBER, sort="version", on_phone=False),
        Column("state", _("状态"), sort="state", value=lambda one: one.get_state_display(), template="policy/state_cell.html", on_phone=False),
    ),
)  # fmt: skip


@face(may=permissions.may_read, shows=("rule",))
@require_GET
def rule_list(request: StaffRequest) -> HttpResponseBase:
    """The library: of each rule its newest version."""
    filters = RuleFilter(request.GET)
    context = {"tab": "rules", "may_enter": permissions.may_enter_rule(request.actor)}
    listing = RULES.listing(newest_rules(filters.wanted()), request.GET, filters)
    return respond(request, listing, "policy/rules/list.html", context)


@face(may=permissions.may_read, shows=("rule",))
@require_GET
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    """One version of a rule: what it says, how it is judged, since when, who must know it, what it touches."""
    row = get_object_or_404(rules(), pk=pk)
    today = timezone.localdate()
    may_see = permissions.may_read_exceptions(request.actor)
    context = {
        "tab": "rules",
        "rule": row,
        "stands": stands(row, on=today),
        "limits": shown_limits(row),
        "words": words_of(row.expression) if row.measure == Measure.EXPRESSION else "",
        "steps": [Step(one).label for one in row.steps],
        "roles": [Role(one).label for one in row.roles],
        "touches": _touched(row),
        "policies": _policies(row),
        "history": history_of(row),
        "exceptions": exceptions().filter(rule__code=row.code, pk__in=exceptions_visible_to(request.actor))
        if may_see
        else None,
        "may_sign": row.state == "proposed" and permissions.may_sign_rule(request.actor, row),
        "may_change": row.state != "proposed"
        and row.jurisdiction != Jurisdiction.NATIONAL
        and permissions.may_enter_rule(request.actor),
        "may_except": not row.is_statutory and permissions.may_ask_exception(request.actor),
    }
    return render(request, "policy/rules/rule.html", context)


@face(may=permissions.may_enter_rule, shows=("rule",))
@require_http_methods(["GET", "POST"])
def rule_enter(request: StaffRequest) -> HttpResponse:
    """A rule of a province or of the institution's own, or the next version of one (``?from=``)."""
    form = RuleForm(request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = propose_rule(actor=request.actor, at=timezone.now(), details=form.details())
        except RuleFault as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _now("%s 已提交，请另一人确认。") % row)
            return redirect(row)
    told = frozenset().union(*SUPPLIED.values())
    facts = sorted(
        (fact.name, fact.title, fact.definition) for fact in PROPOSAL_FACTS.values() if fact.name in told
    )
    context = {"tab": "rules", "form": form, "facts": facts, "wide": WIDE}
    return render(request, "policy/rules/enter.html", context, status=422 if form.errors else 200)


@face(may=permissions.may_read, shows=("rule",))
@require_POST
def rule_sign(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm or send back."""
    row = get_object_or_404(rules(), pk=pk)
    return signed(request, row, verb, {"confirm": confirm_rule, "refuse": refuse_rule})


def _initial(request: StaffRequest) -> dict[str, Any]:
    chosen = request.GET.get("from", "")
    row = rules().filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    return {"starts_on": timezone.localdate()} if row is None else initial_of(row)


def _touched(row: Rule) -> list[tuple[str, str]]:
    """Title and address of each page that it touches; of one that this installation does not have, the title alone."""
    found = []
    for name in row.touches:
        try:
            address = reverse(name)
        except NoReverseMatch:
            address = ""
        found.append((str(TOUCHED.get(name, name)), address))
    return found


def _policies(row: Rule) -> list[PolicyVersion]:
    """The policies that it is held against: those in force, for a rule that judges their publication."""
    if Step.PUBLISH_POLICY not in row.steps:
        return []
    return list(queries.versions().filter(state=PolicyState.PUBLISHED))
