"""The rule library: what ships is installed, a province's and the institution's own rules are entered by two persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from vouch.engine.canonical import read_yaml
from vouch.engine.rules.build import RuleError
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import permissions
from vouch.policy.actions.signing import authored, shown, sign
from vouch.policy.actions.version import LIBRARY
from vouch.policy.models import Rule
from vouch.policy.queries.formula import condition_of, untold
from vouch.policy.queries.rule import rules, rules_in_force
from vouch.policy.terms import AT_LEAST, AT_MOST, Jurisdiction, Measure, Severity, SignedState

_ORDER = (Severity.HINT, Severity.APPROVE, Severity.BLOCK)


class RuleFault(ValueError):
    """A rule that cannot be; ``field`` names what is wrong, ``str()`` is the Chinese message."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDetails:
    """One version of a rule; ``limit`` as a fraction, a multiple, months or yuan, as its measure is."""

    code: str
    title: str
    text: str
    article: str
    severity: str
    starts_on: date
    jurisdiction: str = Jurisdiction.INSTITUTION
    province: str = ""
    steps: tuple[str, ...] = ()
    measure: str = Measure.NONE
    limit: Decimal | None = None
    limit_of_small: Decimal | None = None
    expression: str = ""
    formula: str = ""
    ends_on: date | None = None
    source: str = ""
    confidence: int = 100
    roles: tuple[str, ...] = ()
    changed: str = ""
    touches: tuple[str, ...] = ()


@action("policy.rule.installed", may=permissions.may_install_rules)
def install_rule(entry: Entry, *, actor: Actor, at: datetime, version: int, details: RuleDetails) -> Rule:
    """Take in one version of a rule that ships with the product; the same again changes nothing."""
    known = rules().filter(code=details.code, version=version).first()
    if known is not None:
        entry.nothing()
        return known
    _check(details)
    row = _made(details, version, actor, at)
    row.state, row.signed_at, row.signer_id, row.signer_label = (
        SignedState.CONFIRMED,
        at,
        actor.id,
        actor.label,
    )
    row.save()
    entry.about("rule", row.pk, after={**shown(_told(details)), "version": version})
    return row


def install_shipped_rules(*, actor: Actor, at: datetime) -> list[Rule]:
    """Take in the library that ships with the product (规则库)."""
    found = []
    for file in sorted(LIBRARY.glob("*.rules.yaml")):
        for item in read_yaml(file.read_bytes(), name=file.name)["rules"]:
            version = item.pop("version", 1)
            found.append(install_rule(actor=actor, at=at, version=version, details=_shipped(item)))
    return found


@action("policy.rule.proposed", may=permissions.may_enter_rule)
def propose_rule(entry: Entry, *, actor: Actor, at: datetime, details: RuleDetails) -> Rule:
    """Enter a rule of a province or of the institution's own, or the next version of one. Raises RuleFault."""
    if details.jurisdiction == Jurisdiction.NATIONAL:
        raise RuleFault("jurisdiction", _("全国规则随系统提供，不能录入或改写。"))
    _check(details)
    _check_stricter(details, at=at)
    newest = rules().filter(code=details.code).first()
    if newest is not None and newest.jurisdiction != details.jurisdiction:
        raise RuleFault("code", _("编号 %s 已属于另一适用范围的规则。") % details.code)
    if newest is not None and newest.state == SignedState.PROPOSED:
        raise RuleFault("code", _("%s 已有一版待确认，请先确认或退回。") % newest)
    if newest is not None and not details.changed:
        raise RuleFault("changed", _("新版本须写明与上一版的差异。"))
    row = _made(details, 1 if newest is None else newest.version + 1, actor, at)
    row.save()
    entry.about("rule", row.pk, after={**shown(_told(details)), "version": row.version})
    return row


@action("policy.rule.confirmed", may=permissions.may_sign_rule)
def confirm_rule(entry: Entry, *, actor: Actor, at: datetime, row: Rule, note: str = "") -> Rule:
    """Let it hold from its day on; by somebody else than who entered it."""
    return sign(entry, row, kind="rule", by=(actor, at), to=SignedState.CONFIRMED, note=note, code=row.code)


@action("policy.rule.refused", may=permissions.may_sign_rule)
def refuse_rule(entry: Entry, *, actor: Actor, at: datetime, row: Rule, note: str) -> Rule:
    """Send it back."""
    return sign(entry, row, kind="rule", by=(actor, at), to=SignedState.REFUSED, note=note, code=row.code)


def _made(details: RuleDetails, version: int, actor: Actor, at: datetime) -> Rule:
    return Rule(version=version, **_told(details), **authored(actor, at))


def _told(details: RuleDetails) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(details).items()
    }


def _shipped(item: Mapping[str, Any]) -> RuleDetails:
    """One entry of the library; limits are written as text, so that they are exact."""
    values = dict(item)
    for name in ("limit", "limit_of_small"):
        if name in values:
            values[name] = Decimal(str(values[name]))
    for name in ("steps", "roles", "touches"):
        values[name] = tuple(values.get(name, ()))
    for name in ("starts_on", "ends_on"):
        if name in values:
            values[name] = date.fromisoformat(str(values[name]))
    return RuleDetails(**{"jurisdiction": Jurisdiction.NATIONAL, **values})


def _check(details: RuleDetails) -> None:
    """What every rule must have. Raises RuleFault."""
    is_own = details.jurisdiction == Jurisdiction.INSTITUTION
    if is_own != details.code.startswith("OWN-"):
        raise RuleFault("code", _("本机构规则的编号以 OWN- 开头，其他规则不能以此开头。"))
    if details.measure in AT_LEAST | AT_MOST and details.limit is None:
        raise RuleFault("limit", _("这种判断方式须有限值。"))
    if (details.measure == Measure.EXPRESSION) != bool(details.expression):
        raise RuleFault("expression", _("算式与判断方式“按算式”须同时填写。"))
    if details.measure != Measure.NONE and not details.steps:
        raise RuleFault("steps", _("须选择判断环节。"))
    if details.ends_on is not None and details.ends_on <= details.starts_on:
        raise RuleFault("ends_on", _("失效日期须晚于施行日期。"))
    if details.expression:
        try:
            condition_of(details.expression)
        except RuleError as error:
            raise RuleFault("expression", str(error)) from error
        lacking = untold(details.expression, details.steps)
        if lacking:
            raise RuleFault(
                "expression", _("所选环节不提供：%s。用到它的规则在那里永远不能满足。") % "、".join(lacking)
            )


def _check_stricter(details: RuleDetails, *, at: datetime) -> None:
    """A province may be stricter than the country, never milder (只严不松). Raises RuleFault."""
    if details.jurisdiction != Jurisdiction.PROVINCE:
        return
    if not details.province:
        raise RuleFault("province", _("省级规则须写明省份。"))
    for rule in rules_in_force(at=at):
        if rule.jurisdiction != Jurisdiction.NATIONAL or rule.measure != details.measure:
            continue
        if Measure(rule.measure) in AT_LEAST | AT_MOST and _is_milder(details, rule):
            words = {"rule": rule, "limit": f"{rule.limit:f}".rstrip("0").rstrip(".")}
            raise RuleFault(
                "limit", _("比全国规则 %(rule)s（限值 %(limit)s）宽松；各地细则只严不松。") % words
            )
        if _ORDER.index(Severity(details.severity)) < _ORDER.index(Severity(rule.severity)):
            raise RuleFault("severity", _("比全国规则 %s 宽松；各地细则只严不松。") % rule)


def _is_milder(details: RuleDetails, rule: Rule) -> bool:
    mine, theirs = details.limit or Decimal(0), rule.limit or Decimal(0)
    if details.measure in AT_LEAST:
        return mine < theirs
    small, their_small = details.limit_of_small or mine, rule.limit_of_small or theirs
    return mine > theirs or small > their_small
