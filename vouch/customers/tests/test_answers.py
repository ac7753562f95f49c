"""The rating sheet: answered by the A角, then by risk management with reasons; facts with an author and a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vouch.customers.actions import Given, NotNow, WrongMaterial, give_answers, withdraw_material
from vouch.customers.facts.answers import answer_facts
from vouch.customers.models import AnswerSheet
from vouch.customers.queries.answers import side_by_side
from vouch.customers.queries.questionnaires import (
    Questionnaire,
    questionnaire_for,
    questionnaires,
    read_questionnaire,
)
from vouch.customers.terms import MaterialState, Round
from vouch.engine.canonical import FileError
from vouch.engine.facts import catalogue
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> Questionnaire:
    found = questionnaire_for("enterprise")
    assert found is not None
    return found


def choices(asked: Questionnaire, place: int = 0, **others: str) -> dict[str, str]:
    """The answer at this place of every question, or the last one, but for some."""
    return {
        question.name: list(question.choices)[min(place, len(question.choices) - 1)]
        for question in asked.questions
    } | others


def give(
    party: Party, actor: Actor, at: datetime, which: str, given: dict[str, str], **notes: str
) -> AnswerSheet:
    asked = questionnaires()[-1]
    return give_answers(
        actor=actor, at=at, party=party, which=which, questionnaire=asked, given=Given(given, notes)
    )


def test_the_shipped_questions_are_closed_and_their_names_are_facts(asked: Questionnaire) -> None:
    questions = list(asked.questions)
    assert len(questions) == 18
    assert len(asked.groups) == 5
    assert all(3 <= len(one.choices) <= 5 for one in questions)
    assert {fact.name for fact in answer_facts()} == {f"answer.{one.name}" for one in questions}
    assert all(f"answer.{one.name}" in catalogue for one in questions)


def test_risk_managements_answer_counts_before_the_managers_from_its_day_on(
    firm: Party, actors: dict[str, Actor], asked: Questionnaire, now: datetime
) -> None:
    first = choices(asked)
    give(firm, actors["liqiang"], now - timedelta(days=5), Round.FIRST, first)
    second = {**first, "site_state": "slack"}
    sheet = give(
        firm, actors["wangfang"], now - timedelta(days=2), Round.SECOND, second, site_state="半数机台停着"
    )
    names = ["answer.site_state", "answer.owner_experience"]

    def facts(back: int) -> list[Any]:
        day = timezone.localdate(now) - timedelta(days=back)
        return list(catalogue.ask(names, [firm.pk], as_of=day).row(firm.pk).values())

    assert facts(6) == [None, None]
    assert facts(5) == facts(3) == ["busy", "over_10y"]
    assert facts(2) == facts(0) == ["slack", "over_10y"]
    everybody = catalogue.ask(names, as_of=timezone.localdate(now))
    assert everybody.row(firm.pk)["answer.site_state"] == "slack"
    day = timezone.localdate(now - timedelta(days=2))
    assert everybody.dates(firm.pk)["answer.site_state"] == day
    withdraw_material(actor=actors["wangfang"], at=now, material=sheet.material, reason="重新评估")
    assert facts(0) == ["busy", "over_10y"]
    assert facts(1) == ["slack", "over_10y"], "that it was withdrawn was learned later"


def test_each_round_is_answered_by_its_own_people_and_never_by_one_person_twice(
    firm: Party, actors: dict[str, Actor], asked: Questionnaire, now: datetime
) -> None:
    first = choices(asked)
    for name in ("wangfang", "zhaomin", "wuting", "sunlei"):
        with pytest.raises(Refused):
            give(firm, actors[name], now, Round.FIRST, first)
    with pytest.raises(NotNow, match="还没有初评"):
        give(firm, actors["wangfang"], now, Round.SECOND, first)
    give(firm, actors["liqiang"], now, Round.FIRST, first)
    for name in ("liqiang", "zhaomin"):
        with pytest.raises(Refused):
            give(firm, actors[name], now, Round.SECOND, first)
    give(firm, actors["wangfang"], now, Round.SECOND, first)
    assert AnswerSheet.objects.count() == 2


def test_whoever_acted_in_the_front_office_does_not_review(
    firm: Party, staff: dict[str, User], actors: dict[str, Actor], asked: Questionnaire, now: datetime
) -> None:
    give(firm, actors["liqiang"], now, Round.FIRST, choices(asked))
    moved = Actor(
        id=actors["liqiang"].id,
        label="李强",
        user_id=staff["liqiang"].pk,
        roles=frozenset({"risk_reviewer"}),
        scope="all",
    )
    with pytest.raises((Refused, NotNow)):
        give(firm, moved, now, Round.SECOND, choices(asked))


def test_a_deviation_names_its_reason_and_what_is_not_answered_its_question(
    firm: Party, actors: dict[str, Actor], asked: Questionnaire, now: datetime
) -> None:
    first = choices(asked)
    with pytest.raises(WrongMaterial) as caught:
        give(firm, actors["liqiang"], now, Round.FIRST, {**first, "books": "perfect"})
    assert caught.value.field == "books"
    give(firm, actors["liqiang"], now, Round.FIRST, first)
    with pytest.raises(WrongMaterial, match="写明理由") as caught:
        give(firm, actors["wangfang"], now, Round.SECOND, {**first, "orders": "under_1m"}, orders="  ")
    assert caught.value.field == "note.orders"
    with pytest.raises(WrongMaterial, match="不要在这里填写"):
        give(
            firm,
            actors["wangfang"],
            now,
            Round.SECOND,
            {**first, "orders": "under_1m"},
            orders="打 13800138000 问的",
        )
    give(
        firm, actors["wangfang"], now, Round.SECOND, {**first, "orders": "under_1m"}, orders="排产单只到月底"
    )
    found = side_by_side(firm)
    assert found is not None
    assert (found.differing, found.is_outdated) == (1, False)
    give(firm, actors["liqiang"], now + timedelta(days=1), Round.FIRST, choices(asked, 1))
    found = side_by_side(firm)
    assert found is not None
    assert found.is_outdated, "the second looked at other first answers"
    assert [one.material.state for one in AnswerSheet.objects.filter(round="first").order_by("pk")] == [
        MaterialState.SUPERSEDED,
        MaterialState.IN_FORCE,
    ]


def test_the_form_keeps_what_was_chosen_and_the_page_marks_the_difference(
    client: Client, firm: Party, person: Party, staff: dict[str, User], asked: Questionnaire
) -> None:
    page = reverse("customers:answers", args=[firm.pk])
    first_form, second_form = (
        reverse("customers:give_answers", args=[firm.pk, which]) for which in Round.values
    )
    client.force_login(staff["liqiang"])
    assert "还没有初评" in client.get(page).content.decode()
    given = choices(asked)
    kept = client.post(first_form, {"orders": "under_1m", "save_draft": "1"}, follow=True).content.decode()
    assert "正在填写草稿" in kept
    assert kept.count(" checked") == 1
    assert not AnswerSheet.objects.exists(), "a draft is no answer"
    incomplete = client.post(first_form, {**given, "orders": ""})
    assert incomplete.status_code == 422
    assert incomplete.content.decode().count(" checked") == 17
    assert "请选择一个答案" in incomplete.content.decode()
    for _click in range(2):
        assert client.post(first_form, {**given, "once_key": "1" * 32}).status_code == 302
    assert AnswerSheet.objects.count() == 1, "a double click answers once"
    assert "草稿" not in client.get(first_form).content.decode().replace("存草稿", "")
    assert client.get(second_form).status_code == 403
    client.force_login(staff["wangfang"])
    form = client.get(second_form).content.decode()
    assert 'data-former="over_10y"' in form
    assert " checked" not in form, "risk management answers for itself"
    wanted = {**given, "books": "rough"}
    refused = client.post(second_form, wanted)
    assert refused.status_code == 422
    assert "写明理由" in refused.content.decode()
    client.post(second_form, {**wanted, "note.books": "月度对不上"})
    shown = client.get(page).content.decode()
    assert "1 题不一致" in shown
    assert "月度对不上" in shown
    assert (
        client.get(reverse("customers:file", args=[firm.pk])).content.decode().count("1 题初评与复评不一致")
        == 1
    )
    assert "不答评级问卷" in client.get(reverse("customers:answers", args=[person.pk])).content.decode()
    assert client.get(reverse("customers:give_answers", args=[firm.pk, "third"])).status_code == 404


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choices": {"yes": "是", "no": "否"}}, "3 至 5"),
        ({"name": "Wörk"}, "小写字母"),
        ({"points": 3}, "points"),
    ],
)
def test_a_questionnaire_that_cannot_be_is_refused(change: dict[str, Any], message: str) -> None:
    question = {"name": "q", "title": "问", "choices": {"a": "甲", "b": "乙", "c": "丙"}, **change}
    document = {
        "format": "vouch-questionnaire/1",
        "id": "x",
        "version": 1,
        "title": "x",
        "kinds": ["enterprise"],
        "groups": [{"title": "组", "questions": [question]}],
    }
    with pytest.raises(FileError, match=message):
        read_questionnaire(document)
