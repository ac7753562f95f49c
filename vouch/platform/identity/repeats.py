"""Requests that carry a key of their own, so that sending them twice does the work once.

API: the ``Idempotency-Key`` header. Pages: the hidden field of ``{% once %}`` in the form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from vouch.platform.identity.actions.repeats import Answer, KeyedRequest, KeyTaken, answer_once
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.problems import Problem
from vouch.platform.web.request import ONCE_FIELD

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,80}")
_TOKEN = re.compile(r"[0-9a-f]{32}")


def _digest(request: HttpRequest, content: bytes) -> str:
    """Keyed, because what is asked for may hold numbers that a bare hash would let anyone guess."""
    parts = [(request.method or "").encode(), request.get_full_path().encode(), content]
    joined = b"".join(hashlib.sha256(part).digest() for part in parts)
    return salted_hmac("vouch.repeats", joined, algorithm="sha256").hexdigest()


def answer_request(request: HttpRequest, answer: Callable[[], Answer]) -> HttpResponse:
    """A write of the API: its answer, or the one it had before. Raises Problem without a usable key."""
    key = request.headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        raise Problem(
            400,
            "idempotency-key-missing",
            _("写入请求必须带 Idempotency-Key 请求头：1 至 80 个可见 ASCII 字符，每个请求一个新值。"),
        )
    keyed = KeyedRequest(key, _digest(request, request.body))
    try:
        given = answer_once(
            actor=request.actor,  # type: ignore[attr-defined]
            at=timezone.now(),
            request=keyed,
            answer=answer,
        )
    except KeyTaken as error:
        raise Problem(422, "idempotency-key-reused", str(error)) from error
    response = JsonResponse(given.body, status=given.status, json_dumps_params={"ensure_ascii": False})
    if given.is_repeat:
        response["Idempotent-Replayed"] = "true"
    return response


def submit_once(request: StaffRequest, answer: Callable[[], Answer]) -> Answer:
    """A form of a page, sent twice by a double click or a reload: done once. Without the field it is just done.

    Going back, changing the form and sending it again is another request.
    """
    token = request.POST.get(ONCE_FIELD, "")
    if not _TOKEN.fullmatch(token):
        return answer()
    fields = request.POST.copy()
    for name in (ONCE_FIELD, "csrfmiddlewaretoken"):
        fields.pop(name, None)
    digest = _digest(request, fields.urlencode().encode())
    keyed = KeyedRequest(f"form:{token}:{digest[:32]}", digest)
    return answer_once(actor=request.actor, at=timezone.now(), request=keyed, answer=answer)
