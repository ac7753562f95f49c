"""Two people write to the records of one customer at the same moment: neither name is lost, and neither waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, transaction

from vouch.parties.actions import (
    EnterpriseDetails,
    Registration,
    change_enterprise,
    merge_parties,
    register_enterprise,
    undo_merge,
)
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def merged(head_office: Unit, actor: Actor, now: datetime) -> tuple[Party, Party]:
    """The record that stands, with the lower key, and the one merged into it."""
    stays, goes = (
        register_enterprise(
            actor=actor, at=now, unit=head_office, registration=Registration(EnterpriseDetails(name=name))
        )
        for name in ("江州甲机械有限公司", "甲机械")
    )
    merge_parties(actor=actor, at=now, party=goes, canonical=stays, reason="同一户")
    return stays, goes


def begun(work: Callable[[], object], errors: list[BaseException]) -> threading.Thread:
    """Let somebody else do it, and return once they wait for a lock."""

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    other.start()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until and other.is_alive():
            cursor.execute(waiting)
            if cursor.fetchone():
                return other
            time.sleep(0.02)
    raise AssertionError("nobody came to wait", errors)


def test_a_name_given_while_the_merged_record_is_renamed_stays(
    merged: tuple[Party, Party], actor: Actor, now: datetime
) -> None:
    stays, goes = merged
    errors: list[BaseException] = []

    def rename(party: Party, name: str) -> Party:
        return change_enterprise(actor=actor, at=now, party_id=party.pk, changes={"name": name})

    with transaction.atomic():
        rename(stays, "江州乙重工有限公司")
        other = begun(lambda: rename(goes, "丙重工"), errors)
    other.join()
    assert errors == []
    stays.refresh_from_db()
    assert stays.name == "江州乙重工有限公司"
    assert "江州乙重工" in stays.search_text
    assert "丙重工" in stays.search_text


def test_whoever_locks_both_records_begins_with_the_merged_one(
    merged: tuple[Party, Party], actor: Actor, now: datetime
) -> None:
    """As renaming it does: otherwise the two would wait for each other."""
    stays, goes = merged
    errors: list[BaseException] = []
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=goes.pk)
        other = begun(
            lambda: undo_merge(actor=actor, at=now, party=goes, canonical=stays, reason="看错了"), errors
        )
        # Raises if the other one holds it.
        Party.objects.select_for_update(nowait=True).get(pk=stays.pk)
    other.join()
    assert errors == []
    goes.refresh_from_db()
    assert goes.canonical_id is None
