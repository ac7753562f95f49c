"""To the institution's single sign-on and back."""

from __future__ import annotations

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from requests import RequestException

from vouch.platform.identity.single_sign_on import PROVIDER_ID, StaffOpenIDAdapter
from vouch.platform.web.faces import PUBLIC, face


@face(may=PUBLIC)
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider; by the button alone, so that no link sends anybody there."""
    if request.method != "POST":
        return redirect("account_login")
    return _through(OAuth2LoginView, request, provider_id)


@face(may=PUBLIC)
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back with a code."""
    return _through(OAuth2CallbackView, request, provider_id)


def _through(view: type, request: HttpRequest, provider_id: str) -> HttpResponse:
    if provider_id != PROVIDER_ID or not settings.VOUCH_OIDC:
        raise Http404
    adapter = StaffOpenIDAdapter(request, provider_id)
    try:
        response: HttpResponse = view.adapter_view(adapter)(request)  # type: ignore[attr-defined]
    except RequestException as error:
        # The provider does not answer, or not as it should.
        response = render_authentication_error(request, adapter.get_provider(), exception=error)
    return response
