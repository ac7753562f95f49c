"""Questions about the rules."""

from __future__ import annotations

from django.db.models import Q

from vouch.parties.queries import visible_to
from vouch.platform.web.faces import Visible
from vouch.policy.models import (
    AssetFigure,
    CustomerTally,
    ExceptionUse,
    MonthFigures,
    PolicyVersion,
    Rule,
    RuleException,
    Setting,
    Tally,
)
from vouch.policy.queries.exposures import exposures, register_exposures
from vouch.policy.queries.gate import Refusal, Verdict, judge
from vouch.policy.queries.rule import exceptions_visible_to
from vouch.policy.queries.version import (
    ClassLine,
    Comparison,
    GradeLine,
    NoPolicyInForceError,
    Reading,
    RuleLine,
    StepLine,
    as_next,
    compared,
    due_versions,
    findings_in,
    is_in_force,
    needs_of,
    policy_in_force,
    policy_of,
    proposal_of,
    reading_of,
    version_with,
    versions,
)
from vouch.policy.queries.weighing import Proposal

_HOUSE = "机构自身的数据，不含客户资料；能打开监管指标的岗位可阅读"

VISIBLE: Visible = {
    PolicyVersion: "政策是规则，不含客户资料；在职员工均可阅读",
    Rule: "规则库是规则，不含客户资料；在职员工均可阅读",
    Setting: "监管口径是规则的读法，不含客户资料；在职员工均可阅读",
    MonthFigures: _HOUSE,
    AssetFigure: _HOUSE,
    Tally: "全部业务的合计，不含单个客户",
    CustomerTally: lambda actor: CustomerTally.objects.filter(party__in=visible_to(actor)),
    RuleException: exceptions_visible_to,
    ExceptionUse: lambda actor: ExceptionUse.objects.filter(Q(party=None) | Q(party__in=visible_to(actor))),
}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "ClassLine",
    "Comparison",
    "GradeLine",
    "NoPolicyInForceError",
    "Proposal",
    "Reading",
    "Refusal",
    "RuleLine",
    "StepLine",
    "Verdict",
    "as_next",
    "compared",
    "due_versions",
    "exposures",
    "findings_in",
    "is_in_force",
    "judge",
    "needs_of",
    "policy_in_force",
    "policy_of",
    "proposal_of",
    "reading_of",
    "register_exposures",
    "version_with",
    "versions",
]
