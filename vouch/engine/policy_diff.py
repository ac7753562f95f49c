"""What one version of a policy means that another does not: by subject, in words, whatever the layout of the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from vouch.engine.policy import CustomerClass, Policy
from vouch.engine.rules.tree import Literal, Node, Sort, Type
from vouch.engine.rules.words import in_words, shown
from vouch.engine.scorecard import Attribute, Scorecard

NONE = "（无）"
_MONEY = Type(Sort.NUMBER, money=True, scale=2)
_RATE = Type(Sort.NUMBER, scale=6)


@dataclass(frozen=True, slots=True)
class Change:
    """What is meant, what it was and what it becomes, in words; NONE where it was not or is no more."""

    subject: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.subject}：{self.before} → {self.after}"


Said = Mapping[str, str]


def differences(old: Policy, new: Policy) -> list[Change]:
    """Every difference of meaning, in the order of the file."""
    parts = (
        _identity, _facts, _card, _grades, _classes, _values, _paths, _path_rules, _knock_outs, _ends, _steps,
    )  # fmt: skip
    found: list[Change] = []
    for part in parts:
        before, after = part(old), part(new)
        # What both have stands in the order of the new version, then what is gone.
        for subject in dict.fromkeys((*after, *before)):
            was, becomes = before.get(subject, NONE), after.get(subject, NONE)
            if was != becomes:
                found.append(Change(subject, was, becomes))
    return found


def _identity(policy: Policy) -> Said:
    return {"名称": policy.title, "说明": policy.about or NONE, "适用": policy.applies_to_title}


def _facts(policy: Policy) -> Said:
    return {
        f"指标 {fact.title}（{fact.name}）": "、".join(
            (
                str(fact.kind),
                "必需" if fact.required else "可缺",
                "客户可改变" if fact.changeable else "客户不可改变",
            )
        )
        for fact in policy.facts
    }


def _card(policy: Policy) -> Said:
    return dict(_points(policy.card))


def _points(card: Scorecard) -> Iterator[tuple[str, str]]:
    yield "评分卡 基础分", f"{card.base_points}"
    for attribute in card.attributes:
        subject = f"评分卡 {attribute.title}（{attribute.name}）"
        yield f"{subject} 取自", f"{attribute.fact}、{attribute.kind}"
        # Labels are words of the author's: where the bins part is told by itself.
        splits = [str(Decimal(split).scaleb(-attribute.scale)) for split in attribute.splits]
        yield f"{subject} 分档界限", "、".join(splits) or NONE
        for label, said in _outcomes(attribute):
            yield f"{subject} {label}", said


def _outcomes(attribute: Attribute) -> Iterator[tuple[str, str]]:
    """Each outcome under a label of its own: its points, and the values or codes that it stands for."""
    seen: dict[str, int] = {}
    for outcome in attribute.outcomes:
        seen[outcome.label] = seen.get(outcome.label, 0) + 1
        again = f"（{seen[outcome.label]}）" if seen[outcome.label] > 1 else ""
        values = f"（{'、'.join(outcome.values)}）" if outcome.values else ""
        yield f"{outcome.label}{again}", f"{outcome.points} 分{values}"


def _grades(policy: Policy) -> Said:
    return {
        f"等级 {grade.name}": "其余得分" if grade.floor is None else f"{grade.floor} 分起"
        for grade in policy.grades
    }


def _classes(policy: Policy) -> Said:
    found: dict[str, str] = {}
    for one in policy.classes:
        found |= {f"{one.name} {subject}": said for subject, said in _consequences(one, policy).items()}
    return found


def _consequences(one: CustomerClass, policy: Policy) -> Said:
    return {
        "等级": "、".join(one.grades),
        "检查间隔": f"{one.check_every_days} 天",
        "审批路径": policy.path_by_name[one.path].title,
        "额度上限": shown(one.max_limit, _MONEY),
        "费率": f"{shown(one.fee_from, _RATE)} 至 {shown(one.fee_to, _RATE)}",
        "缓释措施": "、".join(one.mitigations) or NONE,
        "审批权限": one.authority or NONE,
        "关怀计划": "、".join(one.care_plan) or NONE,
        "改善条件": f"高出 {one.improve_band} 分，保持 {one.cool_down_days} 天",
    }


def _values(policy: Policy) -> Said:
    return {
        f"客户价值 第 {number} 档": f"{one.name}：{_in_words(one.condition, policy) if one.condition else '其余客户'}（{one.about}）"
        for number, one in enumerate(policy.values, start=1)
    }


def _paths(policy: Policy) -> Said:
    return {f"审批路径 {path.title}（{path.name}）": " → ".join(path.steps) or NONE for path in policy.paths}


def _path_rules(policy: Policy) -> Said:
    return {
        f"审批例外 第 {number} 项": f"{_in_words(rule.condition, policy)}：{policy.path_by_name[rule.path].title}（{rule.reason}）"
        for number, rule in enumerate(policy.path_rules, start=1)
    }


def _knock_outs(policy: Policy) -> Said:
    return {
        f"准入否决 {rule.name}": f"{_in_words(rule.condition, policy)}：{rule.reason}（{rule.source}）"
        for rule in policy.knock_outs
    }


def _ends(policy: Policy) -> Said:
    return {
        "否决后的等级": policy.knocked_out_grade,
        "资料不足的审批路径": policy.path_by_name[policy.insufficient_path].title,
    }


def _steps(policy: Policy) -> Said:
    found: dict[str, str] = {}
    for subject, steps in (("额度", policy.limit_steps), ("费率", policy.fee_steps)):
        found |= {f"{subject} {step.title}（{step.name}）": _in_words(step.formula, policy) for step in steps}
    return found


def _in_words(node: Node, policy: Policy) -> str:
    return in_words(_respelled(node), policy.titles)


def _respelled(part: Any) -> Any:
    """The same tree with every number spelled in one way: 200万元 and 2000000元 are no difference."""
    if isinstance(part, Literal):
        return replace(part, text=shown(part.value, part.type)) if part.type.sort is Sort.NUMBER else part
    if isinstance(part, tuple):
        return tuple(map(_respelled, part))
    if is_dataclass(part) and not isinstance(part, Type | type):
        return replace(part, **{one.name: _respelled(getattr(part, one.name)) for one in fields(part)})
    return part
