"""Protected files on their way to one browser, and uploads on their way in."""

from __future__ import annotations

import re

from csp.constants import SELF
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from vouch.customers.actions import OpenedFile
from vouch.customers.actions.files import FILE_MAX, SUFFIXES, XML

_ENCODING = re.compile(rb'\A[^>]{0,80}encoding=["\']([A-Za-z0-9_-]{2,20})["\']')
INLINE = "inline"


def content_of(file: UploadedFile[bytes] | None) -> bytes | None:
    """What was uploaded, and one byte more than may be where it is too long: the action then says so."""
    return None if file is None else file.read(FILE_MAX + 1)


def framed(response: HttpResponse) -> HttpResponse:
    """The same answer, which a page of ours may show in a frame (and nobody else's)."""
    response["X-Frame-Options"] = "SAMEORIGIN"
    # As csp.decorators.csp_replace has it, for one answer of a view.
    response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def sent(opened: OpenedFile, *, how: str = INLINE) -> HttpResponse:
    """The plain file, kept by no cache and free to do nothing in the browser."""
    media_type = opened.media_type
    if media_type == XML:
        # As text: a document of ours must not bring style sheets or scripts along.
        found = _ENCODING.match(opened.content)
        charset = found.group(1).decode().lower() if found else "utf-8"
        media_type = f"text/plain; charset={'gb18030' if charset in {'gb2312', 'gbk'} else charset}"
    response = HttpResponse(opened.content, content_type=media_type)
    suffix = SUFFIXES.get(opened.media_type, "zip")
    name = re.sub(r"[^A-Za-z0-9-]", "_", opened.name)
    response["Content-Disposition"] = f'{how}; filename="{name}.{suffix}"'
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response
