"""Questions about answers: who said what, where risk management deviates, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import Answer, AnswerSheet
from vouch.customers.queries.questionnaires import (
    Question,
    Questionnaire,
    questionnaire_for,
    questionnaire_numbered,
)
from vouch.customers.queries.sections import Holding
from vouch.customers.terms import MaterialState, Round
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

FRESH_FOR = timedelta(days=365)


def sheets_visible_to(actor: Actor) -> QuerySet[AnswerSheet]:
    """The sheets of the parties that the actor may see."""
    return AnswerSheet.objects.filter(material__party__in=parties.visible_to(actor))


def answers_visible_to(actor: Actor) -> QuerySet[Answer]:
    """The answers of the parties that the actor may see."""
    return Answer.objects.filter(sheet__material__party__in=parties.visible_to(actor))


def sheets_of(party_id: int) -> list[AnswerSheet]:
    """Every sheet of a party with its answers (``given``), the newest first. The caller has checked visibility."""
    found = AnswerSheet.objects.filter(material__party_id=party_id).select_related("material__recorded_by")
    return list(found.prefetch_related(Prefetch("answers", to_attr="given")).order_by("-pk"))


def sheet_in_force(party_id: int, which: str) -> AnswerSheet | None:
    """The one that counts of this round, with its answers (``given``)."""
    found = [
        one
        for one in sheets_of(party_id)
        if one.round == which and one.material.state == MaterialState.IN_FORCE
    ]
    return found[0] if found else None


def given_of(sheet: AnswerSheet | None) -> dict[str, Answer]:
    """Question → answer, of a sheet that ``sheets_of`` gave."""
    rows: list[Answer] = [] if sheet is None else getattr(sheet, "given")  # noqa: B009 - a name that the prefetch gives
    return {row.question: row for row in rows}


@dataclass(frozen=True, slots=True)
class Line:
    """One question with both answers in words; ``note`` is why risk management deviates."""

    question: Question
    first: str
    second: str
    note: str

    @property
    def differs(self) -> bool:
        """Whether both answered, and not the same."""
        return bool(self.first and self.second) and self.first != self.second


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """What both said, by group. ``is_outdated``: the first answers were renewed after the second looked at them."""

    questionnaire: Questionnaire
    first: AnswerSheet | None
    second: AnswerSheet | None
    groups: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def is_outdated(self) -> bool:
        """Whether the second looked at other first answers than those in force."""
        return bool(self.first and self.second) and self.second.basis_id != self.first.pk  # type: ignore[union-attr]

    @property
    def differing(self) -> int:
        """In how many questions they differ."""
        return sum(line.differs for _title, lines in self.groups for line in lines)


def side_by_side(party: Party) -> SideBySide | None:
    """Both rounds that count, under the questionnaire of the newest; None where such a party is asked nothing."""
    sheets = [one for one in sheets_of(party.pk) if one.material.state == MaterialState.IN_FORCE]
    first, second = (
        next((one for one in sheets if one.round == which), None) for which in (Round.FIRST, Round.SECOND)
    )
    newest = sheets[0] if sheets else None
    asked = questionnaire_numbered(newest.questionnaire, newest.version) if newest else None
    asked = asked or questionnaire_for(party.kind)
    if asked is None:
        return None
    groups = tuple((group.title, tuple(_lines(group.questions, first, second))) for group in asked.groups)
    return SideBySide(questionnaire=asked, first=first, second=second, groups=groups)


def _lines(
    questions: tuple[Question, ...], first: AnswerSheet | None, second: AnswerSheet | None
) -> Iterator[Line]:
    before, after = given_of(first), given_of(second)
    for question in questions:
        mine, theirs = before.get(question.name), after.get(question.name)
        yield Line(
            question,
            question.choices.get(mine.choice, mine.choice) if mine else "",
            question.choices.get(theirs.choice, theirs.choice) if theirs else "",
            theirs.note if theirs else "",
        )


def told_of_answers(party: Party, actor: Actor, at: datetime) -> Holding:
    """What the overview says of the questionnaire: who answered, where they differ, what is outdated."""
    found = side_by_side(party)
    if found is None:
        return Holding(count=0, told=_("这类客户不答问卷"))
    sheets = [one for one in (found.first, found.second) if one is not None]
    warnings = []
    if found.differing:
        warnings.append(_("%d 题初评与复评不一致") % found.differing)
    if found.is_outdated:
        warnings.append(_("初评更新后尚未复评"))
    oldest = min((one.material.as_of for one in sheets), default=None)
    if oldest and oldest < timezone.localdate(at) - FRESH_FOR:
        warnings.append(_("已满一年，应重新评估"))
    told = "、".join(one.get_round_display() for one in sheets)
    as_of = max((one.material.as_of for one in sheets), default=None)
    return Holding(count=len(sheets), as_of=as_of, told=told, warnings=tuple(warnings))
