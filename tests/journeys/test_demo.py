"""The invented institution founds itself through every room, and its story can be read off."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from vouch.customers.queries import last_invoice_on
from vouch.demo import terms
from vouch.demo.actions.load import NotEmpty, found_institution
from vouch.grading.queries import assessments_of, book, replay
from vouch.parties.models import Party
from vouch.parties.queries import visible_to
from vouch.platform.exchange.models import Import, ImportRow
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.queries import active_staff, actor_of

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.django_db
def test_a_demo_institution_is_founded_once_and_tells_its_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOUCH_HOME", str(tmp_path))
    people = found_institution(today=TODAY, now=NOW, tell=lambda _: None)

    # Six people in six roles, each with a password of their own; each sees what their scope reaches.
    assert len({person.role for person in people}) == len({person.password for person in people}) == 6
    seen = {user.username: visible_to(actor_of(user)).count() for user in active_staff()}
    assert seen["chenjing"] == seen["wangfang"] == 200
    assert 0 < seen["zhaomin"] < 200

    # Everyone is judged, most are graded, and the slips of the lists wait for a person.
    whole = book(system_actor("test"))
    assert whole.not_assessed == 0
    assert {line.title for line in whole.by_class} >= {"优质", "一般", "高风险"}
    assert ImportRow.objects.filter(state="open").count() == 4
    assert Import.objects.filter(status="done").count() == 3

    # The failing firm sold nothing lately, was better once, and its judgement replays.
    failing = Party.objects.get(name=terms.FAILING_NAME)
    judged = list(assessments_of(failing.pk))
    assert last_invoice_on(failing.pk) is not None
    assert [assessment.as_of for assessment in judged] == sorted(
        (assessment.as_of for assessment in judged), reverse=True
    )
    scores = [assessment.score or 0 for assessment in judged]
    assert scores[0] < scores[-1]
    assert all(len(assessment.reasons) >= 3 for assessment in judged)
    assert replay(judged[0]).same

    with pytest.raises(NotEmpty, match="已有员工账户"):
        found_institution(today=TODAY, now=NOW, tell=lambda _: None)
