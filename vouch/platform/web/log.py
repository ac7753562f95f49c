"""What the program logs: one JSON object a line, so that a collector can read it and nobody can forge a line.

Refusals (403), broken requests, errors and lock-outs are written by Django and its libraries as log records; here they
get the request's id, its actor and its address. Paths are written without their query, and no body ever is.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from vouch.platform.web.request import request_id

SHOWN_PATH = 300


class JsonLines(logging.Formatter):
    """A record as a line: moment (UTC), level, logger, message, and of a request its id, actor, address, path and status."""

    def format(self, record: logging.LogRecord) -> str:
        """Never fails: what is no JSON is written as text."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= _of_request(getattr(record, "request", None))
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _of_request(request: Any) -> dict[str, Any]:
    """Who asked for what, as far as the request got before it failed; server sockets come here too, and say nothing."""
    meta = getattr(request, "META", None)
    if meta is None:
        return {}
    found = {
        "method": request.method,
        "path": request.path[:SHOWN_PATH],
        "address": meta.get("REMOTE_ADDR", ""),
    }
    # Only who is known already: asking the session now would be a query, perhaps to the database that just failed.
    if (pk := getattr(getattr(request, "_cached_user", None), "pk", None)) is not None:
        found["actor"] = f"user:{pk}"
    return found
