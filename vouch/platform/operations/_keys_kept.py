"""The installation's keys as one file under a passphrase: what must survive beside a backup, never in the clear within it.

A backup without its keys opens nowhere; keys beside it in the clear would make it open everywhere.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vouch.engine.canonical import canonical_json
from vouch.platform.database.home import home
from vouch.platform.database.secret_files import read_secret, replace_secret
from vouch.platform.vault.ciphers import SECRET_BYTES, Secret
from vouch.platform.vault.terms import Unreadable

FORMAT = "vouch-keys/1"
PASSPHRASE = "VOUCH_BACKUP_PASSPHRASE"  # noqa: S105 - the variable's name
SHORTEST_PASSPHRASE = 12
# RFC 7914: 128 MiB and about half a second for each guess.
COST, BLOCK, LANES = 2**17, 8, 1


class KeysUnreadable(RuntimeError):
    """Keys cannot be sealed or opened; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key outside the database: the variable that may give it, else its file in VOUCH_HOME."""

    variable: str
    file: str
    title: str
    is_needed: bool


KEYS = (
    KeptKey("VOUCH_KEY_RING", "key-ring.json", "密钥环", is_needed=True),
    KeptKey("VOUCH_LEDGER_KEY", "ledger.key", "日志密钥", is_needed=True),
    KeptKey("VOUCH_LEDGER_SIGNING_KEY", "ledger-signing.key", "树头签名密钥", is_needed=True),
    # Made by every start of the program; with another one people sign in again, nothing is lost.
    KeptKey("VOUCH_SECRET_KEY", "secret-key", "会话签名密钥", is_needed=False),
)


def missing_keys() -> list[KeptKey]:
    """Keys that an existing installation has and this machine lacks; asking makes none."""
    return [key for key in KEYS if key.is_needed and _value(key) is None]


def _value(key: KeptKey) -> bytes | None:
    if given := os.environ.get(key.variable):
        return given.encode()
    try:
        return read_secret(home() / key.file)
    except FileNotFoundError:
        return None


def all_keys() -> dict[str, str]:
    """Every key of this machine by the variable that would give it."""
    return {key.variable: value.decode().strip() for key in KEYS if (value := _value(key)) is not None}


def _secret(passphrase: str, salt: bytes) -> Secret:
    derive = Scrypt(salt=salt, length=SECRET_BYTES, n=COST, r=BLOCK, p=LANES)
    return Secret(derive.derive(passphrase.encode()), purpose=b"keys")


def sealed_keys(passphrase: str) -> bytes:
    """All keys, to be opened with the passphrase alone. Raises KeysUnreadable where it is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeysUnreadable(f"口令至少 {SHORTEST_PASSPHRASE} 个字符。")
    salt = secrets.token_bytes(16)
    sealed = _secret(passphrase, salt).seal(canonical_json(all_keys()), bound=FORMAT.encode())
    document = {
        "format": FORMAT,
        "kdf": {"name": "scrypt", "n": COST, "r": BLOCK, "p": LANES, "salt": base64.b64encode(salt).decode()},
        "sealed": base64.b64encode(sealed).decode(),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def open_keys(content: bytes, passphrase: str, *, source: Path) -> dict[str, str]:
    """The keys by variable. Raises KeysUnreadable."""
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise KeysUnreadable(f"{source} 不是密钥包。")
        salt = base64.b64decode(document["kdf"]["salt"])
        opened = _secret(passphrase, salt).open(base64.b64decode(document["sealed"]), bound=FORMAT.encode())
        return {str(name): str(value) for name, value in json.loads(opened).items()}
    except Unreadable as error:
        raise KeysUnreadable(f"{source}：口令不对，或密钥包已损坏。") from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeysUnreadable(f"{source} 不是密钥包，或已损坏。") from error


def place_keys(keys: dict[str, str]) -> list[str]:
    """Write those that this machine lacks into VOUCH_HOME, and give their files. Raises KeysUnreadable where it has others.

    The signing key of sessions is replaced: starting this very program has made a new one.
    """
    placed = []
    for key in KEYS:
        wanted, here = keys.get(key.variable), _value(key)
        if wanted is None or (here is not None and here.decode().strip() == wanted):
            continue
        if here is not None and key.is_needed:
            raise KeysUnreadable(
                f"本机已有不同的{key.title}（{home() / key.file}），没有覆盖。请先移走它，再重试。"
            )
        if not os.environ.get(key.variable):
            replace_secret(home() / key.file, wanted.encode())
            placed.append(key.file)
    return placed
