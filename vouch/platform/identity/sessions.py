"""Sessions in the database, stored under a digest of their key: who reads the table cannot take a session over."""

from __future__ import annotations

import hashlib
import time
from typing import Any, cast

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

# What we keep in a session beside what Django and allauth do: moments as seconds since 1970.
STARTED = "vouch.started"
SEEN = "vouch.seen"
SESSION_PK = "vouch.session"
PASSWORD_DUE = "vouch.password_due"  # noqa: S105 - a key
FACTOR_SEEN = "vouch.factor_seen"


def digest_of(key: str) -> str:
    """160 bits of SHA-256 as 40 hex digits, which is what the column holds; keys are random, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's store, but for the name under which a session is kept."""

    def _get_session_from_db(self) -> Session | None:
        kept = db.SessionStore(digest_of(self.session_key)) if self.session_key else None
        found: Session | None = kept._get_session_from_db() if kept else None  # type: ignore[attr-defined]  # noqa: SLF001
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str | None) -> bool:
        """Whether a session with this key is kept."""
        return session_key is not None and super().exists(digest_of(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row, under the digest; its clocks start with it."""
        now = int(time.time())
        data.setdefault(STARTED, now)
        data.setdefault(SEEN, now)
        found = cast("Session", super().create_model_instance(data))
        found.session_key = digest_of(self._get_or_create_session_key())  # type: ignore[attr-defined]
        return found

    def delete(self, session_key: str | None = None) -> None:
        """Take a session away."""
        key = session_key or self.session_key
        if key:
            super().delete(digest_of(key))
