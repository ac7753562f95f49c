"""The second factor as allauth keeps it: its secrets sealed in the vault, and for whom it is required."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.identity.models import User
from vouch.platform.identity.queries import has_second_factor
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Place, Subject, Unreadable

VERSION = "vault1:"

_owner: ContextVar[int | None] = ContextVar("vouch_second_factor_owner", default=None)


@contextmanager
def secrets_of(user_id: int) -> Iterator[None]:
    """Whose secrets are read or written inside; while someone signs in, the request does not know yet."""
    token = _owner.set(user_id)
    try:
        yield
    finally:
        _owner.reset(token)


def subject_of(user_id: int) -> Subject:
    """A member of staff as a subject of the vault."""
    return Subject("user", str(user_id))


def _place(user_id: int) -> Place:
    # The library seals before its row has a number. Bound to the person, a secret put into another's row does not open.
    return Place(table="mfa_authenticator", column="data", row=f"user:{user_id}")


def _whose() -> int:
    owner = _owner.get()
    return int(context.request.user.pk) if owner is None else owner


def is_required_of(user: User) -> bool:
    """Whether this person may not work without a second factor (``VOUCH_MFA``)."""
    if user.is_read_only:
        # An inspection's account: a password for one sign-in, to one session, for hours or days; it cannot enrol.
        return False
    needed = settings.VOUCH_MFA
    if needed == "required":
        return True
    return not frozenset(user.roles).isdisjoint(needed) if isinstance(needed, frozenset) else False


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Chinese words, and secrets that leave this process only as ciphertext."""

    error_messages = {
        "add_email_blocked": gettext_lazy("已启用两步验证，不能添加邮箱。"),
        "cannot_delete_authenticator": gettext_lazy("您的岗位必须启用两步验证，不能移除最后一种验证方式。"),
        "cannot_generate_recovery_codes": gettext_lazy("请先启用一种验证方式，再生成恢复码。"),
        "incorrect_code": gettext_lazy("验证码不正确，或已经使用过。"),
        "unverified_email": gettext_lazy("请先验证邮箱。"),
    }

    def get_totp_label(self, user: User) -> str:
        """What the authenticator app shows under the institution's name."""
        return str(user.username)

    def get_totp_issuer(self) -> str:
        """What the authenticator app shows first."""
        return "Vouch"

    def _get_site_name(self) -> str:
        return "Vouch"

    def encrypt(self, text: str) -> str:
        """Ciphertext under the owner's own key. The action around it has made sure that there is one."""
        whose = _whose()
        sealed = key_of(subject_of(whose)).seal(text, place=_place(whose))
        return VERSION + base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises VaultError where it is another's, damaged, or was never sealed."""
        whose = _whose()
        if not encrypted_text.startswith(VERSION):
            raise Unreadable(_("验证器的密钥没有加密保存，不予使用。"))
        try:
            sealed = base64.b64decode(encrypted_text.removeprefix(VERSION), validate=True)
        except binascii.Error as error:
            raise Unreadable(_("验证器的密钥已损坏。")) from error
        return str(key_of(subject_of(whose)).open(sealed, place=_place(whose)))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who must have one."""
        user = authenticator.user
        return not is_required_of(user) or has_second_factor(user.pk, other_than=authenticator.pk)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - the library's name
        """A first name for a new key, which its owner may change."""
        count = int(Authenticator.objects.filter(user_id=user.pk, type=type).count())
        return _("安全密钥 %d") % (count + 1)
