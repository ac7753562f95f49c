"""Inspection mode (检查模式): what an inspector's account may ask for, and the entry that every request leaves.

One place for all of it: the account's actor, refusal of everything that is not reading, the end at the minute, the
mark on pages and files, and the entry with whom the answer was about and the digest of what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.operations.actions.inspections import Viewed, enter_inspection, is_marked, record_view
from vouch.platform.operations.models import Inspection
from vouch.platform.operations.queries import inspection_of, inspector, is_open
from vouch.platform.operations.terms import InspectionState
from vouch.platform.web.subjects import listening
from vouch.platform.web.watermark import marked

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAY_POST = frozenset({"account_logout"})
SESSION_MARK = "inspection_mark"
HARMLESS = frozenset({"page", "size", "sort", "export"})
"""Parameters whose values the entry may hold; those of a search may be somebody's number."""

_BODY = re.compile(rb"<body[^>]*>")


def is_reading(view: Callable[..., Any]) -> bool:
    """Whether a view that is posted to changes nothing, such as showing a value for a stated purpose."""
    return bool(getattr(view, "is_reading", False))


class InspectionMiddleware:
    """Serves an inspector's account within its limits; everybody else passes untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve."""
        user = request.user
        if not (isinstance(user, User) and user.is_read_only):
            return self._get_response(request)
        now = timezone.now()
        inspection = inspection_of(user.pk)
        if inspection is None or not is_open(inspection, at=now):
            return _over(request, _why_not(inspection, now))
        actor = inspector(inspection, user)
        if not self._is_first_session(request, inspection, actor, now):
            return _over(request, _("一次性口令已在另一会话中使用。如需重新登录，请由机构的合规岗重发口令。"))
        request.actor = actor  # type: ignore[attr-defined]
        request.inspection = inspection  # type: ignore[attr-defined]
        with marked(mark_of(inspection, now)), listening() as subjects:
            response = _whole(self._get_response(request))
        response = _allowed(request, response, inspection)
        _put_marks(request, response, inspection, now)
        viewed = Viewed(
            method=request.method or "",
            path=request.path,
            parameters=_parameters(request),
            status=response.status_code,
            subjects=sorted(subjects),
            body=response.content,
            is_export=_is_file(response),
        )
        # Before the answer leaves: what cannot be recorded is not shown.
        record_view(actor=actor, at=now, inspection=inspection, viewed=viewed)
        return response

    @staticmethod
    def _is_first_session(request: HttpRequest, inspection: Inspection, actor: Actor, now: datetime) -> bool:
        if is_marked(inspection, request.session.get(SESSION_MARK, "")):
            return True
        if inspection.session_mark:
            return False
        mark = enter_inspection(actor=actor, at=now, inspection=inspection)
        if mark is None:
            return False
        request.session[SESSION_MARK] = mark
        return True

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse everything that is not reading, before the view runs."""
        if not hasattr(request, "inspection") or request.method in SAFE or is_reading(view):
            return None
        if request.resolver_match and request.resolver_match.view_name in MAY_POST:
            return None
        return _refused(request, _("检查账户只能查看，不能执行任何操作。"))


def mark_of(inspection: Inspection, at: datetime) -> str:
    """What pages and files carry: who, for whom, under which letter, when."""
    moment = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    return f"{inspection.authority} {inspection.inspector} {inspection.letter_number} {moment}"


def _why_not(inspection: Inspection | None, now: datetime) -> str:
    if inspection is None:
        return _("这个检查账户没有对应的检查。")
    if inspection.state == InspectionState.ENDED:
        return _("检查已由机构提前结束。")
    if now < inspection.starts_at:
        start = timezone.localtime(inspection.starts_at).strftime("%Y-%m-%d %H:%M")
        return _("检查尚未开始，开始时间为 %s。") % start
    end = timezone.localtime(inspection.ends_at).strftime("%Y-%m-%d %H:%M")
    return _("检查时间已到（%s），账户已自动停用。") % end


def _over(request: HttpRequest, why: str) -> HttpResponse:
    """Sign the account out and say why; a part of a page is led to a page that says so."""
    logout(request)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("operations:inspection_over")})
    return render(request, "operations/inspection/over.html", {"why": why}, status=403)


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "403.html", {"exception": why}, status=403)


def _whole(response: HttpResponseBase) -> HttpResponse:
    """The answer with its content at hand, so that its digest can be written before it leaves."""
    if isinstance(response, HttpResponse):
        return response
    content = b"".join(response)
    whole = HttpResponse(content, status=response.status_code)
    for name, value in response.items():
        whole[name] = value
    whole.is_marked = getattr(response, "is_marked", False)  # type: ignore[attr-defined]
    whole["Content-Length"] = str(len(content))
    # Not response.close(): that would tell Django that the request is over, and it would drop the connection.
    file = getattr(response, "file_to_stream", None)
    if file is not None:
        file.close()
    return whole


def _is_file(response: HttpResponse) -> bool:
    return response.headers.get("Content-Disposition", "").startswith("attachment")


def _allowed(request: HttpRequest, response: HttpResponse, inspection: Inspection) -> HttpResponse:
    """Files leave only where that was granted, and only those that carry the mark."""
    if not _is_file(response):
        return response
    if not inspection.may_export:
        return _refused(request, _("本次检查未批准导出文件。"))
    if not getattr(response, "is_marked", False):
        return _refused(request, _("这个文件不能加水印，检查账户不能下载。"))
    return response


def _put_marks(request: HttpRequest, response: HttpResponse, inspection: Inspection, now: datetime) -> None:
    """Watermark and banner on every whole page, whatever template it was made of."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    found = _BODY.search(response.content)
    if found is None:
        return
    context = {
        "inspection": inspection,
        "mark": mark_of(inspection, now),
        "tiles": range(80),
        "left": inspection.ends_at - now,
    }
    banner = render_to_string("operations/inspection/banner.html", context, request).encode()
    tiles = render_to_string("operations/inspection/watermark.html", context).encode()
    content = response.content
    end = content.rfind(b"</body>")
    end = len(content) if end < 0 else end
    response.content = content[: found.end()] + banner + content[found.end() : end] + tiles + content[end:]
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))


def _parameters(request: HttpRequest) -> list[str]:
    return sorted(
        f"{name}={value[:20]}" if name in HARMLESS else str(name)
        for name, value in request.GET.items()
        if value
    )
