"""The programming interface, put together: every room's operations, who is let in, how errors read, and its page.

Only keys are accepted, never a browser's session, so that no page of another site can call it in somebody's name.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from vouch.grading.api import router as grading
from vouch.parties.api import router as parties
from vouch.platform.identity.actions.api_keys import count_call
from vouch.platform.identity.queries import actor_of_key, key_in_force
from vouch.platform.identity.request import StaffRequest
from vouch.platform.ledger.api import router as ledger
from vouch.platform.web.faces import PUBLIC, SIGNED_IN, admit, face
from vouch.platform.web.problems import Problem, faults_of_schema, problem_response

logger = logging.getLogger(__name__)

View = Callable[..., Any]


class KeyHolder(HttpBearer):
    """``Authorization: Bearer vouch_…``: the call acts as the key, within its limit a minute."""

    openapi_description = "接口密钥"

    def __call__(self, request: HttpRequest) -> Any:
        """Without the header too, say what is wanted."""
        if not request.headers.get("Authorization"):
            raise Problem(401, "key-missing", _("请在 Authorization 请求头中提供接口密钥。"), headers=_ASK)
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Let the key in, count the call, and ask at the operation's own door. Raises Problem, PermissionDenied."""
        now = timezone.now()
        key = key_in_force(token, at=now)
        if key is None:
            raise Problem(401, "key-invalid", _("接口密钥不正确、已到期或已吊销。"), headers=_ASK)
        request.actor = actor_of_key(key)  # type: ignore[attr-defined]
        calls = count_call(actor=request.actor, at=now, key=key)  # type: ignore[attr-defined]
        if calls > key.per_minute:
            raise Problem(
                429,
                "too-many-requests",
                _("每分钟最多调用 %d 次，请稍后再试。") % key.per_minute,
                headers={"Retry-After": str(60 - now.second)},
            )
        admit(request)
        return key


_ASK = {"WWW-Authenticate": "Bearer"}


api = NinjaAPI(
    title="Vouch 接口",
    version="1",
    description="融资担保机构客户与风险系统的编程接口。密钥由系统管理员在“运行 › 接口密钥”发放。",
    auth=KeyHolder(),
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", parties)
api.add_router("", grading)
api.add_router("", ledger)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    faults = faults_of_schema(error.errors)
    return problem_response(Problem(422, "invalid-request", _("请求的内容有误。"), faults))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 401:
        return problem_response(
            Problem(401, "key-missing", _("请以 Bearer 方式提供接口密钥。"), headers=_ASK)
        )
    return problem_response(Problem(error.status_code, "bad-request", _("请求正文不是有效的 JSON。")))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    if settings.DEBUG:
        raise error
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem_response(
        Problem(500, "internal-error", _("服务器内部错误，请把 instance 告诉系统管理员。"))
    )


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(Problem(403, "forbidden", str(error) or _("密钥没有此项权限。")))


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(Problem(404, "not-found", _("没有找到，或不在密钥的数据范围内。")))


def _door(view: View | None) -> View:
    """No sign-in page for programs, and a refused method reads like every other error."""
    if view is None:
        message = "an address of the interface without an operation"
        raise TypeError(message)

    @functools.wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        problem = Problem(405, "method-not-allowed", _("这个地址不支持此方法。"))
        refused = problem_response(problem)
        refused["Allow"] = response["Allow"]
        return refused

    serve.login_required = False  # type: ignore[attr-defined]
    return serve


@face(may=PUBLIC)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; it tells of shapes, not of data."""
    response = HttpResponse(content_type="application/json; charset=utf-8")
    response.write(
        api.renderer.render(request, api.get_openapi_schema(path_prefix="/api/v1/"), response_status=200)
    )
    return response


@face(may=SIGNED_IN)
def reference(request: StaffRequest) -> HttpResponse:
    """The same document as a page (接口说明)."""
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        {"address": address, "method": method.upper(), **operation}
        for address, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    # Lists, because a template would take a field named "items" for the method.
    schemas = [
        (name, list(shape["properties"].items()))
        for name, shape in document["components"]["schemas"].items()
        if "properties" in shape
    ]
    return render(request, "config/reference.html", {"operations": operations, "schemas": schemas})


@face(may=PUBLIC)
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that the interface does not have."""
    return problem_response(Problem(404, "no-such-address", _("接口没有这个地址：%s") % request.path))


nowhere.csrf_exempt = True  # type: ignore[attr-defined]


def _patterns() -> list[URLPattern]:
    operations, _app, _space = api.urls
    return [
        path("openapi.json", openapi, name="openapi"),
        path("reference/", reference, name="reference"),
        *(
            path(str(entry.pattern), _door(entry.callback), name=entry.name)
            for entry in operations
            if isinstance(entry, URLPattern) and entry.name not in {"openapi-json", "api-root"}
        ),
        path("<path:rest>", nowhere, name="nowhere"),
    ]


urls = (_patterns(), "api")
