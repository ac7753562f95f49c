"""The product behind a server that dies on request: kill -9, after the work is committed and before the answer leaves."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from typing import Any

from vouch.config.wsgi import application as product


def _discard(*_args: Any) -> Any:
    return None


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """WSGI: as the product; with ``X-Die: before`` or ``after`` the whole server is gone at that moment."""
    moment = environ.get("HTTP_X_DIE")
    if moment is None:
        return product(environ, start_response)
    if moment == "after":
        # Read to its end, so that everything the request does is done; the answer goes nowhere.
        b"".join(product(environ, _discard))
    os.killpg(os.getpgrp(), signal.SIGKILL)
    return []
