"""A subject's key in use."""

from __future__ import annotations

from vouch.engine.canonical import canonical_json
from vouch.platform.vault.ciphers import Secret
from vouch.platform.vault.ring import ring
from vouch.platform.vault.terms import Place, Subject, VaultError


def wrap(material: bytes, subject: Subject) -> tuple[int, bytes]:
    """The ring's version and the material as it may be stored."""
    now = ring()
    return now.current, now.keys[now.current].seal(material, bound=_bound_to(subject, now.current))


def unwrap(wrapped: bytes, subject: Subject, *, version: int) -> SubjectKey:
    """The key to use. Raises VaultError where the ring lacks the version, Unreadable where the key is not its own."""
    outer = ring().keys.get(version)
    if outer is None:
        raise VaultError(f"密钥环中没有第 {version} 版密钥，请恢复完整的密钥环。")
    return SubjectKey(
        subject, Secret(outer.open(wrapped, bound=_bound_to(subject, version)), purpose=b"subject")
    )


def _bound_to(subject: Subject, version: int) -> bytes:
    return canonical_json(["vault_datakey", subject.kind, subject.id, version])


class SubjectKey:
    """Seals and opens for one subject. Keep it no longer than a request: a destroyed key must be gone everywhere."""

    def __init__(self, subject: Subject, secret: Secret) -> None:
        self.subject, self._secret = subject, secret

    def seal(self, text: str, *, place: Place) -> bytes:
        """Ciphertext of a text, for this place alone."""
        return self.seal_bytes(text.encode(), place=place)

    def open(self, sealed: bytes, *, place: Place) -> str:
        """The text. Raises Unreadable."""
        return self.open_bytes(sealed, place=place).decode()

    def seal_bytes(self, plain: bytes, *, place: Place) -> bytes:
        """Ciphertext of bytes, for this place alone."""
        return self._secret.seal(plain, bound=_bound(place))

    def open_bytes(self, sealed: bytes, *, place: Place) -> bytes:
        """The bytes. Raises Unreadable."""
        return self._secret.open(bytes(sealed), bound=_bound(place))


def _bound(place: Place) -> bytes:
    return canonical_json([place.table, place.column, place.row])
