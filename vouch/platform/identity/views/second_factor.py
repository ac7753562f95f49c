"""My second factor: authenticator app, keys, recovery codes; and confirming who I am before a sensitive step."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.actions import add_factor, prepare_secrets, remove_factor, renew_codes
from vouch.platform.identity.adapter import digest_of_session
from vouch.platform.identity.second_factor import SealedMFAAdapter, is_required_of
from vouch.platform.identity.sessions import FACTOR_SEEN
from vouch.platform.web.faces import SIGNED_IN, face


class FactorsView(IndexView):  # type: ignore[misc]  # allauth has no types
    """What I have, and what I must have."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Allauth's, and whether my role needs one."""
        found = super().get_context_data(**kwargs)
        authenticators = found["authenticators"]
        return {
            **found,
            "tab": "factors",
            "is_required": is_required_of(self.request.user),
            "is_missing": not ({"totp", "webauthn"} & set(authenticators)),
        }


class ActivateAppView(ActivateTOTPView):  # type: ignore[misc]
    """Scan the picture, type the first code."""

    def get_form(self, form_class: Any = None) -> Any:
        """A fresh secret needs the person's data key."""
        prepare_secrets(actor=self.request.actor, at=timezone.now())
        return super().get_form(form_class)

    def form_valid(self, form: Any) -> HttpResponse:
        """Enrol, with its entry in the same transaction."""
        response: HttpResponse = add_factor(
            actor=self.request.actor,
            at=timezone.now(),
            user=self.request.user,
            kind="totp",
            this=digest_of_session(self.request),
            enrol=lambda: super(ActivateAppView, self).form_valid(form),
        )
        self.request.session[FACTOR_SEEN] = True
        messages.success(self.request, _("已启用验证器应用。请妥善保存恢复码，手机丢失时用它登录。"))
        return response


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]
    """Take the app away."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove, with its entry in the same transaction."""
        response: HttpResponse = remove_factor(
            actor=self.request.actor,
            at=timezone.now(),
            user=self.request.user,
            kind="totp",
            this=digest_of_session(self.request),
            remove=lambda: super(RemoveAppView, self).form_valid(form),
        )
        self.request.session.pop(FACTOR_SEEN, None)
        messages.success(self.request, _("已移除验证器应用。"))
        return response


class AddKeyView(AddWebAuthnView):  # type: ignore[misc]
    """Enrol a security key or a passkey."""

    def get_form(self, form_class: Any = None) -> Any:
        """Our words on the library's fields."""
        form = super().get_form(form_class)
        form.fields["name"].label = _("名称")
        form.fields["name"].max_length = 60
        if "passwordless" in form.fields:
            form.fields["passwordless"].label = _("用作通行密钥（以后可以不输密码登录）")
            form.fields["passwordless"].help_text = _("需要密钥支持指纹、面容或 PIN 码。")
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        """Enrol, with its entry in the same transaction."""
        response: HttpResponse = add_factor(
            actor=self.request.actor,
            at=timezone.now(),
            user=self.request.user,
            kind="webauthn",
            this=digest_of_session(self.request),
            enrol=lambda: super(AddKeyView, self).form_valid(form),
        )
        self.request.session[FACTOR_SEEN] = True
        messages.success(self.request, _("已添加安全密钥。"))
        return response


class RenameKeyView(EditWebAuthnView):  # type: ignore[misc]
    """Give a key another name."""

    success_url = reverse_lazy("mfa_index")


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Take a key away."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove, with its entry in the same transaction; not the last factor of who must have one."""
        adapter = SealedMFAAdapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_index"))
        response: HttpResponse = remove_factor(
            actor=self.request.actor,
            at=timezone.now(),
            user=self.request.user,
            kind="webauthn",
            this=digest_of_session(self.request),
            remove=lambda: super(RemoveKeyView, self).form_valid(form),
        )
        self.request.session.pop(FACTOR_SEEN, None)
        messages.success(self.request, _("已移除安全密钥。"))
        return response


class NewCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes in place of the old."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Renew, with its entry in the same transaction."""
        response: HttpResponse = renew_codes(
            actor=self.request.actor,
            at=timezone.now(),
            user=self.request.user,
            renew=lambda: super(NewCodesView, self).form_valid(form),
        )
        messages.success(self.request, _("已生成新的恢复码，旧的恢复码不再有效。"))
        return response


class CodesFileView(DownloadRecoveryCodesView):  # type: ignore[misc]
    """Recovery codes to print or keep."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        """As a file with a Chinese name."""
        response: HttpResponseBase = super().render_to_response(context, **kwargs)
        response["Content-Disposition"] = (
            "attachment; filename=\"recovery-codes.txt\"; filename*=UTF-8''%E6%81%A2%E5%A4%8D%E7%A0%81.txt"
        )
        return response


factors = face(may=SIGNED_IN)(FactorsView.as_view())
activate_app = face(may=SIGNED_IN)(ActivateAppView.as_view())
remove_app = face(may=SIGNED_IN)(RemoveAppView.as_view())
add_key = face(may=SIGNED_IN)(AddKeyView.as_view())
rename_key = face(may=SIGNED_IN)(RenameKeyView.as_view())
remove_key = face(may=SIGNED_IN)(RemoveKeyView.as_view())
codes = face(may=SIGNED_IN)(ViewRecoveryCodesView.as_view())
new_codes = face(may=SIGNED_IN)(NewCodesView.as_view())
codes_file = face(may=SIGNED_IN)(CodesFileView.as_view())
confirm_password = face(may=SIGNED_IN)(ReauthenticateView.as_view())
confirm_code = face(may=SIGNED_IN)(ReauthenticateByCodeView.as_view())
confirm_key = face(may=SIGNED_IN)(ReauthenticateWebAuthnView.as_view())
