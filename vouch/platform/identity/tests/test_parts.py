"""Nobody acts in two offices on one matter: not alone, not by another's hand, not at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connection, transaction

from vouch.platform.identity.actions import take_part, take_parts
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.identity.models import Part
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Refused
from vouch.platform.ledger.testing import writing

MATTER = ("party", "12")


@pytest.mark.django_db
class TestOneOfficeEach:
    def test_a_second_office_is_refused_in_words_and_the_first_one_stays_open(
        self, actors: dict[str, Actor], now: datetime
    ) -> None:
        with writing():
            take_part(actor=actors["wangfang"], matter=MATTER, office=Office.MIDDLE, at=now)
            with pytest.raises(Refused, match="您已以中台身份办理过这一业务，不能再以前台身份办理"):
                take_part(actor=actors["wangfang"], matter=MATTER, office=Office.FRONT, at=now)
            take_part(actor=actors["wangfang"], matter=MATTER, office=Office.MIDDLE, at=now)
            # On another matter she is free, and so is another person on this one.
            take_part(actor=actors["wangfang"], matter=("party", "13"), office=Office.FRONT, at=now)
            take_part(actor=actors["chenjing"], matter=MATTER, office=Office.FRONT, at=now)
        assert Part.objects.count() == 3

    def test_standing_in_for_somebody_opens_no_second_office(
        self, actors: dict[str, Actor], now: datetime
    ) -> None:
        wangfang, chenjing = actors["wangfang"], actors["chenjing"]
        standing_in = replace(chenjing, delegators=frozenset({wangfang.user_id or 0}))
        with writing():
            take_part(actor=wangfang, matter=MATTER, office=Office.MIDDLE, at=now)
            with pytest.raises(Refused, match="您所代理的王芳已以中台身份"):
                take_part(actor=standing_in, matter=MATTER, office=Office.BACK, at=now)

    def test_what_a_stand_in_did_counts_as_ones_own(self, actors: dict[str, Actor], now: datetime) -> None:
        wangfang, chenjing = actors["wangfang"], actors["chenjing"]
        standing_in = replace(chenjing, delegators=frozenset({wangfang.user_id or 0}))
        with writing():
            take_part(actor=standing_in, matter=MATTER, office=Office.MIDDLE, at=now)
            with pytest.raises(Refused, match="陈静（代理他人）已以中台身份"):
                take_part(actor=wangfang, matter=MATTER, office=Office.FRONT, at=now)

    def test_standing_in_later_is_added_to_what_is_known(
        self, actors: dict[str, Actor], now: datetime
    ) -> None:
        wangfang, chenjing = actors["wangfang"], actors["chenjing"]
        with writing():
            take_part(actor=chenjing, matter=MATTER, office=Office.MIDDLE, at=now)
            standing_in = replace(chenjing, delegators=frozenset({wangfang.user_id or 0}))
            take_part(actor=standing_in, matter=MATTER, office=Office.MIDDLE, at=now)
        assert Part.objects.get().stood_for == [wangfang.user_id]

    def test_the_installation_is_of_no_office(self, now: datetime) -> None:
        with writing():
            take_part(actor=system_actor("import"), matter=MATTER, office=Office.FRONT, at=now)
            take_part(actor=system_actor("import"), matter=MATTER, office=Office.MIDDLE, at=now)
        assert not Part.objects.exists()

    def test_many_at_once_refuse_as_a_whole_where_one_is_in_the_way(
        self, actors: dict[str, Actor], now: datetime
    ) -> None:
        wangfang = actors["wangfang"]
        with writing():
            take_part(actor=wangfang, matter=MATTER, office=Office.MIDDLE, at=now)
            with pytest.raises(Refused), transaction.atomic():
                take_parts(actor=wangfang, kind="party", ids=[11, 12, 13], office=Office.FRONT, at=now)
        assert Part.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_offices_at_the_same_moment_one_wins(actors: dict[str, Actor], now: datetime) -> None:
    def take(office: Office) -> str:
        try:
            with writing(), transaction.atomic():
                take_part(actor=actors["wangfang"], matter=MATTER, office=office, at=now)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(take, [Office.FRONT, Office.MIDDLE, Office.BACK, Office.MIDDLE]))
    assert len(set(Part.objects.values_list("office", flat=True))) == Part.objects.count() == 1
    assert "refused" in outcomes
