"""What imports kept in plain before is ciphertext after the upgrade, in the table and on the disk."""

from __future__ import annotations

import hashlib
import importlib
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

from vouch.platform.database.connection import as_owner
from vouch.platform.exchange.contents import content_of, mention_index
from vouch.platform.exchange.kept_files import open_kept
from vouch.platform.exchange.models import Import, ImportFile, ImportMention, ImportRow
from vouch.platform.ledger.testing import writing

pytestmark = pytest.mark.django_db

NUMBER = "110101199003071233"
WORDS = secrets.token_urlsafe(150_000)
"""So long, and so little like itself, that no compression hides it."""


def migration(name: str) -> Any:
    return importlib.import_module(f"vouch.platform.exchange.migrations.{name}")


@pytest.fixture
def folder(settings: Settings) -> Path:
    found = Path(settings.IMPORTS_DIR)
    found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.fixture
def old_file(receive: Callable[..., Import], folder: Path) -> Iterator[Callable[..., ImportFile]]:
    """A file as it was kept before: by its hash in IMPORTS_DIR, without a document."""

    def made(text: str, *, on_disk: str | None = None) -> ImportFile:
        batch = receive(text)
        name = hashlib.sha256(text.encode()).hexdigest()
        (folder / name[:2]).mkdir(exist_ok=True)
        (folder / name[:2] / name).write_text(text if on_disk is None else on_disk)
        ImportFile.objects.filter(batch=batch).update(document=None, sha256=name)
        return ImportFile.objects.get(batch=batch)

    with writing():
        yield made


def test_a_damaged_file_is_noted_and_stops_nothing(
    old_file: Callable[..., ImportFile], folder: Path, now: datetime
) -> None:
    seal = migration("0006_seal_what_was_kept")
    whole = old_file(f"编码,名称\nU1,一部 {NUMBER}\n")
    damaged = old_file("编码,名称\nU2,二部\n", on_disk="编码,名")
    (folder / "tmp1a2b3c").write_text(NUMBER)
    for file in (damaged, whole):
        seal._seal_file(apps, file, now)
    seal._empty_the_folder()
    damaged.refresh_from_db()
    assert (damaged.document, "损坏" in damaged.dropped_because, damaged.dropped_at) == (None, True, now)
    whole.refresh_from_db()
    assert NUMBER in open_kept(whole).read().decode()
    assert ImportMention.objects.get(file=whole).index == mention_index(NUMBER)
    assert list(folder.iterdir()) == []


@pytest.fixture
def old_columns(receive: Callable[..., Import]) -> Iterator[Import]:
    """An import, and the table of rows with the columns of before."""
    batch = receive("编码,名称\nU1,一部\n")
    with as_owner():
        try:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE exchange_importrow ADD cells jsonb, ADD raw jsonb")
            yield batch
        finally:
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE exchange_importrow DROP COLUMN IF EXISTS cells, DROP COLUMN IF EXISTS raw"
                )


@pytest.mark.django_db(transaction=True)
def test_rows_are_sealed_and_leave_nothing_in_the_file_of_the_table(
    old_columns: Import, now: datetime
) -> None:
    seal, removal = migration("0006_seal_what_was_kept"), migration("0007_nothing_in_plain")
    before = MigrationLoader(connection).project_state([("exchange", "0006_seal_what_was_kept")])
    old = before.apps.get_model("exchange", "ImportRow").objects.create(
        batch_id=old_columns.pk,
        file_id=old_columns.files.get().pk,
        line=2,
        verdict="rejected",
        state="open",
        column="code",
        reason=f"编码“{NUMBER}”应为大写，“110101199003071234”也是，第 3 位不符",
        cells=["U1", WORDS],
        raw=["U1", WORDS],
    )
    seal._seal_rows(before.apps, before.apps.get_model("exchange", "Import").objects.get(), now)
    held = _bytes_of_the_table()
    _run(removal.Migration, before)
    assert held - _bytes_of_the_table() > len(WORDS)
    row = ImportRow.objects.get(pk=old.pk)
    content = content_of(row)
    assert content is not None
    assert content.cells == ["U1", WORDS]
    assert row.reason == "编码“****”应为大写,“****”也是,第 3 位不符"


def _run(migration: Any, state: Any) -> None:
    with connection.schema_editor(atomic=False) as editor:
        for operation in migration.operations:
            after = state.clone()
            operation.state_forwards("exchange", after)
            operation.database_forwards("exchange", editor, state, after)
            state = after


def _bytes_of_the_table() -> int:
    """What its files hold, long values included; of what is removed they are freed by writing the table anew alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('exchange_importrow')")
        [size] = cursor.fetchone() or [0]
    return int(size)
