"""What people type to prove who they are."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm
from allauth.core import context, ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import EditWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.platform.identity.actions import record_failure
from vouch.platform.identity.adapter import DOOR, address_of, note_lock
from vouch.platform.identity.second_factor import secrets_of
from vouch.platform.identity.terms import SignInMeans
from vouch.platform.vault.terms import VaultError


class CodeMixin(forms.Form):
    """A six-digit code or a recovery code; ten wrong ones shut the door for a quarter of an hour, from wherever they come."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_locked = False
        code = self.fields["code"]
        code.label = _("验证码")
        code.widget.attrs |= {"placeholder": "", "inputmode": "numeric", "autofocus": True, "maxlength": 20}

    def clean_code(self) -> str:
        """Raises ValidationError, and notes in the ledger what was wrong."""
        key = f"second-factor-{self.user.pk}"
        if not ratelimit.consume(context.request, action="second_factor", key=key):
            self.is_locked = True
            self._note_lock()
            raise ValidationError(_("验证码连续输错 10 次，请 15 分钟后再试。"))
        try:
            with secrets_of(self.user.pk):
                code: str = super().clean_code()  # type: ignore[misc]  # the library's form, beside us
        except VaultError as error:
            raise ValidationError(_("验证器的密钥无法读取，请联系系统管理员。")) from error
        except ValidationError:
            self._note_failure()
            raise
        ratelimit.clear(context.request, action="second_factor", key=key)
        return code

    def _note_failure(self) -> None:
        record_failure(
            actor=DOOR,
            at=timezone.now(),
            user=self.user,
            address=address_of(context.request),
            means=SignInMeans.PASSWORD_CODE.value,
        )

    def _note_lock(self) -> None:
        means = SignInMeans.PASSWORD_CODE.value
        note_lock(context.request, username=self.user.username, user=self.user, means=means)


class SignInCodeForm(CodeMixin, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step of signing in."""


class ConfirmCodeForm(CodeMixin, ReauthenticateByCodeForm):  # type: ignore[misc]
    """A code before a sensitive step."""


class ConfirmPasswordForm(ReauthenticateForm):  # type: ignore[misc]
    """The password before a sensitive step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs |= {"placeholder": "", "autofocus": True}


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """Enrol an authenticator app. Its secret waits in the session as ciphertext, and the first code counts as used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        self.secret = self._waiting() if self.is_bound else self._fresh()
        self.fields["code"].label = _("验证码")
        self.fields["code"].widget.attrs |= {"placeholder": "", "inputmode": "numeric", "maxlength": 6}

    @staticmethod
    def _fresh() -> str:
        secret: str = totp.generate_totp_secret()
        context.request.session[totp.SECRET_SESSION_KEY] = get_adapter().encrypt(secret)
        return secret

    def _waiting(self) -> str:
        kept = context.request.session.get(totp.SECRET_SESSION_KEY)
        return str(get_adapter().decrypt(kept)) if kept else self._fresh()

    def clean_code(self) -> str:
        """Raises ValidationError."""
        code: str = super().clean_code()
        used = totp.TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP))
        if not used._mark_code_used(code):  # noqa: SLF001 - the library marks only codes that sign in
            raise get_adapter().validation_error("incorrect_code")
        return code


class KeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """What its owner calls a key."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class RenewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """One's own new password; the field itself tells the rules."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["placeholder"] = ""
