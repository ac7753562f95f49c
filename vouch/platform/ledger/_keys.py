"""The ledger's two keys; both live outside the database, which is the point of them.

VOUCH_LEDGER_KEY          64 hex digits; the key of the entries' seals (file ``ledger.key``)
VOUCH_LEDGER_SIGNING_KEY  64 hex digits; the Ed25519 seed that signs heads (file ``ledger-signing.key``)

Without the variables a key is made at first use and kept in VOUCH_HOME.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vouch.platform.database.home import InstallationError, home
from vouch.platform.database.secret_files import kept_secret

KEY_BYTES = 32
ENTRY_KEY, SIGNING_KEY = "ledger.key", "ledger-signing.key"


def _key(variable: str, file: str) -> bytes:
    text = (
        os.environ.get(variable)
        or kept_secret(home() / file, lambda: secrets.token_hex(KEY_BYTES).encode()).decode()
    )
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InstallationError(f"{variable}（或数据目录中的文件 {file}）应为 {KEY_BYTES * 2} 位十六进制数。")
    return key


@functools.cache
def entry_key() -> bytes:
    """The key of the entries' seals. Raises InstallationError."""
    return _key("VOUCH_LEDGER_KEY", ENTRY_KEY)


@functools.cache
def signing_key() -> Ed25519PrivateKey:
    """The key that signs heads. Raises InstallationError."""
    return Ed25519PrivateKey.from_private_bytes(_key("VOUCH_LEDGER_SIGNING_KEY", SIGNING_KEY))


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as it is handed to a partner."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def read_public_pem(content: bytes) -> Ed25519PublicKey:
    """Raises ValueError (Chinese) for anything but an Ed25519 public key in PEM."""
    try:
        key = serialization.load_pem_public_key(content)
    except ValueError as error:
        raise ValueError("不是 PEM 格式的公钥") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("不是 Ed25519 公钥")  # noqa: TRY004 - a fault of the file, not of the code
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """16 hex digits that name a public key."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def is_signed(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether the signature is the key's, over this message."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
