"""Pages of a list for programs: each page names where the next one begins, so that rows that come or go between two
calls are neither skipped nor repeated.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from vouch.platform.web.problems import FieldFault, Problem

M = TypeVar("M", bound=Model)

MOST = 100


def page_of(rows: QuerySet[M, Any], *, cursor: str, limit: int) -> tuple[list[M], str | None]:
    """The rows after the cursor in the order of their keys, and the next cursor; None at the end. Raises Problem."""
    rows = rows.order_by("pk")
    if cursor:
        rows = rows.filter(pk__gt=_read(cursor))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], _write(found[limit - 1].pk)


def _write(pk: int) -> str:
    return base64.urlsafe_b64encode(f"after:{pk}".encode()).decode().rstrip("=")


def _read(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = text.removeprefix("after:")
    if text == number or not number.isdigit() or len(number) > 18:
        fault = FieldFault("query", "/cursor", _("不是本接口给出的游标。"))
        raise Problem(422, "invalid-request", _("查询参数有误。"), [fault])
    return int(number)
