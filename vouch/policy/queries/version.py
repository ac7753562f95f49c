"""Questions about policies: which one is in force, and what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from vouch.customers.queries.needs import Needs
from vouch.engine import policy_check, policy_file
from vouch.engine.canonical import read_yaml
from vouch.engine.facts import catalogue
from vouch.engine.policy import CustomerClass, Policy
from vouch.engine.policy_check import Finding
from vouch.engine.policy_diff import Change, differences
from vouch.engine.scorecard import Scorecard as Card
from vouch.parties.models import Party
from vouch.parties.terms import ORGANISATIONS
from vouch.policy.models import PolicyVersion
from vouch.policy.queries.weighing import Proposal
from vouch.policy.terms import CustomerKind, PolicyState, Step
from vouch.risk import queries as risk


class NoPolicyInForceError(LookupError):
    """No policy judges this kind of customer at this moment; ``str()`` is the Chinese message."""


def versions() -> QuerySet[PolicyVersion]:
    """Every version with its card, by policy, the newest first."""
    return PolicyVersion.objects.select_related("scorecard").order_by("identifier", "-version")


def version_with(sha256: str) -> PolicyVersion | None:
    """The version with this content, if there is one."""
    return versions().filter(sha256=sha256).first()


def policy_in_force(*, at: datetime, kind: str = CustomerKind.ENTERPRISE) -> PolicyVersion:
    """The version that judges this kind of customer at this moment; raises NoPolicyInForceError.

    The moment is that of the decision, not the day its facts are as of: old facts may be judged by
    today's rules, and are when a book is re-assessed.
    """
    found = (
        versions()
        .filter(Q(retired_at=None) | Q(retired_at__gt=at), kind=kind, effective_at__lte=at)
        # Where one has begun and the job has not yet retired the one before, the later one judges.
        .order_by("-effective_at")
        .first()
    )
    if found is None:
        raise NoPolicyInForceError(_("目前没有已发布的政策适用于这类客户，请先发布一个政策版本。"))
    return found


def policy_of(row: PolicyVersion) -> Policy:
    """The checked policy that a version stores; from its own text alone, so that old versions replay."""
    return _read(row.document, row.scorecard.document, row.title)


def is_in_force(row: PolicyVersion, *, at: datetime) -> bool:
    """Whether the version has begun and is not retired at this moment."""
    if row.effective_at is None or row.effective_at > at:
        return False
    return row.retired_at is None or row.retired_at > at


def needs_of(party: Party, at: datetime) -> list[Needs]:
    """The facts without which the policy in force grades nobody of this kind; nothing where none is in force."""
    try:
        # One policy judges every kind of organisation.
        kind = CustomerKind.ENTERPRISE if party.kind in ORGANISATIONS else party.kind
        row = policy_in_force(at=at, kind=kind)
    except NoPolicyInForceError:
        return []
    return [Needs(str(row), [fact.name for fact in policy_of(row).required])]


@lru_cache(maxsize=16)
def _read(document: str, card_document: str, title: str) -> Policy:
    card = risk.read_card(card_document, title=title)
    return policy_file.read(document.encode(), cards={card.sha256: card}, name=title)


def due_versions(*, at: datetime) -> QuerySet[PolicyVersion]:
    """Versions that were published for a moment that has come."""
    return versions().filter(state=PolicyState.SCHEDULED, effective_at__lte=at)


def proposal_of(row: PolicyVersion) -> Proposal:
    """What publishing a version puts to the gate: the highest limit that any of its classes may get."""
    highest = max(one.max_limit for one in policy_of(row).classes)
    return Proposal(step=Step.PUBLISH_POLICY, party_id=None, amount=Decimal(highest).scaleb(-2))


_VERSION_LINE = re.compile(r"^version:[ \t]*\d+[ \t]*(?=$|#)", re.MULTILINE)


def as_next(row: PolicyVersion) -> str:
    """A version's text under the next free number: where an edit, or a way back, begins."""
    latest = versions().filter(identifier=row.identifier).aggregate(found=Max("version"))["found"]
    return _VERSION_LINE.sub(f"version: {latest + 1}", row.document, count=1)


def findings_in(document: bytes) -> list[Finding]:
    """What is wrong with a policy file, or looks so, with line and column."""
    cards = {card.sha256: card for card in map(risk.card_of, risk.scorecards())}
    return policy_check.check(document, cards=cards, catalogue=catalogue)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a version means that another does not."""

    other: PolicyVersion
    changes: list[Change]


def compared(row: PolicyVersion) -> Comparison | None:
    """A version beside the one that it would replace: that in force, else the version before; None where there is neither."""
    others = versions().filter(kind=row.kind).exclude(pk=row.pk)
    other = (
        others.filter(state=PolicyState.PUBLISHED).first()
        if row.state in {PolicyState.DRAFT, PolicyState.REVIEWED, PolicyState.SCHEDULED}
        else None
    )
    other = other or others.filter(identifier=row.identifier, version__lt=row.version).first()
    return None if other is None else Comparison(other, differences(policy_of(other), policy_of(row)))


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A grade with the scores that earn it."""

    grade: str
    start: str
    title: str


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class with its consequences, in words."""

    name: str
    grades: tuple[str, ...]
    path: str
    path_steps: str
    max_limit: str
    fee_band: str
    check_every_days: int
    mitigations: str
    authority: str
    care_plan: str
    improvement: str


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A class of value with the rule that decides it, in words."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A knock-out rule."""

    reason: str
    when: str
    source: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a formula."""

    title: str
    formula: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A policy as a person reads it."""

    about: str
    applies_to: str
    grades: tuple[GradeLine, ...]
    classes: tuple[ClassLine, ...]
    values: tuple[ValueLine, ...]
    knock_outs: tuple[RuleLine, ...]
    limit_steps: tuple[StepLine, ...]
    limit_ends: str
    fee_steps: tuple[StepLine, ...]
    card: Card


def reading_of(row: PolicyVersion) -> Reading:
    """What the version says, in the words and the order of its file."""
    policy = policy_of(row)
    source = read_yaml(row.document.encode(), name=row.title)
    limit = source["limit"]
    return Reading(
        about=policy.about,
        applies_to=policy.applies_to_title,
        grades=tuple(
            GradeLine(grade.name, _("以下") if grade.floor is None else str(grade.floor), grade.title)
            for grade in policy.grades
        ),
        classes=tuple(
            _class_line(policy, found, written)
            for found, written in zip(policy.classes, source["classes"], strict=True)
        ),
        values=tuple(ValueLine(one.name, one.about) for one in policy.values),
        knock_outs=tuple(RuleLine(rule.reason, rule.text, rule.source) for rule in policy.knock_outs),
        limit_steps=_step_lines(limit["steps"]),
        limit_ends=_(
            "以上结果不超过所属分类的额度上限和 %(most)s，向下取整到 %(unit)s；不足 %(least)s的为 0。"
        )
        % {"most": limit["at_most"], "unit": limit["round_down_to"], "least": limit["at_least"]},
        fee_steps=_step_lines(source["fee"]["steps"]),
        card=policy.card,
    )


def _class_line(policy: Policy, found: CustomerClass, written: Mapping[str, Mapping[str, str]]) -> ClassLine:
    path = policy.path_by_name[found.path]
    band = written["fee_band"]
    return ClassLine(
        name=found.name,
        grades=found.grades,
        path=path.title,
        path_steps=" → ".join(path.steps),
        max_limit=str(written["max_limit"]),
        fee_band=f"{band['from']} – {band['to']}",
        check_every_days=found.check_every_days,
        mitigations="；".join(found.mitigations),
        authority=found.authority,
        care_plan="；".join(found.care_plan),
        improvement=_("高出 %(band)d 分，保持 %(days)d 天")
        % {"band": found.improve_band, "days": found.cool_down_days},
    )


def _step_lines(steps: list[dict[str, str]]) -> tuple[StepLine, ...]:
    return tuple(StepLine(step["title"], step["formula"]) for step in steps)
