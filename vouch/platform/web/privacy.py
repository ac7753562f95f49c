"""What every answer of ours has in common: browsers keep no copy, and only the methods that we serve get through."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class PrivateMiddleware:
    """``Cache-Control: no-store`` on whatever does not say otherwise; TRACE and invented methods are refused (405)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, and mark the answer."""
        if request.method not in METHODS:
            return HttpResponse(
                status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(sorted(METHODS))}
            )
        response = self._get_response(request)
        # Static files have had their answer before this; what is left shows customers, or leads to them.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
