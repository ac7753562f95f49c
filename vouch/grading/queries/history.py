"""What was decided about a customer, and whether it still comes out the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from vouch.customers.queries import Happening
from vouch.engine import decision as decisions
from vouch.engine import snapshot as snapshots
from vouch.engine.canonical import digest
from vouch.engine.decide import decide
from vouch.engine.decision import Decision
from vouch.engine.snapshot import Snapshot
from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.terms import Outcome, RunState
from vouch.parties import queries as parties
from vouch.parties.models import Identifier, Party
from vouch.parties.terms import ORGANISATIONS, IdentifierKind, PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Scope
from vouch.platform.jobs.queries import Progress
from vouch.policy import queries as policies


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The decision made again from a snapshot, and in what it differs from the one that was stored."""

    decision: Decision
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every digit is the same."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Named:
    """A customer as a person names it."""

    party_id: int
    number: str
    name: str


def assessable(party_ids: Sequence[int] | None = None) -> QuerySet[Party]:
    """The customers that a batch judges: organisations that the institution deals with; or those of them."""
    found = parties.listed(Party.objects.filter(kind__in=ORGANISATIONS, status=PartyStatus.ACTIVE))
    return found if party_ids is None else found.filter(pk__in=party_ids)


def assessments_of(party_id: int) -> QuerySet[Assessment]:
    """A customer's assessments, the newest first."""
    return (
        Assessment.objects.filter(party_id=party_id)
        .select_related("policy__scorecard")
        .order_by("-at", "-pk")
    )


def told_of_assessments(party: Party, actor: Actor, at: datetime) -> Iterator[Happening]:
    """The customer's assessments, for its timeline."""
    for one in assessments_of(party.pk):
        outcome = f"{one.grade} {one.risk_class}" if one.grade else one.get_outcome_display()
        about = _("%(outcome)s（数据截至 %(day)s）") % {"outcome": outcome, "day": one.as_of}
        yield Happening(
            at=one.at, what=_("评估"), about=about, url=reverse("grading:assessment", args=[one.pk])
        )


def assessments_visible_to(actor: Actor) -> QuerySet[Assessment]:
    """The assessments of the customers that the actor sees, with policy and customer."""
    found = Assessment.objects.select_related("policy__scorecard", "party")
    if actor.period is not None:
        found = found.filter(as_of__range=actor.period)
    if actor.scope == Scope.ALL:
        return found
    return found.filter(party__in=parties.visible_to(actor))


def standing_of_records(party_id: int) -> Standing | None:
    """Of the records of a customer the standing that rests on the latest day; None where none has any."""
    found = Standing.objects.filter(Q(party=party_id) | Q(party__canonical=party_id))
    return found.order_by("-as_of", "party_id").first()


def latest_assessments(
    *, as_of: date, policy_id: int, party_ids: Sequence[int] | None = None
) -> QuerySet[Assessment]:
    """For each customer (or these) the latest assessment as of that day under that policy, by customer number."""
    made = Assessment.objects.filter(as_of=as_of, policy_id=policy_id)
    if party_ids is not None:
        made = made.filter(party_id__in=party_ids)
    latest = made.order_by("party_id", "-at", "-pk").distinct("party_id")
    return Assessment.objects.filter(pk__in=latest.values("pk")).order_by("party__number")


def counts_of(*, as_of: date, policy_id: int) -> Mapping[str, int]:
    """How many customers came out in each class, as of that day under that policy, in words; best class first."""
    found = (
        Assessment.objects.filter(
            pk__in=latest_assessments(as_of=as_of, policy_id=policy_id).order_by().values("pk")
        )
        .values("risk_class", "outcome")
        .annotate(count=Count("pk"), best=Min("grade_rank"))
        .order_by("best")
    )
    counts: dict[str, int] = {}
    for line in found:
        title = line["risk_class"] or str(Outcome(line["outcome"]).label)
        counts[title] = counts.get(title, 0) + line["count"]
    return counts


def later_standings(as_of: date) -> QuerySet[Standing]:
    """Standings that rest on facts of a later day, which a look back does not move."""
    return Standing.objects.filter(as_of__gt=as_of)


def customers_named(text: str) -> list[Named]:
    """The organisations that go by this number, code or name; failing an exact one, those whose name contains it."""
    wanted = text.strip()
    everybody = Party.objects.filter(kind__in=ORGANISATIONS)
    exact = Q(number=wanted) | Q(name=wanted) | Q(identifiers__value=wanted)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        exact |= Q(pk=int(wanted))
    found = everybody.filter(exact).distinct()
    if wanted and not found.exists():
        found = parties.search(everybody, wanted)
    return [Named(*line) for line in found.order_by("number").values_list("pk", "number", "name")[:10]]


def codes_of(party_ids: Sequence[int] | None) -> tuple[Mapping[int, list[str]], Mapping[int, list[str]]]:
    """Customer → codes of the source systems (企业代号), and customer → 统一社会信用代码 or older numbers."""
    source: dict[int, list[str]] = {}
    credit: dict[int, list[str]] = {}
    codes = Identifier.objects.order_by("pk")
    if party_ids is not None:
        codes = codes.filter(party_id__in=party_ids)
    for party_id, kind, value in codes.values_list("party_id", "kind", "value"):
        kept = source if kind == IdentifierKind.SOURCE_CODE else credit
        kept.setdefault(party_id, []).append(value)
    return source, credit


def unfinished_run(*, as_of: date, policy_id: int) -> AssessmentRun | None:
    """A batch over everybody that was interrupted, as of that day under that policy."""
    open_runs = runs().filter(state=RunState.RUNNING, as_of=as_of, policy_id=policy_id, party_ids=None)
    return open_runs.first()


def latest_digests(party_ids: Sequence[int], *, as_of: date, policy_id: int) -> Mapping[int, str]:
    """Customer → digest of the latest snapshot as of that day under that policy."""
    found = (
        Assessment.objects.filter(party_id__in=party_ids, as_of=as_of, policy_id=policy_id)
        .order_by("party_id", "-at", "-pk")
        .distinct("party_id")
    )
    return dict(found.values_list("party_id", "snapshot_sha256"))


def compact(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as it is stored.

    Where no fact is known the decision is a function of the policy alone: a digest of its figures stands for
    it, so that tens of thousands of registered firms without papers cost some 200 bytes each.
    """
    if snapshot.facts:
        return snapshots.document(snapshot)
    return {
        "format": snapshots.FORMAT,
        "subject": snapshot.subject,
        "as_of": snapshot.as_of.isoformat(),
        "facts": {},
        "figures_sha256": _digest_of_unknown(snapshot.decision),
    }


# A policy says one thing of whoever it knows nothing about.
_unknown: dict[str, str] = {}


def _digest_of_unknown(decision: Decision) -> str:
    if decision.policy not in _unknown:
        _unknown[decision.policy] = digest(_figures(decision))
    return _unknown[decision.policy]


def decision_of(assessment: Assessment) -> Decision:
    """The decision in words and figures: as the snapshot holds it, or made of the policy where that holds no fact."""
    kept = assessment.snapshot.get("decision")
    if kept is None:
        return decide(policies.policy_of(assessment.policy), {})
    return decisions.from_document(kept)


def replay(assessment: Assessment) -> ReplayResult:
    """Decide again from the snapshot with the stored text of its own policy version, and compare every figure.

    Nothing else is asked: neither today's facts nor today's policy can change the answer. Words may be put
    better by a later release of the product; figures, outcomes, grades and paths may not differ.
    """
    source = assessment.snapshot
    policy = policies.policy_of(assessment.policy)
    again = decide(policy, snapshots.facts_of(source, policy=policy))
    found = _figures(again)
    differences = []
    if digest(source) != assessment.snapshot_sha256:
        differences.append(_("快照内容与其摘要不符"))
    if "decision" in source:
        kept = _figures(decisions.from_document(source["decision"]))
        differences += [
            _("%(figure)s与快照不同") % {"figure": FIGURES[name]}
            for name in found
            if found[name] != kept[name]
        ]
    elif digest(found) != source.get("figures_sha256"):
        differences.append(_("重算结果与快照的摘要不符"))
    return ReplayResult(again, tuple(differences))


FIGURES: Mapping[str, str] = {
    "policy": "政策", "outcome": "评估结果", "score": "评分", "pd": "违约概率", "scored_grade": "评分对应的等级",
    "grade": "等级", "customer_class": "分类", "limit": "建议额度", "fee_rate": "年担保费率", "path": "审批路径",
    "check_every_days": "检查频率", "missing": "缺少的资料", "rule_hits": "否决规则", "points": "各项得分",
    "limit_steps": "额度的计算步骤", "fee_steps": "费率的计算步骤",
}  # fmt: skip
"""What a replay compares: everything of a decision but its words."""


def _figures(decision: Decision) -> dict[str, Any]:
    listed: dict[str, Any] = {
        "outcome": decision.outcome.value,
        "missing": list(decision.missing),
        "rule_hits": [hit.name for hit in decision.rule_hits],
        "points": [[line.attribute, line.points] for line in decision.points],
        "limit_steps": [[step.name, step.value, step.scale] for step in decision.limit_steps],
        "fee_steps": [[step.name, step.value, step.scale] for step in decision.fee_steps],
    }
    return {name: listed[name] if name in listed else getattr(decision, name) for name in FIGURES}


def runs() -> QuerySet[AssessmentRun]:
    """Batches, the latest first."""
    return AssessmentRun.objects.select_related("policy").order_by("-started_at", "-pk")


def progress_of_runs(arguments: Sequence[Mapping[str, Any]]) -> list[Progress | None]:
    """How far the batches are that these jobs continue."""
    rows = {
        run.pk: run for run in AssessmentRun.objects.filter(pk__in=[one.get("run_id") for one in arguments])
    }
    found = [rows.get(one.get("run_id", 0)) for one in arguments]
    return [Progress(run.done, run.total, reverse("grading:runs")) if run else None for run in found]


def judged_since(party_ids: Collection[str], since: datetime) -> Mapping[str, str]:
    """Of these customers those who were assessed after a moment, each with the words for it: an undo leaves them."""
    found = Assessment.objects.filter(party_id__in=[int(pk) for pk in party_ids], at__gt=since)
    return {str(pk): _("之后已评级") for pk in found.values_list("party_id", flat=True).distinct()}
