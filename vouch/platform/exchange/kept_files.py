"""Delivered files as they came, encrypted in the vault under a key of their own, so that a job can go on with them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.utils.translation import gettext as _

from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.exchange.importer import Source
from vouch.platform.exchange.models import ImportFile
from vouch.platform.exchange.tabular import Chosen, Table, open_table
from vouch.platform.vault.documents import DocumentReader
from vouch.platform.vault.terms import CHUNK_BYTES, Subject, VaultError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import WriteableBuffer


class _Kept(DocumentReader):
    """Reads on behalf of a table: what the vault cannot open is a file that cannot be read."""

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            return super().readinto(buffer)
        except VaultError as error:
            raise Unreadable(str(error)) from error


def subject_of(file: ImportFile) -> Subject:
    """Whose key the file is encrypted under: its own, destroyed when it is dropped."""
    return Subject("import_file", str(file.pk))


def open_kept(file: ImportFile) -> BinaryIO:
    """The file as it came. Raises Unreadable where it is kept no longer, or does not open."""
    if file.document is None:
        reason = file.dropped_because or _("请重新上传")
        raise Unreadable(_("文件“%(name)s”已不再保存：%(reason)s。") % {"name": file.name, "reason": reason})
    try:
        return cast("BinaryIO", io.BufferedReader(_Kept(file.document), CHUNK_BYTES))
    except VaultError as error:
        raise Unreadable(
            _("文件“%(name)s”打不开：%(error)s") % {"name": file.name, "error": error}
        ) from error


def open_kept_table(file: ImportFile, source: Source, *, chosen: Chosen, is_lenient: bool = False) -> Table:
    """The file as a table with the source's columns. Raises Unreadable."""
    return open_table(
        lambda: open_kept(file),
        name=file.name,
        columns=source.columns,
        sheets=source.sheets,
        chosen=chosen,
        is_lenient=is_lenient,
    )


def sha256_of(path: Path) -> str:
    """The hash of a local file, by which an import of it is known again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def blocks_of(path: Path, *, block: int = 1024 * 1024) -> Iterable[bytes]:
    """A local file's bytes, a block at a time."""
    with path.open("rb") as file:
        while data := file.read(block):
            yield data
