"""Keys of subjects, documents, rotation and destruction, on the real database."""

from __future__ import annotations

import hashlib
import os
import random
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from vouch.platform.database.guard import WriteOutsideActionError, writing
from vouch.platform.database.home import InstallationError
from vouch.platform.vault import actions, queries
from vouch.platform.vault.fields import SealedField, place_of
from vouch.platform.vault.models import Chunk, DataKey, Document
from vouch.platform.vault.ring import new_ring, ring, ring_file, rotate_ring
from vouch.platform.vault.terms import (
    CHUNK_BYTES,
    KeyDestroyed,
    NoKey,
    Place,
    Subject,
    Unreadable,
    VaultError,
)

pytestmark = pytest.mark.django_db

ALICE, BOB = Subject("party", "1"), Subject("party", "2")
HERE = Place("parties_person", "identity_number", "1")
NUMBER = "11010519491231002X"


@pytest.fixture(autouse=True)
def inside_an_action() -> Iterator[None]:
    token = writing.set(True)
    yield
    writing.reset(token)


def test_a_subject_has_one_key_that_seals_and_opens(now: datetime) -> None:
    sealed = actions.ensure_key(ALICE, at=now).seal(NUMBER, place=HERE)
    assert NUMBER.encode() not in sealed
    assert queries.key_of(ALICE).open(sealed, place=HERE) == NUMBER
    actions.ensure_key(ALICE, at=now)
    assert DataKey.objects.count() == 1


def test_a_ciphertext_moved_to_another_row_column_table_or_subject_does_not_open(now: datetime) -> None:
    key, other = actions.ensure_key(ALICE, at=now), actions.ensure_key(BOB, at=now)
    sealed = key.seal(NUMBER, place=HERE)
    for place in (
        Place("parties_person", "identity_number", "2"),
        Place("parties_person", "phone", "1"),
        Place("parties_contact", "identity_number", "1"),
        # The parts do not run into one another.
        Place("parties_person", "identity_number1", ""),
    ):
        with pytest.raises(Unreadable, match="移到别处"):
            key.open(sealed, place=place)
    with pytest.raises(Unreadable):
        other.open(sealed, place=HERE)


def test_a_wrapped_key_moved_to_another_subject_does_not_open(now: datetime) -> None:
    actions.ensure_key(ALICE, at=now)
    actions.ensure_key(BOB, at=now)
    wrapped = DataKey.objects.get(subject_id="1").wrapped
    DataKey.objects.filter(subject_id="2").update(wrapped=wrapped)
    with pytest.raises(Unreadable):
        queries.key_of(BOB)


def test_a_destroyed_key_makes_everything_unreadable_and_does_not_come_back(now: datetime) -> None:
    key = actions.ensure_key(ALICE, at=now)
    document = actions.store_document(ALICE, pieces=[b"contract"], media_type="application/pdf", at=now)
    key.seal(NUMBER, place=HERE)
    actions.destroy_key(ALICE, at=now)
    actions.destroy_key(ALICE, at=now)
    for read in (
        lambda: queries.key_of(ALICE),
        lambda: actions.ensure_key(ALICE, at=now),
        lambda: list(queries.read_document(document)),
    ):
        with pytest.raises(KeyDestroyed, match="销毁"):
            read()
    row = DataKey.objects.get()
    assert (row.wrapped, row.destroyed_at) == (None, now)
    assert queries.keys_of("party", [1, 2]) == {}


def test_a_subject_erased_before_it_had_a_key_never_gets_one(now: datetime) -> None:
    actions.destroy_key(BOB, at=now)
    with pytest.raises(KeyDestroyed):
        actions.ensure_key(BOB, at=now)


def test_a_subject_without_a_key_says_so() -> None:
    with pytest.raises(NoKey):
        queries.key_of(ALICE)


def test_many_keys_take_one_query(now: datetime, django_assert_num_queries: Callable[[int], object]) -> None:
    for number in range(50):
        actions.ensure_key(Subject("party", str(number)), at=now)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert len(queries.keys_of("party", range(60))) == 50


def test_keys_are_made_only_inside_an_action(now: datetime) -> None:
    writing.set(False)
    with pytest.raises(WriteOutsideActionError):
        actions.ensure_key(ALICE, at=now)


def rows_as_they_are() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text, ctid::text, wrapped FROM vault_datakey ORDER BY id")
        return [(*row[:3], bytes(row[3])) for row in cursor.fetchall()]


def test_rotating_rewrites_no_row_and_new_keys_use_the_new_one(now: datetime) -> None:
    sealed = actions.ensure_key(ALICE, at=now).seal(NUMBER, place=HERE)
    before = rows_as_they_are()
    assert rotate_ring().current == 2
    assert queries.key_of(ALICE).open(sealed, place=HERE) == NUMBER
    assert rows_as_they_are() == before
    actions.ensure_key(BOB, at=now)
    assert queries.key_counts().by_version == {1: 1, 2: 1}


@pytest.mark.django_db(transaction=True)
def test_rotating_under_load_makes_no_error_and_rewrites_no_row(now: datetime) -> None:
    errors: list[BaseException] = []
    made: list[tuple[Subject, bytes]] = []
    stop = threading.Event()

    def work(number: int) -> None:
        token = writing.set(True)
        try:
            turn = 0
            while not stop.is_set() and turn < 400:
                subject = Subject("party", f"{number}-{turn}")
                with transaction.atomic():
                    sealed = actions.ensure_key(subject, at=now).seal(NUMBER, place=HERE)
                made.append((subject, sealed))
                known, old = random.choice(made)  # noqa: S311
                assert queries.key_of(known).open(old, place=HERE) == NUMBER
                turn += 1
        except BaseException as error:  # noqa: BLE001 - told to the test below
            errors.append(error)
        finally:
            writing.reset(token)
            connection.close()

    for number in range(20):
        actions.ensure_key(Subject("old", str(number)), at=now)
    before = rows_as_they_are()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        rotate_ring()
        stop.wait(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(made) > 20
    assert rows_as_they_are()[: len(before)] == before
    assert len(queries.key_counts().by_version) > 2
    for subject, sealed in made:
        assert queries.key_of(subject).open(sealed, place=HERE) == NUMBER


def test_rotations_at_the_same_time_lose_no_key() -> None:
    ring()
    threads = [threading.Thread(target=rotate_ring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ring().materials) == list(range(1, 10))


def test_a_ring_without_the_version_that_is_needed_says_so(now: datetime) -> None:
    rotate_ring()
    actions.ensure_key(ALICE, at=now)
    ring_file().write_bytes(new_ring().to_json())
    with pytest.raises(VaultError, match="第 2 版"):
        queries.key_of(ALICE)


def test_the_ring_is_readable_by_its_owner_alone() -> None:
    ring()
    assert stat.S_IMODE(ring_file().stat().st_mode) == 0o600
    ring_file().chmod(0o644)
    os.utime(ring_file(), (1, 1))
    with pytest.raises(InstallationError, match="chmod 600"):
        ring()


def test_a_ring_from_the_environment_is_used_and_not_rotated(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    given = new_ring()
    monkeypatch.setenv("VOUCH_KEY_RING", given.to_json().decode())
    sealed = actions.ensure_key(ALICE, at=now).seal(NUMBER, place=HERE)
    with pytest.raises(VaultError, match="VOUCH_KEY_RING"):
        rotate_ring()
    monkeypatch.setenv("VOUCH_KEY_RING", given.rotated().to_json().decode())
    actions.ensure_key(BOB, at=now)
    assert queries.key_of(ALICE).open(sealed, place=HERE) == NUMBER
    assert queries.key_counts().by_version == {1: 1, 2: 1}
    assert not ring_file().exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"current": 3, "keys": {"1": "00"}, "index": "00"}'])
def test_a_broken_ring_is_refused_in_chinese(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_KEY_RING", content or " ")
    with pytest.raises(InstallationError, match="密钥"):
        ring()


SIZES = [
    0,
    1,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    3 * CHUNK_BYTES + 7,
]


def stored(size: int, at: datetime) -> tuple[bytes, Document]:
    content = random.Random(size).randbytes(size)  # noqa: S311
    pieces = [content[start : start + 100_000] for start in range(0, size, 100_000)]
    return content, actions.store_document(ALICE, pieces=pieces, media_type="image/png", at=at)


@pytest.mark.parametrize("size", SIZES)
def test_a_document_comes_back_as_it_was_with_its_hash_and_no_plain_text_is_stored(
    size: int, now: datetime
) -> None:
    content, document = stored(size, now)
    connection.check_constraints()
    assert b"".join(queries.read_document(document)) == content
    assert (document.sha256, document.size) == (hashlib.sha256(content).hexdigest(), size)
    kept = b"".join(bytes(data) for data in Chunk.objects.order_by("number").values_list("data", flat=True))
    assert size < 64 or content[:64] not in kept
    assert list(queries.documents_of(ALICE)) == [document]


SPOIL: dict[str, list[str]] = {
    "a chunk is missing": ["DELETE FROM vault_chunk WHERE number = 1"],
    "two chunks changed places": [
        f"UPDATE vault_chunk SET number = {new} WHERE number = {old}"
        for old, new in ((0, 99), (1, 0), (99, 1))
    ],
    "a bit is changed": [
        "UPDATE vault_chunk SET data = set_byte(data, 40, get_byte(data, 40) # 1) WHERE number = 2"
    ],
    "the end is cut off": ["DELETE FROM vault_chunk WHERE number = 3"],
    "the end is cut off and the count made to fit": [
        "DELETE FROM vault_chunk WHERE number = 3",
        "UPDATE vault_document SET chunks = 3, size = 786432",
    ],
}


@pytest.mark.parametrize("how", SPOIL)
def test_a_document_that_was_tampered_with_does_not_open(how: str, now: datetime) -> None:
    _, document = stored(3 * CHUNK_BYTES + 7, now)
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in SPOIL[how]:
            cursor.execute(statement)
    document.refresh_from_db()
    with pytest.raises(Unreadable):
        list(queries.read_document(document))


def test_a_removed_document_leaves_nothing(now: datetime) -> None:
    _, document = stored(10, now)
    actions.remove_document(document)
    assert not Chunk.objects.exists()
    assert not Document.objects.exists()


@isolate_apps("vouch.platform.vault")
def test_a_column_for_ciphertext_refuses_plain_text_and_binds_to_its_row(now: datetime) -> None:
    class Person(models.Model):
        number = SealedField(db_column="identity_no")

        class Meta:
            app_label = "vault"

    person = Person()
    with pytest.raises(ValueError, match="primary key"):
        place_of(person, "number")
    person.pk = 7
    assert place_of(person, "number") == Place("vault_person", "identity_no", "7")
    field = Person._meta.get_field("number")
    for plain in (NUMBER, NUMBER.encode(), b""):
        with pytest.raises(TypeError, match="ciphertext"):
            field.get_prep_value(plain)
    sealed = actions.ensure_key(ALICE, at=now).seal(NUMBER, place=place_of(person, "number"))
    assert field.get_prep_value(sealed) == sealed
    assert field.get_prep_value(None) is None


def test_a_row_gets_its_number_before_it_is_written(now: datetime) -> None:
    row = DataKey(subject_kind="a", subject_id="b", ring_version=1, wrapped=b"x", made_at=now)
    actions.number_row(row)
    taken = row.pk
    actions.number_row(row)
    row.save(force_insert=True)
    assert row.pk == taken
    after = DataKey.objects.create(
        subject_kind="a", subject_id="c", ring_version=1, wrapped=b"x", made_at=now
    )
    assert after.pk > taken


def test_two_processes_that_start_together_have_one_ring(own_home: Path) -> None:
    seen: list[bytes] = []
    threads = [threading.Thread(target=lambda: seen.append(ring().index)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
