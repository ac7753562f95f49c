"""A face that is not declared is not served; a declared one opens to whom it says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.views.decorators.http import require_POST

from vouch.platform.web.faces import PUBLIC, SIGNED_IN, FaceMiddleware, declared, face, foreign_faces

SOMEBODY = SimpleNamespace(id="user:1", roles={"cashier"})
NOBODY = SimpleNamespace(id="anonymous", roles=set())


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("shown")


def served(view: Any, *, actor: Any = SOMEBODY, name: str = "", method: str = "GET") -> HttpResponseBase:
    request = RequestFactory().generic(method, "/anything/")
    request.actor = actor  # type: ignore[attr-defined]
    request.resolver_match = SimpleNamespace(view_name=name)  # type: ignore[assignment]

    def answer(request: HttpRequest) -> HttpResponseBase:
        return middleware.process_view(request, view, (), {}) or view(request)

    middleware = FaceMiddleware(answer)
    return middleware(request)


def test_a_view_that_declares_nothing_is_not_served() -> None:
    with pytest.raises(PermissionDenied, match="没有声明"):
        served(undeclared)


def test_the_predicate_is_asked_before_the_view_runs() -> None:
    def untouchable(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    door = face(may=lambda actor: "admin" in actor.roles, refusal="只对管理员开放。")
    with pytest.raises(PermissionDenied, match="只对管理员开放"):
        served(door(untouchable))


def test_signed_in_means_signed_in_and_public_means_anybody() -> None:
    assert served(face(may=SIGNED_IN)(lambda request: HttpResponse("shown"))).status_code == 200
    with pytest.raises(PermissionDenied):
        served(face(may=SIGNED_IN)(lambda request: HttpResponse("shown")), actor=NOBODY)
    public = face(may=PUBLIC)(lambda request: HttpResponse("shown"))
    assert served(public, actor=NOBODY).status_code == 200
    # LoginRequiredMiddleware reads this.
    assert public.login_required is False  # type: ignore[attr-defined]


def test_the_face_shows_through_other_decorators() -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("shown")

    inside = require_POST(face(may=SIGNED_IN, shows=("party",))(page))
    found = declared(inside)
    assert found is not None
    assert found.shows == ("party",)


def test_pages_of_libraries_are_named_one_by_one() -> None:
    foreign_faces({"planted_library_page": SIGNED_IN})
    assert served(undeclared, name="planted_library_page").status_code == 200
    with pytest.raises(PermissionDenied):
        served(undeclared, name="planted_library_page_two")


def test_a_refused_method_gets_a_page_of_ours() -> None:
    refused = served(require_POST(face(may=SIGNED_IN)(lambda request: HttpResponse())))
    assert refused.status_code == 405
    assert refused["Allow"] == "POST"
    assert "这个地址不能直接打开" in refused.content.decode()  # type: ignore[attr-defined]
