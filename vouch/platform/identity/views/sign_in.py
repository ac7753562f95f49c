"""The door: signing in, the second step, signing out."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.actions import record_failure
from vouch.platform.identity.adapter import DOOR, address_of
from vouch.platform.identity.terms import SignInMeans
from vouch.platform.web.faces import PUBLIC, face

LIMIT = 10


class SignInView(LoginView):  # type: ignore[misc]  # allauth has no types
    """Name and password; or a passkey; or the institution's single sign-on, where there is one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page offers beside the password."""
        return {**super().get_context_data(**kwargs), "single_sign_on": settings.VOUCH_OIDC}


class SecondStepView(AuthenticateView):  # type: ignore[misc]
    """A code or a key, after the password."""

    template_name = "mfa/authenticate.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again with what was wrong, or the page of the locked door."""
        if getattr(form, "is_locked", False):
            context = {"username": form.user.username, "limit": LIMIT, "second_step": True}
            return render(self.request, "identity/locked.html", context, status=429)
        response: HttpResponse = super().form_invalid(form)
        return response


class PasskeyView(LoginWebAuthnView):  # type: ignore[misc]
    """A passkey alone: it asks for a fingerprint or a PIN itself, so it is two factors in one."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Back to the door with a word."""
        record_failure(
            actor=DOOR,
            at=timezone.now(),
            user=None,
            address=address_of(self.request),
            means=SignInMeans.PASSKEY.value,
        )
        messages.error(self.request, _("这个通行密钥无法登录，请改用密码。"))
        return HttpResponseRedirect(reverse("account_login"))


sign_in = face(may=PUBLIC)(SignInView.as_view())
sign_out = face(may=PUBLIC)(LogoutView.as_view())
second_step = face(may=PUBLIC)(SecondStepView.as_view())
passkey = face(may=PUBLIC)(PasskeyView.as_view())
