"""Faces: every address says who may open it and what it shows; one that says nothing is not served.

    @face(may=permissions.may_assign_anybody, shows=("party",))
    @require_GET
    def assign(request: StaffRequest, pk: int) -> HttpResponse: ...

``may`` is the door: it is asked with the actor alone, before the view runs and before any row is read. Which rows
are then shown is for ``queries.visible_to(actor)``; what may be done to one of them for the action. The tests take
every face from the URL conf and open it as every role in every scope, so a declaration here is all they need.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

ANONYMOUS: Final = "anonymous"
"""The id of an actor who has not signed in."""

May = Callable[[Any], bool]
"""Asked with the actor; identity stands above this room, so its type is not known here."""

Visible = Mapping[type[Model], Callable[[Any], QuerySet[Any]] | str]
"""A room's ``queries.VISIBLE``: model → the rows that an actor sees, or why its rows tell of no customer."""

View = TypeVar("View", bound=Callable[..., Any])


def _anybody(_actor: Any) -> bool:
    return True


def _signed_in(actor: Any) -> bool:
    return bool(actor.id != ANONYMOUS)


PUBLIC: May = _anybody
SIGNED_IN: May = _signed_in


@dataclass(frozen=True, slots=True)
class Face:
    """Who may open an address, and what it shows.

    ``shows`` are kinds of subject as the ledger names them; the first one is what ``pk`` in the address counts.
    ``classes`` are the field classes whose protected values it can show in plain, by an action that asks for the
    purpose; a face without them shows such values masked, to whomever.
    """

    may: May
    shows: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    refusal: str | Promise = ""


_foreign: dict[str, Face] = {}


def face(
    *,
    may: May,
    shows: tuple[str, ...] = (),
    classes: tuple[str, ...] = (),
    refusal: str | Promise = "",
) -> Callable[[View], View]:
    """Declare a view, a part of a page, a file or an operation of the API; the function itself stays as it is."""

    def declare(view: View) -> View:
        view.face = Face(may, shows, classes, refusal)  # type: ignore[attr-defined]
        if may is PUBLIC:
            view.login_required = False  # type: ignore[attr-defined]  # as LoginRequiredMiddleware asks
        return view

    return declare


def foreign_faces(doors: Mapping[str, May]) -> None:
    """Say who may open the pages of libraries, by name of the address, e.g. ``{"account_login": PUBLIC}``."""
    _foreign.update({name: Face(may) for name, may in doors.items()})


def operations_of(view: Callable[..., Any]) -> list[Any]:
    """What stands behind an address of the API, one for each set of methods; empty for a page.

    Django Ninja makes one function of them all, which knows them by its closure alone.
    """
    inner = inspect.unwrap(view)
    if not inspect.isfunction(inner) or not inner.__module__.startswith("ninja."):
        return []
    path_view = inspect.getclosurevars(inner).nonlocals.get("self")
    return list(getattr(path_view, "operations", ()))


def declared(view: Callable[..., Any], *, name: str = "", method: str = "GET") -> Face | None:
    """The face of a view, or of the operation behind it that answers the method; None where there is none."""
    for operation in operations_of(view):
        if method in operation.methods:
            return getattr(operation.view_func, "face", None)
    return getattr(view, "face", None) or _foreign.get(name)


def admit(request: HttpRequest) -> None:
    """Ask at the door of the face being served. Raises PermissionDenied.

    The middleware does so for pages. An API's authentication does once it knows who asks.
    """
    found: Face = request.face  # type: ignore[attr-defined]
    request.is_admitted = True  # type: ignore[attr-defined]
    if not found.may(request.actor):  # type: ignore[attr-defined]
        raise PermissionDenied(str(found.refusal) or _("您的岗位没有执行此操作的权限。"))


class FaceMiddleware:
    """Serve declared faces only, and only to whom they open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Withhold what no door was asked about; a refused method gets a page of ours."""
        response = self._get_response(request)
        if not getattr(request, "is_admitted", True) and response.status_code < 400:
            logger.error("%s answered without asking at its door", request.path)
            return HttpResponse(status=500)
        if response.status_code == 405 and not getattr(response, "content", b""):
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Ask at the door; the operations of an API are asked later, when it knows who calls."""
        match = request.resolver_match
        operations = operations_of(view)
        method = request.method or "GET"
        if operations and not any(method in operation.methods for operation in operations):
            return None  # the API itself says that it has no such method
        found = declared(view, name=match.view_name if match else "", method=method)
        if found is None:
            logger.error("%s has no face: nobody may open it", request.path)
            raise PermissionDenied(_("这个地址没有声明谁可以打开，因此不开放。"))
        request.face = found  # type: ignore[attr-defined]
        if operations and found.may is not PUBLIC:
            request.is_admitted = False  # type: ignore[attr-defined]
        else:
            admit(request)
        return None
