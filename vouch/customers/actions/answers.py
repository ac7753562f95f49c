"""Answers to the rating sheet: given by the A角, then by risk management with a reason wherever it deviates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.materials import MaterialDetails, WrongMaterial, lay_down
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import Answer, AnswerSheet
from vouch.customers.queries.answers import given_of, sheet_in_force
from vouch.customers.queries.questionnaires import Questionnaire
from vouch.customers.terms import MaterialKind, Origin, Round
from vouch.engine.identifiers import holds_protected
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action

NOTE = "note."
"""Before a question's name: the field of its reason."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered: question → choice, and question → reason."""

    choices: Mapping[str, str]
    notes: Mapping[str, str]


@action("customers.answers.given", may=permissions.may_answer)
def give_answers(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    which: str,
    questionnaire: Questionnaire,
    given: Given,
) -> AnswerSheet:
    """Keep a whole sheet of one round; the former one of that round stays readable.

    The second round rests on the first answers in force, and names a reason wherever it deviates from them. Raises
    WrongMaterial (its field is the question, or ``note.`` and the question), NotNow, Refused.
    """
    _check(questionnaire, given)
    basis = None
    if which == Round.SECOND:
        basis = sheet_in_force(party.pk, Round.FIRST)
        if basis is None:
            raise NotNow(_("还没有初评，请管户经理先回答问卷。"))
        if not permissions.may_review_answers(actor, basis):
            raise NotNow(_("初评和复评须由不同的人完成。"))
        if basis.questionnaire != questionnaire.id or basis.version != questionnaire.version:
            raise NotNow(_("初评用的是另一版问卷，请先请管户经理按新版回答。"))
        _check_reasons(questionnaire, given, given_of(basis))
    former = sheet_in_force(party.pk, which)
    details = MaterialDetails(
        kind=MaterialKind.ANSWERS,
        origin=Origin.OWN,
        as_of=timezone.localdate(at),
        replaces=former.material if former else None,
    )
    material = lay_down(actor=actor, at=at, party=party, details=details)
    sheet = AnswerSheet.objects.create(
        material=material,
        round=which,
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        basis=basis,
    )
    Answer.objects.bulk_create(
        Answer(
            sheet=sheet,
            question=question.name,
            choice=given.choices[question.name],
            note=given.notes.get(question.name, ""),
        )
        for question in questionnaire.questions
    )
    after = {
        "kind": material.kind,
        "round": which,
        "version": questionnaire.version,
        "answers": dict(given.choices),
    }
    entry.about("material", material.pk, after=after)
    return sheet


def _check(questionnaire: Questionnaire, given: Given) -> None:
    for question in questionnaire.questions:
        if given.choices.get(question.name) not in question.choices:
            raise WrongMaterial(question.name, _("请选择一个答案。"))
        if holds_protected(given.notes.get(question.name, "")):
            raise WrongMaterial(
                f"{NOTE}{question.name}", _("不要在这里填写证件号码、电话或账号；这段文字不加密。")
            )


def _check_reasons(questionnaire: Questionnaire, given: Given, before: Mapping[str, Answer]) -> None:
    for question in questionnaire.questions:
        deviates = given.choices[question.name] != before[question.name].choice
        if deviates and not given.notes.get(question.name, "").strip():
            raise WrongMaterial(f"{NOTE}{question.name}", _("与初评不同，请写明理由。"))
