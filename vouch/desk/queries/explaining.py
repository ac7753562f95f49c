"""What a person's request for an explanation is about: the decisions on them and on the firms they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from vouch.customers.queries import RightsRequest
from vouch.customers.queries.rights import request_of
from vouch.desk.queries.customer import Judgement, customer, judgement_of
from vouch.parties.models import Party, Post
from vouch.platform.identity.actor import Actor

__all__ = ["Decided", "RightsRequest", "decisions_about", "drafted", "request_of"]
FIRMS_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Decided:
    """A party with the decision that stands on it."""

    party: Party
    judgement: Judgement


def decisions_about(actor: Actor, party: Party) -> list[Decided]:
    """The standing decisions on the party and on the firms in which a person holds a post, as far as visible."""
    posts = Post.objects.filter(person=party, ended_at=None).values_list("enterprise_id", flat=True)
    found = []
    for pk in (party.pk, *posts.order_by("pk")[:FIRMS_AT_MOST]):
        one = customer(actor, pk)
        standing = getattr(one, "standing", None)
        if one is not None and standing is not None:
            found.append(Decided(one, judgement_of(standing.assessment)))
    return found


def drafted(decisions: list[Decided]) -> str:
    """The decisions in plain words, for the handler to finish: what was found, why, and what would help."""
    lines = []
    for one in decisions:
        assessment = one.judgement.assessment
        found = assessment.grade or assessment.get_outcome_display()
        lines.append(f"{one.party.name}：截至 {assessment.as_of} 的评估结论为 {found}。")
        reasons = [reason.text for reason in one.judgement.weaknesses[:5]]
        if reasons:
            lines.append("主要理由：" + "；".join(reasons) + "。")
        ways = list(one.judgement.explanation.counterfactuals[:3])
        if ways:
            lines.append("怎样可以更好：" + "；".join(ways) + "。")
    if lines:
        lines.append(
            "以上由系统按公布的政策测算，您可以要求人工复核，并有权拒绝仅通过自动化方式作出决定（个人信息保护法24条）。"
        )
    return "\n".join(lines)
