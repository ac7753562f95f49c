"""The id of the request being served, so that everything it causes can be told together."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

ONCE_FIELD = "once_key"
"""Name of the hidden field by which a form that was sent twice is known (``{% once %}``)."""

request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestIdMiddleware:
    """Give each request an id, in the ledger and in the ``X-Request-ID`` of the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request under a fresh id."""
        token = request_id.set(secrets.token_hex(8))
        try:
            response = self._get_response(request)
            response["X-Request-ID"] = request_id.get()
        finally:
            request_id.reset(token)
        return response
