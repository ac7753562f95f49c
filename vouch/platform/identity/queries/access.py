"""Questions about passwords, second factors and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session as StoredSession

from vouch.platform.identity.devices import device_in_words
from vouch.platform.identity.models import Session, UsedPassword, User
from vouch.platform.identity.sessions import SEEN


def used_hashes(user: User, last: int) -> list[str]:
    """Hashes of this person's last passwords, the newest first."""
    return list(
        UsedPassword.objects.filter(user=user)
        .order_by("-set_at", "-pk")
        .values_list("hash", flat=True)[:last]
    )


def newest_password(user: User) -> UsedPassword | None:
    """When the password in force was set, and whether it is good for one sign-in alone; None if nobody noted it."""
    return UsedPassword.objects.filter(user=user).order_by("-set_at", "-pk").first()


def has_second_factor(user_id: int, *, other_than: int | None = None) -> bool:
    """Whether the person has a code generator or a key; recovery codes alone are none."""
    found = Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool((found if other_than is None else found.exclude(pk=other_than)).exists())


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Where somebody is signed in: since when, last seen, from which address, on what, how; ``is_this`` marks the asker's."""

    pk: int
    started_at: datetime
    seen_at: datetime
    address: str
    device: str
    means: str
    is_this: bool


def open_sessions(user_id: int, *, at: datetime, this: str = "") -> list[OpenSession]:
    """Where the person is signed in at this moment, the latest first; ``this`` is the digest of the asker's session."""
    rows = list(Session.objects.filter(user_id=user_id, ended_at=None).order_by("-started_at"))
    kept = {
        row.session_key: row.get_decoded()
        for row in StoredSession.objects.filter(
            session_key__in=[row.digest for row in rows], expire_date__gt=at
        )
    }
    found = []
    for row in rows:
        data = kept.get(row.digest)
        if data is None:
            continue
        seen_at = datetime.fromtimestamp(data.get(SEEN, row.started_at.timestamp()), UTC)
        if (at - seen_at).total_seconds() > settings.VOUCH_IDLE_SECONDS:
            continue
        found.append(
            OpenSession(
                pk=row.pk,
                started_at=row.started_at,
                seen_at=seen_at,
                address=row.address,
                device=device_in_words(row.agent),
                means=row.get_means_display(),
                is_this=row.digest == this,
            )
        )
    return found
