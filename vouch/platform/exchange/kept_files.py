"""Uploaded files on disk, under their hash, so that a job can go on with them after a crash."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings


def kept_path(sha256: str) -> Path:
    """Where the file with this hash lies."""
    return Path(settings.IMPORTS_DIR) / sha256[:2] / sha256


def keep_file(blocks: Iterable[bytes]) -> tuple[str, int]:
    """Write the bytes away, closed to other users, and give their SHA-256 and number."""
    folder = Path(settings.IMPORTS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=folder)  # made 0600
    try:
        with os.fdopen(handle, "wb") as out:
            for block in blocks:
                digest.update(block)
                size += len(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        path = kept_path(digest.hexdigest())
        path.parent.mkdir(mode=0o700, exist_ok=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def blocks_of(path: Path, *, block: int = 1024 * 1024) -> Iterable[bytes]:
    """The file's bytes, a block at a time."""
    with path.open("rb") as file:
        while data := file.read(block):
            yield data
