"""The gate (闸口): what every rule in force says of a proposal before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from vouch.parties.permissions import may_see_building_sums
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope
from vouch.policy.models import Rule, RuleException
from vouch.policy.queries.formula import checked
from vouch.policy.queries.measures import Fault, judged
from vouch.policy.queries.rule import live_exceptions, rules_in_force
from vouch.policy.queries.weighing import Proposal, Weighing
from vouch.policy.terms import Severity


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that the proposal does not keep: of which article, by which numbers, and what would satisfy it."""

    rule: str
    title: str
    article: str
    severity: str
    numbers: tuple[tuple[str, str], ...]
    remedy: str
    # The numbers for whoever may not see sums over other people's customers; None for all of them.
    without_sums: tuple[tuple[str, str], ...] | None = None

    def __str__(self) -> str:
        numbers = "，".join(f"{label} {text}" for label, text in self.numbers)
        return f"{self.rule} {self.title}（{self.article}）：{numbers}。{self.remedy}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``refusals`` stop it, ``approvals`` must be approved by whom the caller's path names, ``hints`` are told.

    ``excused`` are rules of the institution's own that it does not keep, each with the signed exception that lets it pass.
    """

    refusals: tuple[Refusal, ...] = ()
    approvals: tuple[Refusal, ...] = ()
    hints: tuple[Refusal, ...] = ()
    excused: tuple[tuple[Refusal, RuleException], ...] = ()

    @property
    def passes(self) -> bool:
        """Whether nothing stops it."""
        return not self.refusals

    def told_to(self, actor: Actor) -> Verdict:
        """The same, for somebody who may not see them without sums over other people's customers."""
        if actor.scope == Scope.ALL or may_see_building_sums(actor):
            return self
        return replace(
            self,
            refusals=tuple(map(_cut, self.refusals)),
            approvals=tuple(map(_cut, self.approvals)),
            hints=tuple(map(_cut, self.hints)),
        )


def _cut(refusal: Refusal) -> Refusal:
    return refusal if refusal.without_sums is None else replace(refusal, numbers=refusal.without_sums)


def judge(proposal: Proposal, *, at: datetime) -> Verdict:
    """Hold a proposal against every rule in force for its step; reads alone.

    Raises vouch.engine.facts.FactError for a fact that nobody knows.
    """
    checked(proposal.facts)
    weighing = Weighing(proposal, at)
    rules = rules_in_force(at=at, province=weighing.setting.province, step=proposal.step)
    faults = [(rule, fault) for rule in rules if (fault := judged(rule, weighing)) is not None]
    exceptions = _exceptions([rule for rule, _fault in faults if not rule.is_statutory], weighing)
    found: dict[str, list[Refusal]] = {severity: [] for severity in Severity.values}
    excused = []
    for rule, fault in faults:
        refusal = _refusal(rule, fault)
        exception = exceptions.get(rule.pk)
        if exception is not None:
            excused.append((refusal, exception))
        else:
            found[rule.severity].append(refusal)
    return Verdict(
        refusals=tuple(found[Severity.BLOCK]),
        approvals=tuple(found[Severity.APPROVE]),
        hints=tuple(found[Severity.HINT]),
        excused=tuple(excused),
    )


def _refusal(rule: Rule, fault: Fault) -> Refusal:
    return Refusal(
        rule=rule.code,
        title=rule.title,
        article=rule.article,
        severity=rule.severity,
        numbers=fault.numbers,
        remedy=fault.remedy,
        without_sums=fault.without_sums,
    )


def _exceptions(rules: Iterable[Rule], weighing: Weighing) -> dict[int, RuleException]:
    """A live exception for each of these rules that covers the customer and the amount; one for this customer before one for all."""
    asked = [rule.pk for rule in rules]
    if not asked:
        return {}
    live = live_exceptions(on=weighing.day, at=weighing.at).filter(rule__in=asked).select_related("party")
    found: dict[int, RuleException] = {}
    for one in sorted(live, key=lambda one: (one.party_id is None, one.pk)):
        whose = None if one.party is None else one.party.canonical_id or one.party.pk
        covers = whose in {None, weighing.customer}
        if covers and (one.amount is None or weighing.proposal.amount <= one.amount):
            found.setdefault(one.rule_id, one)
    return found
