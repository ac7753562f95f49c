"""Protected values inside entries: sealed for their entry, covered by its seal, erased with their key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from vouch.platform.ledger import queries
from vouch.platform.ledger.action import Entry, action
from vouch.platform.ledger.models import Entry as Row
from vouch.platform.ledger.terms import PROTECTED
from vouch.platform.ledger.tests.conftest import Clerk, anyone
from vouch.platform.ledger.views import summary
from vouch.platform.vault import actions as vault
from vouch.platform.vault.terms import Subject

pytestmark = pytest.mark.django_db(transaction=True)

ALICE, BOB = Subject("party", "1"), Subject("party", "2")
OLD, NEW = "11010519491231002X", "110101199003071233"


@pytest.fixture(autouse=True, params=["aes-256-gcm", "sm4-gcm"])
def cipher(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.VOUCH_CIPHER = request.param
    return str(request.param)


@action("test.number.corrected", may=anyone)
def correct_number(
    entry: Entry, *, actor: Clerk, at: datetime, subject: Subject, plain: bool = False
) -> None:
    key = vault.ensure_key(subject, at=at)
    sides: dict[str, Any] = {"before": {"name": "王芳"}, "after": {"name": "王方"}} if plain else {}
    entry.about(subject.kind, subject.id, **sides)
    entry.protect(key, "identity_number", before=OLD, after=NEW)
    entry.protect(key, "phone", after="13800138000")


@action("test.number.forgotten", may=anyone)
def forget_subject_first(entry: Entry, *, actor: Clerk, at: datetime) -> None:
    entry.protect(vault.ensure_key(ALICE, at=at), "phone", after="13800138000")


@action("test.number.doubled", may=anyone)
def name_it_twice(entry: Entry, *, actor: Clerk, at: datetime) -> None:
    entry.about("party", 1, after={"phone": "13800138000"})
    entry.protect(vault.ensure_key(ALICE, at=at), "phone", after="13800138000")


@action("test.key.destroyed", may=anyone)
def forget(entry: Entry, *, actor: Clerk, at: datetime, subject: Subject) -> None:
    vault.destroy_key(subject, at=at)
    entry.about(subject.kind, subject.id)


def only_entry(subject: Subject) -> Row:
    return queries.history_of(subject.kind, subject.id).get(event="test.number.corrected")


def stored(row: Row) -> str:
    """The row as the database spells it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT e::text FROM ledger_entry e WHERE id = %s", [row.pk])
        return str(cursor.fetchone()[0])


def test_a_protected_value_is_ciphertext_in_the_entry_and_opens_again(now: datetime) -> None:
    correct_number(actor=Clerk(), at=now, subject=ALICE, plain=True)
    row = only_entry(ALICE)
    text = stored(row)
    for plain in (OLD, NEW, "13800138000"):
        assert plain not in text
        assert base64.b64encode(plain.encode()).decode() not in text
    assert queries.opened(row) == (
        {"name": "王芳", "identity_number": OLD},
        {"name": "王方", "identity_number": NEW, "phone": "13800138000"},
    )
    assert str(PROTECTED) in summary(row)
    assert "sealed" not in summary(row)


def test_an_entry_without_other_fields_takes_protected_ones(now: datetime) -> None:
    correct_number(actor=Clerk(), at=now, subject=ALICE)
    before, after = queries.opened(only_entry(ALICE))
    assert before == {"identity_number": OLD}
    assert after == {"identity_number": NEW, "phone": "13800138000"}


def test_seal_leaf_and_proof_cover_the_ciphertext(now: datetime, seal: Callable[[], int]) -> None:
    correct_number(actor=Clerk(), at=now, subject=ALICE)
    seal()
    assert queries.verification().is_intact
    proof, _head = queries.proof_of(only_entry(ALICE).pk)
    spelled = json.dumps(proof, ensure_ascii=False)
    assert (only_entry(ALICE).after or {})["identity_number"]["sealed"] in spelled
    assert NEW not in spelled


def test_after_the_key_is_destroyed_the_value_is_gone_and_the_ledger_still_verifies(
    now: datetime, seal: Callable[[], int]
) -> None:
    correct_number(actor=Clerk(), at=now, subject=ALICE)
    correct_number(actor=Clerk(), at=now, subject=BOB)
    seal()
    forget(actor=Clerk(), at=now, subject=ALICE)
    seal()
    assert queries.opened(only_entry(ALICE)) == (
        {"identity_number": "已销毁"},
        {"identity_number": "已销毁", "phone": "已销毁"},
    )
    assert queries.opened(only_entry(BOB))[0] == {"identity_number": OLD}
    report = queries.verification()
    assert report.is_intact, report
    assert report.leaves == Row.objects.count() - report.young
    queries.proof_of(only_entry(ALICE).pk)


def test_a_value_moved_to_another_entry_side_field_or_subject_does_not_open(now: datetime) -> None:
    correct_number(actor=Clerk(), at=now, subject=ALICE)
    correct_number(actor=Clerk(), at=now, subject=BOB)
    row, other = only_entry(ALICE), only_entry(BOB)
    value = (row.after or {})["identity_number"]
    for moved in (
        Row(id=uuid4(), after={"identity_number": value}),
        Row(id=row.pk, before={"identity_number": value}),
        Row(id=row.pk, after={"phone": value}),
        Row(id=row.pk, after={"identity_number": value | {"id": "2"}}),
        Row(id=row.pk, after={"identity_number": value | {"id": "3"}}),
        Row(id=other.pk, after={"identity_number": value}),
        Row(id=row.pk, after={"identity_number": value | {"sealed": "no base64!"}}),
        Row(id=row.pk, after={"identity_number": value | {"sealed": value["sealed"][:-8] + "AAAAAAA="}}),
    ):
        before, after = queries.opened(moved)
        assert set((before or after or {}).values()) == {"无法解密"}


def test_protecting_before_naming_the_subject_or_a_field_twice_is_a_mistake_of_the_action(
    now: datetime,
) -> None:
    for wrong in (forget_subject_first, name_it_twice):
        with pytest.raises(RuntimeError, match="after entry.about|given twice"):
            wrong(actor=Clerk(), at=now)
    assert not Row.objects.exists()
