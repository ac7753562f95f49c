"""``vouch limits`` lists, and says so when there is nothing."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.limits import drawn, granted
from vouch.grading.tests.conftest import Firms
from vouch.platform.identity.actor import Actor

pytestmark = pytest.mark.django_db


def listed(*arguments: str) -> list[list[str]]:
    out = StringIO()
    call_command("limits", *arguments, stdout=out)
    return list(csv.reader(StringIO(out.getvalue())))


def test_it_lists_the_fullest_first(firms: Firms, actor: Actor) -> None:
    now = timezone.now()
    for name, amount in (("半满企业", 500), ("将满企业", 950)):
        party = firms(name)
        granted(party, 1_000, at=now)
        drawn(party, amount, actor=actor, at=now)
    rows = listed()
    assert [row[1] for row in rows[1:]] == ["将满企业", "半满企业"]
    assert rows[1][2:7] == ["1000.00", "0.00", "0.00", "950.00", "50.00"]
    assert [row[1] for row in listed("--headroom", "tight")[1:]] == ["将满企业"]


def test_nothing_is_told_as_such() -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("limits", stdout=StringIO(), stderr=StringIO())
    assert ended.value.code == 1
