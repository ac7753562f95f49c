"""The two ciphers, and the one form of a ciphertext.

A ciphertext is: format (1 byte, ``V``), cipher (1 byte), nonce (12 bytes), encrypted text, tag (16 bytes). It names
its cipher, so an installation that changes VOUCH_CIPHER goes on reading what it has.
"""

from __future__ import annotations

import functools
import secrets
from abc import ABC, abstractmethod
from typing import ClassVar

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as Engine
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from vouch.platform.vault.terms import Unreadable

SECRET_BYTES = 32
NONCE_BYTES, TAG_BYTES = 12, 16
FORMAT = b"V"
OVERHEAD = 2 + NONCE_BYTES + TAG_BYTES


class Cipher(ABC):
    """Authenticated encryption with one key; ``mark`` is its byte in a ciphertext."""

    mark: ClassVar[bytes]
    name: ClassVar[str]
    key_bytes: ClassVar[int]
    hash: ClassVar[type[hashes.HashAlgorithm]]

    @abstractmethod
    def __init__(self, key: bytes) -> None: ...

    @abstractmethod
    def encrypt(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Encrypted text and tag."""

    @abstractmethod
    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Raises cryptography's InvalidTag."""


class AES(Cipher):
    """AES-256-GCM (NIST SP 800-38D)."""

    mark, name, key_bytes, hash = b"\x01", "aes-256-gcm", 32, hashes.SHA256

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        return self._aead.encrypt(nonce, plain, bound)

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        return self._aead.decrypt(nonce, sealed, bound)


class SM4(Cipher):
    """SM4-GCM (GB/T 32907-2016, RFC 8998); keys are derived with SM3."""

    mark, name, key_bytes, hash = b"\x02", "sm4-gcm", 16, hashes.SM3

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        engine = Engine(self._algorithm, modes.GCM(nonce)).encryptor()
        engine.authenticate_additional_data(bound)
        return engine.update(plain) + engine.finalize() + engine.tag

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        if len(sealed) < TAG_BYTES:
            raise InvalidTag
        engine = Engine(self._algorithm, modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        engine.authenticate_additional_data(bound)
        return engine.update(sealed[:-TAG_BYTES]) + engine.finalize()


CIPHERS: dict[str, type[Cipher]] = {"aes": AES, AES.name: AES, "sm4": SM4, SM4.name: SM4}
BY_MARK: dict[bytes, type[Cipher]] = {AES.mark: AES, SM4.mark: SM4}


def chosen_cipher() -> type[Cipher]:
    """The cipher that new ciphertexts get (VOUCH_CIPHER). Raises ImproperlyConfigured (Chinese)."""
    kind = CIPHERS.get(settings.VOUCH_CIPHER.lower())
    if kind is None:
        raise ImproperlyConfigured(
            f"VOUCH_CIPHER 应为 aes-256-gcm 或 sm4-gcm，现为“{settings.VOUCH_CIPHER}”。"
        )
    return kind


@functools.lru_cache(maxsize=8)
def _is_offered(kind: type[Cipher]) -> bool:
    try:
        kind(bytes(kind.key_bytes)).encrypt(bytes(NONCE_BYTES), b"", b"")
    except UnsupportedAlgorithm:
        return False
    return True


class Secret:
    """32 secret bytes, from which each cipher's key is derived (HKDF): no key serves two algorithms."""

    def __init__(self, material: bytes, *, purpose: bytes) -> None:
        self._material, self._purpose = material, purpose
        self._ciphers: dict[bytes, Cipher] = {}

    def _cipher(self, kind: type[Cipher]) -> Cipher:
        found = self._ciphers.get(kind.mark)
        if found is None:
            if not _is_offered(kind):
                raise ImproperlyConfigured(f"这台机器的密码库不支持 {kind.name}。")
            derive = HKDF(
                algorithm=kind.hash(),
                length=kind.key_bytes,
                salt=None,
                info=self._purpose + b"|" + kind.name.encode(),
            )
            found = self._ciphers[kind.mark] = kind(derive.derive(self._material))
        return found

    def seal(self, plain: bytes, *, bound: bytes) -> bytes:
        """The ciphertext, bound to the bytes that must be given again to open it."""
        kind = chosen_cipher()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + kind.mark + nonce + self._cipher(kind).encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, *, bound: bytes) -> bytes:
        """The plain bytes. Raises Unreadable (Chinese)."""
        kind = BY_MARK.get(sealed[1:2])
        if sealed[:1] != FORMAT or kind is None or len(sealed) < OVERHEAD:
            raise Unreadable("不是本系统的密文。")
        nonce, rest = sealed[2 : 2 + NONCE_BYTES], sealed[2 + NONCE_BYTES :]
        try:
            return self._cipher(kind).decrypt(nonce, rest, bound)
        except InvalidTag:
            raise Unreadable("密文无法解开：内容已损坏，或被移到别处。") from None


def is_sealed(value: bytes) -> bool:
    """Whether the bytes have the form of a ciphertext."""
    return value[:1] == FORMAT and value[1:2] in BY_MARK and len(value) >= OVERHEAD
