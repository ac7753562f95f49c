"""What a password must be, beside Django's own rules: not one of the last few, and not longer than we hash."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vouch.platform.identity.models import User
from vouch.platform.identity.queries import used_hashes

ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper or over the phone."""


def one_time_password() -> str:
    """A password for one sign-in: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(ONE_TIME_LETTERS) for _place in range(4)) for _group in range(4))


class Length:
    """Long enough to be hard to guess; long sentences are welcome, hashing a megabyte is not."""

    def __init__(self, shortest: int = 12, longest: int = 128) -> None:
        self.shortest, self.longest = shortest, longest

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError."""
        if len(password) < self.shortest:
            raise ValidationError(_("密码太短，至少 %d 个字符。") % self.shortest, code="password_too_short")
        if len(password) > self.longest:
            raise ValidationError(_("密码太长，最长 %d 个字符。") % self.longest, code="password_too_long")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("密码至少 %(from)d 个字符，可以是一句话，也可以用中文；最长 %(to)d 个字符。") % {
            "from": self.shortest,
            "to": self.longest,
        }


class NotUsedBefore:
    """Not the password in force, nor one of the last few."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError."""
        if user is None or user.pk is None:
            return
        hashes = dict.fromkeys([user.password, *used_hashes(user, self.last)])
        if any(check_password(password, encoded) for encoded in hashes):
            raise ValidationError(_("不能与最近 %d 次用过的密码相同。") % self.last, code="password_used")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("不能与最近 %d 次用过的密码相同。") % self.last
