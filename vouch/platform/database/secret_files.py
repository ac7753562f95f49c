"""Secrets that stay outside the database: each in a file of its own below VOUCH_HOME, readable by its owner alone."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from vouch.platform.database.home import InstallationError


def kept_secret(file: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of the file, made once by ``make``; of processes that start together all see the same.

    Raises InstallationError (Chinese) where the file is open to others or cannot be read or written.
    """
    try:
        if not file.exists():
            _place(file, make(), replace=False)
        return read_secret(file)
    except OSError as error:
        raise InstallationError(f"密钥文件 {file} 不可用（{error.strerror}）。请检查权限。") from error


def read_secret(file: Path) -> bytes:
    """The file's bytes. Raises InstallationError where anyone but its owner may read or change it."""
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InstallationError(f"密钥文件 {file} 对其他用户开放。请执行 chmod 600 后重试。")
    return file.read_bytes()


def replace_secret(file: Path, content: bytes) -> None:
    """Put new bytes in the place of the old ones, at once and on the disk; readers see one or the other."""
    _place(file, content, replace=True)


def _place(file: Path, content: bytes, *, replace: bool) -> None:
    # Written in full beside its place first: nobody ever reads half a key.
    number, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(number, "wb") as out:  # noqa: PTH123 - an open file number
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if replace:
            Path(beside).replace(file)
        else:
            # Unlike a rename, a link fails where another process was first; its key is then the key.
            with contextlib.suppress(FileExistsError):
                os.link(beside, file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        Path(beside).unlink(missing_ok=True)
