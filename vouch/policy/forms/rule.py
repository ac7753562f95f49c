"""Filters of the library, rules that are entered, exceptions that are asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.identifiers import holds_protected
from vouch.parties.terms import PROVINCES
from vouch.platform.identity.terms import Role
from vouch.platform.web.inputs import DayField, WanField, search_box
from vouch.policy.actions import ExceptionDetails, RuleDetails
from vouch.policy.models import Rule
from vouch.policy.queries.rule import TOUCHED, RulesWanted
from vouch.policy.terms import Jurisdiction, Measure, Severity, Step

ALL = ("", gettext_lazy("全部"))
IN_WAN = frozenset({Measure.AMOUNT, Measure.CUSTOMER_BALANCE})
IN_PERCENT = frozenset(
    {
        Measure.SINGLE,
        Measure.GROUP,
        Measure.SOUND_ASSETS,
        Measure.FIRST_TWO_TIERS,
        Measure.FIRST_TIER,
        Measure.THIRD_TIER,
    }
)


class RuleFilter(forms.Form):
    """Which rules the library shows."""

    q = forms.CharField(
        label=gettext_lazy("规则"),
        required=False,
        max_length=80,
        widget=search_box(gettext_lazy("编号、名称、条款")),
    )
    jurisdiction = forms.ChoiceField(
        label=gettext_lazy("适用范围"), required=False, choices=[ALL, *Jurisdiction.choices]
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("严重程度"), required=False, choices=[ALL, *Severity.choices]
    )
    step = forms.ChoiceField(label=gettext_lazy("判断环节"), required=False, choices=[ALL, *Step.choices])
    role = forms.ChoiceField(label=gettext_lazy("须知晓的岗位"), required=False, choices=[ALL, *Role.choices])
    lawyer = forms.ChoiceField(
        label=gettext_lazy("律师确认"), required=False, choices=[ALL, ("1", gettext_lazy("待律师确认"))]
    )

    def wanted(self) -> RulesWanted:
        """What was asked; a value that nobody offered is left out."""
        self.is_valid()
        said = self.cleaned_data.get
        return RulesWanted(
            text=said("q") or "",
            jurisdiction=said("jurisdiction") or "",
            severity=said("severity") or "",
            step=said("step") or "",
            role=said("role") or "",
            needs_lawyer=said("lawyer") == "1",
        )


class RuleForm(forms.Form):
    """A rule of a province or of the institution's own."""

    code = forms.RegexField(
        r"^[A-Z0-9-]{3,30}$",
        label=gettext_lazy("规则编号"),
        help_text=gettext_lazy("本机构规则以 OWN- 开头，例如 OWN-12；省级规则例如 FJ-9。"),
    )
    jurisdiction = forms.ChoiceField(
        label=gettext_lazy("适用范围"),
        choices=[one for one in Jurisdiction.choices if one[0] != Jurisdiction.NATIONAL],
        initial=Jurisdiction.INSTITUTION,
    )
    province = forms.ChoiceField(
        label=gettext_lazy("省份"), required=False, choices=[("", "—"), *((one, one) for one in PROVINCES)]
    )
    title = forms.CharField(label=gettext_lazy("规则名称"), max_length=80)
    text = forms.CharField(
        label=gettext_lazy("要求"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    article = forms.CharField(label=gettext_lazy("条款"), max_length=120)
    severity = forms.ChoiceField(label=gettext_lazy("严重程度"), choices=Severity.choices)
    steps = forms.MultipleChoiceField(
        label=gettext_lazy("判断环节"),
        required=False,
        choices=Step.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    measure = forms.ChoiceField(label=gettext_lazy("判断方式"), choices=Measure.choices)
    limit = forms.DecimalField(
        label=gettext_lazy("限值"),
        required=False,
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=6,
        help_text=gettext_lazy("比例按 %，金额按万元，放大倍数按倍，月龄按月。"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    expression = forms.CharField(
        label=gettext_lazy("算式"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "写须满足的条件，例如 or_else(book.overdue_days, 0) == 0；缺失的指标视为不满足。"
        ),
    )
    starts_on = DayField(label=gettext_lazy("施行日期"))
    ends_on = DayField(label=gettext_lazy("失效日期"), required=False)
    source = forms.CharField(label=gettext_lazy("来源"), max_length=200, required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("须知晓的岗位"),
        required=False,
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    touches = forms.MultipleChoiceField(
        label=gettext_lazy("涉及的页面"),
        required=False,
        choices=list(TOUCHED.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    changed = forms.CharField(label=gettext_lazy("与上一版的差异"), max_length=300, required=False)

    def details(self) -> RuleDetails:
        """What was entered, the limit in the unit of its measure."""
        said = self.cleaned_data
        return RuleDetails(
            **{name: said[name] for name in _PLAIN},
            limit=None if said["limit"] is None else said["limit"] * _unit(said["measure"]),
            steps=tuple(said["steps"]),
            roles=tuple(said["roles"]),
            touches=tuple(said["touches"]),
        )


_PLAIN = (
    "code", "jurisdiction", "province", "title", "text", "article", "severity", "measure", "expression",
    "starts_on", "ends_on", "source", "changed",
)  # fmt: skip


def _unit(measure: str) -> Decimal:
    if measure in IN_PERCENT:
        return Decimal("0.01")
    return Decimal(10_000) if measure in IN_WAN else Decimal(1)


def initial_of(rule: Rule) -> dict[str, Any]:
    """What a form is filled with to write a rule's next version."""
    names = (*_PLAIN, "steps", "roles", "touches")
    found = {name: getattr(rule, name) for name in names if name != "changed"}
    if rule.limit is not None:
        found["limit"] = f"{(rule.limit / _unit(rule.measure)).normalize():f}"
    return found


class ExceptionForm(forms.Form):
    """Leave from one of the institution's own rules."""

    customer = forms.CharField(
        label=gettext_lazy("客户编号"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("留空表示对全部客户。"),
    )
    amount = WanField(label=gettext_lazy("本笔金额至多（万元）"), required=False)
    starts_on = DayField(label=gettext_lazy("起"))
    ends_on = DayField(label=gettext_lazy("止（不含当日）"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)
    evidence = forms.CharField(label=gettext_lazy("依据（会议纪要、批复）"), max_length=200)

    def clean(self) -> dict[str, Any]:
        """Texts that stay in the ledger name nobody by a number."""
        said = super().clean() or {}
        for name in ("reason", "evidence"):
            if holds_protected(said.get(name, "")):
                self.add_error(name, _("这里不加密，请不要写证件号码、电话或账号。"))
        return said

    def details(self, party_id: int | None) -> ExceptionDetails:
        """What was asked for, for this customer."""
        said = self.cleaned_data
        return ExceptionDetails(
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            reason=said["reason"],
            evidence=said["evidence"],
            party_id=party_id,
            amount=said["amount"],
        )


class SignForm(forms.Form):
    """What the second person says beside the signature."""

    note = forms.CharField(label=gettext_lazy("意见"), max_length=200, required=False)
