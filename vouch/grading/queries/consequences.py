"""后果对照: what binds a customer, and what of it changes with its class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vouch.engine.canonical import digest
from vouch.engine.policy import CustomerClass, Policy
from vouch.engine.reclass import is_worse
from vouch.grading.models import Classification, LimitSubject
from vouch.grading.queries.classing import binding_classes
from vouch.grading.queries.freeze import standing_freezes
from vouch.grading.queries.limit import ceilings
from vouch.grading.terms import ClassState, LimitKind
from vouch.platform.web.figures import wan
from vouch.policy import queries as policies
from vouch.policy.queries import Proposal
from vouch.policy.terms import Step

NONE = "—"
FREEZE = "分类下调待复核"
"""How the reason of a freeze begins that a worsening brought; the review lifts those alone."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What binds a customer at a moment. Money in yuan, rates in millionths; blank for a customer without a class."""

    risk_class: str = ""
    state: str = ""
    fee_from: int = 0
    fee_to: int = 0
    path: str = ""
    steps: tuple[str, ...] = ()
    authority: str = ""
    authority_rank: int = -1
    check_every_days: int = 0
    next_check_on: date | None = None
    max_limit: Decimal | None = None
    mitigations: tuple[str, ...] = ()
    care_plan: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    # The customer's own limit, whatever the class.
    limit: Decimal | None = None

    @property
    def fee_band(self) -> str:
        """The band of fees, in words."""
        return _band(self)

    @property
    def excess(self) -> Decimal:
        """By how much the customer's own limit is above what the class allows."""
        if self.limit is None or self.max_limit is None:
            return Decimal(0)
        return max(Decimal(0), self.limit - self.max_limit)


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that changes, in words; ``weight`` is "tighter", "looser" or "" where neither can be said."""

    subject: str
    before: str
    after: str
    weight: str = ""

    def __str__(self) -> str:
        return f"{self.subject}：{self.before} → {self.after}"


def bound_of(party_ids: Collection[int], *, at: datetime) -> Mapping[int, Bound]:
    """Customer → what binds it at this moment, as the tables have it; the same number of queries for one and for many."""
    classes = binding_classes(party_ids)
    limits = _limits(party_ids, on=timezone.localdate(at))
    frozen: dict[int, list[str]] = {}
    for freeze in standing_freezes(party_ids):
        frozen.setdefault(freeze.party.canonical_id or freeze.party_id, []).append(freeze.reason)
    return {
        party_id: replace(
            _bound(classes.get(party_id)),
            frozen=tuple(frozen.get(party_id, ())),
            limit=limits.get(party_id),
        )
        for party_id in party_ids
    }


def _limits(party_ids: Collection[int], *, on: date) -> Mapping[int, Decimal]:
    """Customer → its own limit on a day; of several records that have one, the largest."""
    ids = list(party_ids)
    own = LimitSubject.objects.filter(Q(party__in=ids) | Q(party__canonical__in=ids), kind=LimitKind.CUSTOMER)
    subjects = list(own.select_related("party"))
    found: dict[int, Decimal] = {}
    for subject, ceiling in zip(subjects, ceilings(subjects, on=on), strict=True):
        if subject.party is not None and ceiling.amount is not None:
            customer = subject.party.canonical_id or subject.party.pk
            found[customer] = max(found.get(customer, ceiling.amount), ceiling.amount)
    return found


def _bound(row: Classification | None) -> Bound:
    if row is None:
        return Bound()
    policy = policies.policy_of(row.policy)
    terms = policy.class_by_name[row.risk_class]
    return _binding(policy, terms, state=row.state, next_check_on=row.next_check_on)


def _binding(policy: Policy, terms: CustomerClass, *, state: str, next_check_on: date | None) -> Bound:
    path = policy.path_by_name[terms.path]
    return Bound(
        risk_class=terms.name,
        state=state,
        fee_from=terms.fee_from,
        fee_to=terms.fee_to,
        path=path.title,
        steps=path.steps,
        authority=terms.authority,
        authority_rank=policy.authority_ranks.get(terms.authority, -1),
        check_every_days=terms.check_every_days,
        next_check_on=next_check_on,
        max_limit=Decimal(terms.max_limit).scaleb(-2),
        mitigations=terms.mitigations,
        care_plan=terms.care_plan,
    )


def foreseen(before: Bound, policy: Policy, risk_class: str, *, at: datetime) -> Bound:
    """What will bind the customer once the class takes effect at that moment, under that policy."""
    terms = policy.class_by_name[risk_class]
    frozen = before.frozen if keeps_frozen(terms) else kept_freezes(before.frozen)
    found = _binding(policy, terms, state=ClassState.EFFECTIVE, next_check_on=next_check(terms, at=at))
    return replace(found, frozen=frozen, limit=before.limit)


def next_check(terms: CustomerClass, *, at: datetime) -> date:
    """The day on which a class that takes effect now is to be checked."""
    return timezone.localdate(at) + timedelta(days=terms.check_every_days)


def freeze_reason(before: str, after: str) -> str:
    """What a worsening freezes for."""
    return _("%(freeze)s：%(before)s → %(after)s") % {"freeze": FREEZE, "before": before, "after": after}


def keeps_frozen(terms: CustomerClass) -> bool:
    """Whether a review leaves the use of the limit frozen: the class allows none."""
    return terms.max_limit == 0


def kept_freezes(reasons: Iterable[str]) -> tuple[str, ...]:
    """The freezes that a review leaves alone: what others froze is for others to lift."""
    return tuple(reason for reason in reasons if not reason.startswith(FREEZE))


# What is kept says the same whatever its reader's language.
@translation.override("zh-hans")
def changes(before: Bound, after: Bound) -> tuple[Consequence, ...]:
    """What differs between two moments, the weightiest first."""
    first = not before.risk_class
    lines = (
        ("风险分类", before.risk_class or NONE, after.risk_class or NONE, ""),
        ("分类状态", _state(before.state), _state(after.state), ""),
        ("担保费率", NONE if first else _band(before), _band(after), _more(before.fee_to, after.fee_to)),
        ("额度上限", _limit(before), _limit(after), _less(before.max_limit, after.max_limit)),
        ("审批路径", _path(before), _path(after), _more(len(before.steps), len(after.steps))),
        (
            "审批权限",
            before.authority or NONE,
            after.authority or NONE,
            _more(before.authority_rank, after.authority_rank),
        ),
        (
            "检查频率",
            NONE if first else _("每 %d 天") % before.check_every_days,
            _("每 %d 天") % after.check_every_days,
            _less(before.check_every_days, after.check_every_days),
        ),
        ("下次检查日", _day(before.next_check_on), _day(after.next_check_on), ""),
        ("保障措施", _listed(before.mitigations), _listed(after.mitigations), ""),
        ("关怀计划", _listed(before.care_plan), _listed(after.care_plan), ""),
        ("额度使用", _use(before), _use(after), _more(len(before.frozen), len(after.frozen))),
        ("超出上限的额度", _over(before), _over(after), _more(before.excess, after.excess)),
    )
    return tuple(
        Consequence(subject, was, becomes, "" if first else weight)
        for subject, was, becomes, weight in lines
        if was != becomes
    )


def as_stored(found: Iterable[Consequence]) -> list[dict[str, str]]:
    """The consequences as they are kept with the class."""
    return [asdict(one) for one in found]


def from_stored(kept: Iterable[Mapping[str, Any]]) -> tuple[Consequence, ...]:
    """The consequences that were kept."""
    return tuple(Consequence(**one) for one in kept)


def digest_of(found: Iterable[Consequence]) -> str:
    """What a form carries, so that nobody confirms other consequences than those that they read."""
    return digest(as_stored(found))


def consequences_of(
    rows: Collection[Classification], *, at: datetime
) -> Mapping[int, tuple[Consequence, ...]]:
    """Row → what its class changes: what was kept where it took effect, what is foreseen where it is open.

    Raises NoPolicyInForceError where a class is open and no policy judges now.
    """
    waiting = [row for row in rows if row.effective_at is None]
    bound = bound_of({customer_of(row) for row in waiting}, at=at)
    policy = policies.policy_of(policies.policy_in_force(at=at)) if waiting else None
    found: dict[int, tuple[Consequence, ...]] = {}
    for row in rows:
        if row.effective_at is not None or policy is None:
            found[row.pk] = from_stored(row.consequences)
            continue
        if row.risk_class not in policy.class_by_name:
            found[row.pk] = ()
            continue
        before = bound[customer_of(row)]
        found[row.pk] = changes(before, foreseen(before, policy, row.risk_class, at=at))
    return found


def customer_of(row: Classification) -> int:
    """The record that stands for the row's customer."""
    return row.party.canonical_id or row.party_id


def weighed(row: Classification) -> Proposal:
    """The class as the gate is asked about it."""
    facts = {"proposal.class": row.risk_class, "proposal.class_before": row.previous_class or None}
    return Proposal(step=Step.CONFIRM_CLASS, party_id=customer_of(row), amount=Decimal(0), facts=facts)


def _band(bound: Bound) -> str:
    return f"{_rate(bound.fee_from)} – {_rate(bound.fee_to)}"


def _rate(millionths: int) -> str:
    return f"{(Decimal(millionths) / 10_000).normalize():f}%"


def _limit(bound: Bound) -> str:
    return NONE if bound.max_limit is None else _("%s 万元") % wan(bound.max_limit)


def _path(bound: Bound) -> str:
    if not bound.path:
        return NONE
    return f"{bound.path}（{' → '.join(bound.steps)}）" if bound.steps else bound.path


def _state(state: str) -> str:
    return str(ClassState(state).label) if state else NONE


def _day(day: date | None) -> str:
    return NONE if day is None else day.isoformat()


def _listed(words: tuple[str, ...]) -> str:
    return "；".join(words) or NONE


def _over(bound: Bound) -> str:
    if not bound.excess:
        return NONE
    said = {"limit": wan(bound.limit), "excess": wan(bound.excess)}
    return _("客户额度 %(limit)s 万元，超出 %(excess)s 万元") % said


def _use(bound: Bound) -> str:
    return _("冻结（%s）") % "；".join(bound.frozen) if bound.frozen else _("未冻结")


def _more(before: int | Decimal, after: int | Decimal) -> str:
    return "" if before == after else "tighter" if after > before else "looser"


def _less(before: int | Decimal | None, after: int | Decimal | None) -> str:
    if before is None or after is None or before == after:
        return ""
    return "tighter" if after < before else "looser"


@dataclass(frozen=True, slots=True)
class SubjectSum:
    """Of many classes: for how many customers a subject becomes tighter, looser, or just another."""

    subject: str
    tighter: int
    looser: int
    other: int


def sum_of(many: Iterable[Iterable[Consequence]]) -> tuple[SubjectSum, ...]:
    """What many classes change together, the subject that concerns most customers first."""
    counts: dict[str, dict[str, int]] = {}
    for found in many:
        for one in found:
            kept = counts.setdefault(one.subject, {"tighter": 0, "looser": 0, "": 0})
            kept[one.weight] += 1
    sums = [SubjectSum(name, kept["tighter"], kept["looser"], kept[""]) for name, kept in counts.items()]
    return tuple(sorted(sums, key=lambda one: -(one.tighter + one.looser + one.other)))


def foretold_for(customer: int, risk_class: str, *, at: datetime) -> tuple[Consequence, ...]:
    """What proposing and confirming a class would change for a customer. Raises NoPolicyInForceError."""
    policy = policies.policy_of(policies.policy_in_force(at=at))
    before = proposed = bound_of([customer], at=at)[customer]
    if is_worse(policy, risk_class, before.risk_class):
        proposed = replace(before, frozen=(*before.frozen, freeze_reason(before.risk_class, risk_class)))
    return changes(before, foreseen(proposed, policy, risk_class, at=at))
