"""后果对照: what binds a customer, and what of it changes with its class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from vouch.engine.canonical import digest
from vouch.engine.policy import CustomerClass, Policy
from vouch.engine.reclass import is_worse
from vouch.grading.models import Classification
from vouch.grading.queries.classing import binding_classes
from vouch.grading.queries.freeze import standing_freezes
from vouch.grading.terms import ClassState
from vouch.platform.web.figures import wan
from vouch.policy import queries as policies

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
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that changes, in words; ``weight`` is "tighter", "looser" or "" where neither can be said."""

    subject: str
    before: str
    after: str
    weight: str = ""

    def __str__(self) -> str:
        return f"{self.subject}：{self.before} → {self.after}"


def bound_of(party_ids: Collection[int]) -> Mapping[int, Bound]:
    """Customer → what binds it now, as the tables have it; the same number of queries for one and for many."""
    classes = binding_classes(party_ids)
    frozen: dict[int, list[str]] = {}
    for freeze in standing_freezes(party_ids):
        frozen.setdefault(freeze.party.canonical_id or freeze.party_id, []).append(freeze.reason)
    return {
        party_id: _bound(classes.get(party_id), tuple(frozen.get(party_id, ()))) for party_id in party_ids
    }


def _bound(row: Classification | None, frozen: tuple[str, ...]) -> Bound:
    if row is None:
        return Bound(frozen=frozen)
    policy = policies.policy_of(row.policy)
    terms = policy.class_by_name[row.risk_class]
    return _binding(policy, terms, state=row.state, next_check_on=row.next_check_on, frozen=frozen)


def _binding(
    policy: Policy,
    terms: CustomerClass,
    *,
    state: str,
    next_check_on: date | None,
    frozen: tuple[str, ...],
) -> Bound:
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
        frozen=frozen,
    )


def foreseen(before: Bound, policy: Policy, risk_class: str, *, at: datetime) -> Bound:
    """What will bind the customer once the class takes effect at that moment, under that policy."""
    terms = policy.class_by_name[risk_class]
    frozen = before.frozen if keeps_frozen(terms) else kept_freezes(before.frozen)
    return _binding(
        policy,
        terms,
        state=ClassState.EFFECTIVE,
        next_check_on=next_check(terms, at=at),
        frozen=frozen,
    )


def next_check(terms: CustomerClass, *, at: datetime) -> date:
    """The day on which a class that takes effect now is to be checked."""
    return timezone.localdate(at) + timedelta(days=terms.check_every_days)


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
        (
            "超出上限的额度",
            _listed(before.over),
            _listed(after.over),
            _more(len(before.over), len(after.over)),
        ),
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

    Raises NoPolicyInForceError where no policy judges such a customer now.
    """
    waiting = [row for row in rows if row.effective_at is None]
    bound = bound_of({customer_of(row) for row in waiting})
    found: dict[int, tuple[Consequence, ...]] = {}
    known: dict[str, Policy] = {}
    for row in rows:
        if row.effective_at is not None:
            found[row.pk] = from_stored(row.consequences)
            continue
        kind = row.party.kind
        if kind not in known:
            known[kind] = policies.policy_of(policies.policy_in_force(at=at, kind=kind))
        policy = known[kind]
        if row.risk_class not in policy.class_by_name:
            found[row.pk] = ()
            continue
        before = bound[customer_of(row)]
        found[row.pk] = changes(before, foreseen(before, policy, row.risk_class, at=at))
    return found


def customer_of(row: Classification) -> int:
    """The record that stands for the row's customer."""
    return row.party.canonical_id or row.party_id


def goes_down(policy: Policy, risk_class: str, before: str) -> bool:
    """Whether the class is worse than the one in effect."""
    return bool(before) and is_worse(policy, risk_class, before)


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


def _use(bound: Bound) -> str:
    return _("冻结（%s）") % "；".join(bound.frozen) if bound.frozen else _("未冻结")


def _more(before: int, after: int) -> str:
    return "" if before == after else "tighter" if after > before else "looser"


def _less(before: int | Decimal | None, after: int | Decimal | None) -> str:
    if before is None or after is None or before == after:
        return ""
    return "tighter" if after < before else "looser"
