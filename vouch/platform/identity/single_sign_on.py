"""Single sign-on by OpenID Connect: existing staff alone, found by a claim once and by their subject from then on."""

from __future__ import annotations

from typing import Any, NoReturn

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.actions import link_account, record_failure
from vouch.platform.identity.adapter import DOOR, address_of
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import SignInMeans

PROVIDER_ID = "staff"
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures by a key pair; one by the shared secret would let any reader of the settings be anybody."""


class StaffOpenIDAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Checks the identity token's signature even where TLS is said to be enough."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as error:
            raise OAuth2Error("not a token") from error
        if algorithm not in ALGORITHMS:
            raise OAuth2Error(f"tokens signed by {algorithm} are not taken")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=settings.VOUCH_OIDC["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Raises OAuth2Error where there is no identity token: an access token says nothing about who came."""
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no identity token")
        return super().complete_login(request, app, token, **kwargs)


class StaffSocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Nobody is created here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: accounts are opened by an administrator."""
        return False

    def get_requests_session(self) -> requests.Session:
        """Calls to the provider, with a time limit; whoever answers with another address is not followed there."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the member of staff, or say no and leave an entry. Raises ImmediateHttpResponse."""
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                self._refuse(request, sociallogin.user)
            return
        claims = sociallogin.account.extra_data.get("id_token", {})
        claim = claims.get(settings.VOUCH_OIDC["claim"])
        user = _staff_called(str(claim)) if claim else None
        if user is None or not user.is_active or SocialAccount.objects.filter(user=user).exists():
            # Who is linked already came under another subject before: the name has changed hands, or somebody tries.
            self._refuse(request, user)
        link_account(
            actor=actor_of(user),
            at=timezone.now(),
            user=user,
            subject=sociallogin.account.uid,
            link=lambda: sociallogin.connect(request, user),
        )

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """Leave an entry; the page follows."""
        self._note(request, None)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Ours are said by our pages."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail is the courier's."""

    def _refuse(self, request: HttpRequest, user: User | None) -> NoReturn:
        self._note(request, user)
        said = {"message": _("统一身份认证已通过，但本系统没有与之对应的在职员工。请联系系统管理员。")}
        raise ImmediateHttpResponse(
            render(request, "socialaccount/authentication_error.html", said, status=403)
        )

    @staticmethod
    def _note(request: HttpRequest, user: User | None) -> None:
        record_failure(
            actor=DOOR,
            at=timezone.now(),
            user=user,
            address=address_of(request),
            means=SignInMeans.SINGLE_SIGN_ON.value,
        )


def _staff_called(username: str) -> User | None:
    return User.objects.filter(username__iexact=username).select_related("unit").first()
