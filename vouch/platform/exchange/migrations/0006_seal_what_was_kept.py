"""What imports kept in plain until now is encrypted: rows in their table, files in IMPORTS_DIR, which is empty afterwards.

Ledgers may have named customers by their identity number (客户代码) before, so each number that stands in a file is noted:
by it an erasure finds the file. Numbers in full width and those in an XLS are not found. A file that is missing or damaged
is noted as kept no longer. Reasons, which stay in plain, quoted cells: numbers in them are starred.
"""

import contextlib
import gzip
import hashlib
import re
import secrets
import uuid
import zipfile
import zlib
from pathlib import Path

import orjson
from django.conf import settings
from django.db import migrations, transaction
from django.utils import timezone

from vouch.engine.identifiers import IdentityProblem, holds_protected, judge_identity, without_protected
from vouch.platform.exchange.bytestream import GZIP_MAGIC, ZIP_MAGIC
from vouch.platform.vault.ciphers import SECRET_BYTES
from vouch.platform.vault.index import blind_index
from vouch.platform.vault.keys import unwrap, wrap
from vouch.platform.vault.terms import CHUNK_BYTES, Place, Subject

ROWS = 2000
LONG = re.compile(r"[0-9]{14}")
NUMBER = re.compile(rb"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")


def seal(apps, schema_editor):
    """Rows first, then files; a file on the disk goes once all of it is committed."""
    now = timezone.now()
    for batch in apps.get_model("exchange", "Import").objects.order_by("pk"):
        _seal_rows(apps, batch, now)
        for file in apps.get_model("exchange", "ImportFile").objects.filter(batch=batch, document=None):
            _seal_file(apps, file, now)
    transaction.on_commit(_empty_the_folder)


def _key(apps, kind, pk, now):
    keys = apps.get_model("vault", "DataKey")
    subject = Subject(kind, str(pk))
    found = keys.objects.filter(subject_kind=kind, subject_id=subject.id).first()
    if found is None:
        version, wrapped = wrap(secrets.token_bytes(SECRET_BYTES), subject)
        found = keys.objects.create(
            subject_kind=kind, subject_id=subject.id, ring_version=version, wrapped=wrapped, made_at=now
        )
    return unwrap(bytes(found.wrapped), subject, version=found.ring_version)


def _seal_rows(apps, batch, now):
    key = _key(apps, "import", batch.pk, now)
    rows = apps.get_model("exchange", "ImportRow").objects
    last = 0
    while part := list(rows.filter(batch=batch, content=None, pk__gt=last).order_by("pk")[:ROWS]):
        last = part[-1].pk
        for row in part:
            place = Place("exchange_importrow", "content", f"{row.file_id}:{row.line}")
            row.content = key.seal_bytes(orjson.dumps([row.cells, row.raw]), place=place)
            row.reason = _reason(row.reason)
        rows.bulk_update(part, ["content", "reason"])


def _reason(text):
    return without_protected(text) if holds_protected(text) or LONG.search(text) else text


def _seal_file(apps, file, now):
    path = Path(settings.IMPORTS_DIR) / file.sha256[:2] / file.sha256
    fault = _fault(path, file.sha256)
    if fault:
        file.dropped_at, file.dropped_because = now, fault
        file.save(update_fields=["dropped_at", "dropped_because"])
        return
    key = _key(apps, "import_file", file.pk, now)
    document = apps.get_model("vault", "Document")(
        id=uuid.uuid4(),
        subject_kind="import_file",
        subject_id=str(file.pk),
        media_type="application/octet-stream",
        stored_at=now,
        size=path.stat().st_size,
        chunks=max(1, -(-path.stat().st_size // CHUNK_BYTES)),
        sha256=file.sha256,
    )
    document.save(force_insert=True)
    with path.open("rb") as content:
        for number in range(document.chunks):
            plain = content.read(CHUNK_BYTES)
            end = "last" if number == document.chunks - 1 else "more"
            place = Place("vault_chunk", "data", f"{document.pk}:{number}:{end}")
            data = key.seal_bytes(plain, place=place)
            apps.get_model("vault", "Chunk").objects.create(document=document, number=number, data=data)
    file.document = document
    file.save(update_fields=["document"])
    mentions = apps.get_model("exchange", "ImportMention")
    indexes = {
        blind_index(judge_identity(number).value, column="exchange.mention") for number in _numbers(path)
    }
    mentions.objects.bulk_create([mentions(file=file, index=index) for index in indexes], batch_size=5000)


def _fault(path, sha256):
    """Why the file cannot be taken over; "" where it can."""
    if not path.is_file():
        return "文件已不在服务器上"
    with path.open("rb") as content:
        is_whole = hashlib.file_digest(content, "sha256").hexdigest() == sha256
    return "" if is_whole else "文件已损坏，与导入时不符"


def _numbers(path):
    found = set()
    for block in _blocks(path):
        found.update(NUMBER.findall(block))
    texts = {match.decode() for match in found}
    return {text for text in texts if judge_identity(text).problem is IdentityProblem.NONE}


def _blocks(path):
    """The file's text in pieces that overlap, whatever it is packed in."""
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(path.open("rb"))
        magic = opened.read(4)
        opened.seek(0)
        parts = [opened]
        # RuntimeError: one with a password.
        with contextlib.suppress(zipfile.BadZipFile, RuntimeError, NotImplementedError):
            if magic == ZIP_MAGIC:
                archive = stack.enter_context(zipfile.ZipFile(opened))
                parts = [archive.open(name) for name in archive.namelist() if name.endswith(".xml")]
        if magic[:2] == GZIP_MAGIC:
            parts = [gzip.open(opened)]
        for part in parts:
            tail = b""
            with contextlib.suppress(EOFError, OSError, zlib.error, zipfile.BadZipFile):
                while block := part.read(CHUNK_BYTES):
                    yield tail + block
                    tail = block[-20:]


def _empty_the_folder():
    """Files in their folders, and those that an upload was writing when it broke off."""
    folder = Path(settings.IMPORTS_DIR)
    for path in [*folder.glob("??/*"), *folder.glob("*")]:
        if path.is_file():
            path.unlink()
    for path in folder.glob("??"):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_sealed")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
