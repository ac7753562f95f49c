"""A request that is sent twice is done once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from vouch.platform.identity.actions import open_unit
from vouch.platform.identity.actions.repeats import (
    KEEP_DAYS,
    Answer,
    KeyedRequest,
    KeyTaken,
    answer_once,
    forget_answers,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import AnsweredRequest, Unit
from vouch.platform.ledger.models import Entry


def opening(actor: Actor, at: datetime, parent: Unit, code: str = "YW9") -> Answer:
    unit = open_unit(actor=actor, at=at, code=code, name="业务九部", parent=parent)
    return Answer(201, {"id": unit.pk, "code": code})


@pytest.mark.django_db
def test_the_same_request_gets_the_same_answer_and_is_done_once(
    actor: Actor, head_office: Unit, now: datetime
) -> None:
    request = KeyedRequest("k1", "d1")
    first = answer_once(actor=actor, at=now, request=request, answer=lambda: opening(actor, now, head_office))
    again = answer_once(actor=actor, at=now, request=request, answer=lambda: opening(actor, now, head_office))
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert (again.status, again.body) == (first.status, first.body)
    assert Unit.objects.filter(code="YW9").count() == 1
    assert Entry.objects.filter(event="identity.unit.opened").count() == 1


@pytest.mark.django_db
def test_a_key_that_was_used_for_something_else_is_refused(
    actor: Actor, head_office: Unit, now: datetime
) -> None:
    answer_once(
        actor=actor,
        at=now,
        request=KeyedRequest("k1", "d1"),
        answer=lambda: opening(actor, now, head_office),
    )
    with pytest.raises(KeyTaken):
        answer_once(
            actor=actor,
            at=now,
            request=KeyedRequest("k1", "other"),
            answer=lambda: opening(actor, now, head_office, "YW8"),
        )
    assert not Unit.objects.filter(code="YW8").exists()


@pytest.mark.django_db
def test_what_fails_is_not_remembered(actor: Actor, head_office: Unit, now: datetime) -> None:
    def failing() -> Answer:
        opening(actor, now, head_office)
        message = "cut off"
        raise RuntimeError(message)

    request = KeyedRequest("k1", "d1")
    with pytest.raises(RuntimeError):
        answer_once(actor=actor, at=now, request=request, answer=failing)
    assert not Unit.objects.filter(code="YW9").exists()
    assert not AnsweredRequest.objects.exists()
    given = answer_once(actor=actor, at=now, request=request, answer=lambda: opening(actor, now, head_office))
    assert not given.is_repeat


@pytest.mark.django_db
def test_keys_of_two_actors_do_not_meet(
    actor: Actor, actors: dict[str, Actor], head_office: Unit, now: datetime
) -> None:
    request = KeyedRequest("k1", "d1")
    answer_once(actor=actor, at=now, request=request, answer=lambda: opening(actor, now, head_office))
    other = answer_once(
        actor=actors["zhoujie"],
        at=now,
        request=request,
        answer=lambda: opening(actors["zhoujie"], now, head_office, "YW8"),
    )
    assert not other.is_repeat


@pytest.mark.django_db
def test_old_answers_are_forgotten(actor: Actor, head_office: Unit, now: datetime) -> None:
    answer_once(
        actor=actor,
        at=now,
        request=KeyedRequest("k1", "d1"),
        answer=lambda: opening(actor, now, head_office),
    )
    assert forget_answers(actor=actor, at=now + timedelta(days=KEEP_DAYS)) == 0
    assert forget_answers(actor=actor, at=now + timedelta(days=KEEP_DAYS, seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_done_and_both_are_told(
    actor: Actor, head_office: Unit, now: datetime
) -> None:
    inside, told = threading.Event(), threading.Event()
    given: list[Answer] = []

    def slow() -> Answer:
        inside.set()
        told.wait(10)
        return opening(actor, now, head_office)

    def send(answer: object) -> None:
        try:
            given.append(answer_once(actor=actor, at=now, request=KeyedRequest("k", "d"), answer=answer))  # type: ignore[arg-type]
        finally:
            connection.close()

    first = threading.Thread(target=send, args=(slow,))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=send, args=(lambda: opening(actor, now, head_office),))
    second.start()
    second.join(0.3)
    assert second.is_alive(), "the second one should wait for the first"
    told.set()
    first.join(10)
    second.join(10)
    assert sorted(one.is_repeat for one in given) == [False, True]
    assert given[0].body == given[1].body
    assert Unit.objects.filter(code="YW9").count() == 1
