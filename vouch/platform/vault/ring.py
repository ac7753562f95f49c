"""The key ring: the outer keys, outside the database.

VOUCH_KEY_RING   the ring itself as JSON; without it, the file ``key-ring.json`` in VOUCH_HOME, made at first use

    {"current": 2, "keys": {"1": "<64 hex>", "2": "<64 hex>"}, "index": "<64 hex>"}

``keys`` wrap the subjects' data keys: the current one wraps, all of them unwrap. Rotating adds one and makes it
current; nothing in the database changes. ``index`` keys the blind index; it must stay, or nothing is found again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

from vouch.platform.database.cluster import locked
from vouch.platform.database.home import InstallationError, home
from vouch.platform.database.secret_files import kept_secret, read_secret, replace_secret
from vouch.platform.vault.ciphers import SECRET_BYTES, Secret
from vouch.platform.vault.terms import VaultError

RING_FILE = "key-ring.json"
VARIABLE = "VOUCH_KEY_RING"


@dataclass(frozen=True)
class Ring:
    """The outer keys as they were read."""

    current: int
    materials: dict[int, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    keys: dict[int, Secret] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keys = {number: Secret(material, purpose=b"ring") for number, material in self.materials.items()}
        object.__setattr__(self, "keys", keys)

    def to_json(self) -> bytes:
        """What ``read_ring`` reads."""
        document = {
            "current": self.current,
            "keys": {str(number): material.hex() for number, material in sorted(self.materials.items())},
            "index": self.index.hex(),
        }
        return (json.dumps(document, indent=2) + "\n").encode()

    def rotated(self) -> Ring:
        """The ring with a new current key."""
        number = max(self.materials) + 1
        materials = self.materials | {number: secrets.token_bytes(SECRET_BYTES)}
        return Ring(current=number, materials=materials, index=self.index)


def new_ring() -> Ring:
    """A ring of one key."""
    first, index = secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES)
    return Ring(current=1, materials={1: first}, index=index)


def read_ring(content: str | bytes, *, source: str) -> Ring:
    """Raises InstallationError (Chinese) for anything but a ring; never shows a key."""
    try:
        document = json.loads(content)
        materials = {int(number): bytes.fromhex(text) for number, text in document["keys"].items()}
        ring = Ring(
            current=int(document["current"]), materials=materials, index=bytes.fromhex(document["index"])
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InstallationError(f"{source} 不是有效的密钥环（应含 current、keys、index）。") from None
    if ring.current not in materials or {len(key) for key in (*materials.values(), ring.index)} != {
        SECRET_BYTES
    }:
        raise InstallationError(f"{source} 中的密钥应为 {SECRET_BYTES * 2} 位十六进制数，且包含当前密钥。")
    return ring


def fingerprint(material: bytes) -> str:
    """Enough to tell two keys apart, nothing to guess one from."""
    return hashlib.sha256(b"fingerprint" + material).hexdigest()[:8]


def ring_file() -> Path:
    """Where the ring is kept when the environment does not give it."""
    return home() / RING_FILE


def is_from_environment() -> bool:
    """Whether VOUCH_KEY_RING gives the ring; then only whoever sets it can rotate."""
    return bool(os.environ.get(VARIABLE))


class _Kept:
    """The ring of this process, read again when its file has changed: other processes rotate it too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: object = None
        self._ring: Ring | None = None

    def get(self) -> Ring:
        with self._lock:
            mark = self._marked()
            if self._ring is None or mark is None or mark != self._mark:
                self._ring, self._mark = self._read(), self._marked()
            return self._ring

    def _marked(self) -> object:
        if given := os.environ.get(VARIABLE):
            return given
        try:
            status = ring_file().stat()
        except FileNotFoundError:
            return None
        return str(ring_file()), status.st_ino, status.st_mtime_ns, status.st_size

    def _read(self) -> Ring:
        if given := os.environ.get(VARIABLE):
            return read_ring(given, source=VARIABLE)
        return read_ring(kept_secret(ring_file(), lambda: new_ring().to_json()), source=str(ring_file()))


_kept = _Kept()


def ring() -> Ring:
    """The ring as it is now. Raises InstallationError."""
    return _kept.get()


def rotate_ring() -> Ring:
    """Add a key and make it current. Running processes take it up by themselves, and none waits.

    Raises VaultError where the environment gives the ring.
    """
    if is_from_environment():
        raise VaultError(f"密钥环由环境变量 {VARIABLE} 提供，请在设置它的地方轮换（见 docs/vault.md）。")
    with locked(home() / f".{RING_FILE}.lock"):
        ring()  # made where there is none
        fresh = read_ring(read_secret(ring_file()), source=str(ring_file())).rotated()
        replace_secret(ring_file(), fresh.to_json())
    return fresh
