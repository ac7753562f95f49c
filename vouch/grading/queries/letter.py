"""What a letter about a decision says, in words that its reader understands (说明函, PIPL 24 and 48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from vouch.customers.queries.rights import clock_of, text_of
from vouch.customers.terms import RequestKind, Unit
from vouch.engine.decision import Outcome as Decided
from vouch.grading.models import AdviceDecision, Assessment, Standing
from vouch.grading.queries.advice import is_about_a_person, overrides_behind
from vouch.grading.queries.explanation import Explanation, explanation_of
from vouch.grading.terms import LetterKind, Outcome, OverrideState
from vouch.platform.identity.models import Unit as House
from vouch.platform.web import figures

WEIGHTS = 5
"""How many of the attributes that cost most are named."""
MATTER = "assessment:"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterAbout:
    """What a letter is about; ``request`` is the review that it answers, whose answer has been given."""

    kind: str
    number: str
    assessment: Assessment
    made_on: date
    made_by: str
    request: Any = None


def letter_of(about: LetterAbout) -> dict[str, Any]:
    """The letter's text, for its template; every value is plain text."""
    assessment = about.assessment
    why = explanation_of(assessment)
    is_person = is_about_a_person(assessment.party)
    return {
        "title": str(LetterKind(about.kind).label),
        "number": about.number,
        "institution": _institution(),
        "recipient": assessment.party.name,
        "customer": assessment.party.number,
        "day": about.made_on.isoformat(),
        "made_by": about.made_by,
        "opening": _opening(about),
        "review": _review(about),
        "decision": _decision(assessment, why),
        "reasons": list(why.reasons),
        "weights": _weights(why),
        "facts": [
            [one.title, one.value_text, figures.day(one.dated_on), one.source or "—"]
            for one in why.facts
            if one.name in assessment.snapshot["facts"]
        ],
        "missing": [one.title for one in why.facts if one.name not in assessment.snapshot["facts"]],
        "ways": _ways(why, assessment),
        "rights": _rights(is_person=is_person),
        "basis": [
            (
                f"评估编号 {assessment.pk}，依据《{assessment.policy}》（内容摘要 {assessment.policy.sha256[:16]}），"
                f"事实与结论的存档摘要 {assessment.snapshot_sha256[:16]}。按存档的事实和当时的政策可以重新计算出同样的结果。"
            )
        ],
    }


def _institution() -> str:
    found = House.objects.filter(parent=None).values_list("name", flat=True).first()
    return found or ""


def _opening(about: LetterAbout) -> list[str]:
    assessment = about.assessment
    made = timezone.localdate(assessment.at)
    if about.kind == LetterKind.REVIEW:
        return [
            (
                f"您于 {timezone.localdate(about.request.received_at)} 要求人工复核我们在 {made} 对您作出的评估"
                f"（请求编号 {about.request.number}）。复核由没有参与原决定的人员进行，结果如下。"
            )
        ]
    lines = [
        (
            f"我们在 {made} 根据截至 {assessment.as_of} 的资料对您作了一次评估。这封信说明结论是什么、依据哪些事实、"
            "哪些方面影响最大、怎样可以改变，以及您有哪些权利。"
        )
    ]
    return [*lines, *_by_whom(assessment)]


def _by_whom(assessment: Assessment) -> list[str]:
    """Whether a machine or a person decided."""
    said = AdviceDecision.objects.filter(assessment=assessment).first()
    # One that lives has no effect on a knock-out, nor where facts are missing.
    found = overrides_behind(assessment).filter(state=OverrideState.LIVE).order_by("-decided_at")
    live = found.first() if assessment.outcome == Outcome.GRADED else None
    lines = []
    if said is not None:
        verb = "采纳" if said.is_adopted else "没有采纳"
        lines.append(f"系统先给出建议，由人员于 {timezone.localdate(said.at)} {verb}。")
    elif assessment.is_advice:
        lines.append("这是系统给出的建议，尚未由人员确认，不作为评级生效。")
    elif live is None:
        lines.append("结论由系统按公布的政策计算得出。")
    if live is not None and live.decided_at is not None:
        when = "其后" if live.decided_at >= assessment.at else "此前"
        lines.append(
            f"{when}经两名人员审批，等级由 {live.model_grade} 人工调整为 {live.grade}，"
            f"原因：{live.get_reason_display()}，有效期至 {live.expires_on}。下面是系统计算的结果。"
        )
    return lines


def _review(about: LetterAbout) -> list[list[str]]:
    if about.request is None:
        return []
    answered = timezone.localdate(about.request.answered_at)
    return [
        ["复核结果", about.request.get_outcome_display()],
        ["答复", text_of(about.request, "answer") or ""],
        ["复核日期", answered.isoformat()],
        ["复核人", about.request.handler.name if about.request.handler else ""],
    ]


def _decision(assessment: Assessment, why: Explanation) -> list[list[str]]:
    lines = [["结论", assessment.get_outcome_display()]]
    if assessment.score is not None:
        lines.append(
            ["评分", f"{assessment.score}（可能的范围 {why.score_low} 至 {why.score_high}，越高越好）"]
        )
    if assessment.grade:
        order = "、".join(one.grade for one in why.grades)
        lines += [
            ["等级", f"{assessment.grade}（由好到差为 {order}）"],
            ["分类", assessment.risk_class],
        ]
    standing = Standing.objects.filter(assessment=assessment).first()
    if standing is not None and standing.risk_class not in {"", assessment.risk_class}:
        lines.append(["现在生效的分类", standing.risk_class])
    if assessment.outcome == Outcome.GRADED:
        lines.append(["建议额度", f"{figures.wan(assessment.limit)} 万元"])
        if assessment.fee_rate is not None:
            lines.append(["年担保费率", figures.percent(assessment.fee_rate)])
    lines.append(["办理路径", f"{why.path_title}：{'、'.join(why.path_steps) or '—'}"])
    return lines


def _weights(why: Explanation) -> list[list[str]]:
    """The attributes that cost most points; where facts are missing no points are told."""
    if why.score is None:
        return []
    costly = sorted((one for one in why.points if one.lost > 0), key=lambda one: -one.lost)
    return [
        [one.title, one.value_text, f"{one.points} / {one.best}", f"-{one.lost}"] for one in costly[:WEIGHTS]
    ]


def _ways(why: Explanation, assessment: Assessment) -> list[str]:
    if why.counterfactuals:
        return list(why.counterfactuals)
    if assessment.outcome == Decided.INSUFFICIENT.value:
        return [f"请补充：{'、'.join(why.missing)}。资料补齐后会重新评估。"]
    if assessment.outcome == Decided.KNOCKED_OUT.value:
        return ["上述否决的情形消除后，可以提供证明材料并要求重新评估。"]
    return ["目前没有只改变一两项就能提高等级的办法；有新的资料时可以要求重新评估。"]


def _rights(*, is_person: bool) -> list[str]:
    clock = clock_of(RequestKind.REVIEW)
    days = f"{clock.days} 个{'工作日' if clock.unit == Unit.WORKING else '日'}"
    lines = []
    if is_person:
        lines.append(
            "个人信息保护法第 24 条：通过自动化决策方式作出对个人权益有重大影响的决定，您有权要求我们说明，"
            "并有权拒绝我们仅通过自动化决策的方式作出决定。"
        )
    return [
        *lines,
        (
            f"您可以要求人工复核：到办理业务的机构当面提出，或以信函、电话向您的客户经理提出，说明哪里不对、为什么，并可附上材料。"
            f"我们在收到之日起 {days}内书面答复；复核的人没有参与原来的决定。"
        ),
        "您认为所依据的事实有误的，可以要求更正；更正后会重新评估。对答复不满意的，可以向我们投诉，也可以向有关主管部门投诉、举报。",
    ]
