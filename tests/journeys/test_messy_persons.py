"""A messy list of farmers from end to end: nothing wrong taken, nothing right refused, nothing left in plain, and undone."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from python_calamine import CalamineWorkbook

from tests.journeys.secrets import Haystack, dump
from tests.messy_persons import HEADINGS, NUMBER, PHONE, People, messy_persons
from tests.tables import all_rows, differences
from vouch.parties.actions import correct_person
from vouch.parties.models import FarmHolding, Party, Person, Phone
from vouch.platform.database.home import home
from vouch.platform.exchange import actions
from vouch.platform.exchange._marking import marked_copy
from vouch.platform.exchange.contents import classes_of
from vouch.platform.exchange.models import Import, ImportChange
from vouch.platform.exchange.queries import kept_records, kept_rows
from vouch.platform.exchange.running import take_back
from vouch.platform.exchange.testing import delivered, kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return messy_persons(rows=120)


def load(people: People, *, unit: Unit, actor: Actor, now: datetime) -> Import:
    delivery = actions.Delivery("persons", [kept(people.content, name="农户名单.xlsx")])
    return delivered(delivery, unit=unit, by=actor, at=now)


def test_what_is_wrong_is_refused_what_is_right_is_taken_and_the_same_again_changes_nothing(
    people: People, units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    batch = load(people, unit=units["YW1"], actor=actor, now=now)
    refused = dict(kept_rows(batch, verdict="rejected").values_list("line", "reason"))
    assert {line: people.fates[line] for line in people.wrong - refused.keys()} == {}, "wrong, and taken"
    assert {line: refused[line] for line in refused.keys() - people.wrong} == {}, "right, and refused"
    made = len(people.lines("accepted", "warned"))
    assert (batch.accepted, batch.unchanged) == (made, len(people.lines("unchanged")))
    assert batch.warned == len(people.lines("warned"))
    assert Person.objects.count() == made
    again = load(people, unit=units["YW1"], actor=actor, now=now)
    assert (again.accepted, again.unchanged, again.rejected) == (0, made + batch.unchanged, batch.rejected)
    assert Person.objects.count() == made


def test_no_number_is_left_in_plain_in_tables_and_files_or_in_the_masked_copy(
    people: People, units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    batch = load(people, unit=units["YW1"], actor=actor, now=now)
    text = dump()
    for table in (
        "exchange_importrow",
        "exchange_importchange",
        "vault_chunk",
        "ledger_entry",
        "parties_phone",
    ):
        assert f"-- {table}\n" in text
    haystack = Haystack.of(text)
    assert [one for one in people.numbers if haystack.holds_number(one)] == []
    for folder in (home(), Path(settings.IMPORTS_DIR)):
        for path in folder.rglob("*") if folder.is_dir() else ():
            if path.is_file() and path.stat().st_size < 50_000_000 and "postgres" not in str(path):
                found = Haystack.of(path.read_bytes().decode("utf-8", errors="replace"))
                assert not any(found.holds_number(one) for one in people.numbers), path.name

    def sheet(classes: frozenset[str]) -> list[list[Any]]:
        with marked_copy(batch, batch.files.get(), classes) as copy:
            book = CalamineWorkbook.from_filelike(io.BytesIO(copy.read()))
        return list(book.get_sheet_by_name("农户名单").to_python(skip_empty_area=False))

    masked, full = sheet(frozenset()), sheet(classes_of(batch))
    told = Haystack.of("\n".join(str(cell) for row in masked for cell in row))
    assert [one for one in people.numbers if told.holds_number(one)] == []
    wide = len(HEADINGS)
    assert [row[wide:] for row in masked] == [row[wide:] for row in full]
    in_full = Haystack.of("\n".join(str(cell).lstrip("'") for row in full for cell in row))
    line = min(people.lines("accepted"))
    assert in_full.holds_number(str(full[line - 1][NUMBER]).upper().lstrip("'").replace(" ", "")[:17])
    assert "*" in str(masked[line - 1][NUMBER])
    assert "*" in str(masked[line - 1][PHONE])


def test_an_undo_leaves_every_table_as_it_was_and_keeps_who_was_worked_on(
    people: People, units: dict[str, Unit], actor: Actor, now: datetime
) -> None:
    before = all_rows()
    batch = load(people, unit=units["YW1"], actor=actor, now=now)
    assert FarmHolding.objects.exists()
    assert Phone.objects.exists()
    images = str(list(ImportChange.objects.filter(batch=batch).values_list("before", "after")))
    assert not any(Haystack.of(images).holds_number(one) for one in people.numbers)
    actions.order_undo(actor=actor, at=now, batch=batch, reason="名单有误")
    take_back(batch.pk, actor=actor, clock=lambda: now)
    assert differences(before, all_rows()) == {}

    batch = load(people, unit=units["YW1"], actor=actor, now=now)
    worked_on = Party.objects.order_by("pk").first()
    assert worked_on is not None
    later = now + timedelta(hours=1)
    correct_person(actor=actor, at=later, party=worked_on, changes={"occupation": "村医"}, reason="走访得知")
    actions.order_undo(actor=actor, at=later, batch=batch, reason="名单有误")
    take_back(batch.pk, actor=actor, clock=lambda: later)
    assert list(Party.objects.all()) == [worked_on]
    assert worked_on.name in " ".join(kept_records(batch).values_list("label", flat=True))
