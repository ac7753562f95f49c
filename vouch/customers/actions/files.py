"""What a file is, told by its content and never by its name."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

PDF, JPEG, PNG, XML = "application/pdf", "image/jpeg", "image/png", "application/xml"
SIGNED_KINDS = (PDF, JPEG, PNG)
REPORT_KINDS = (XML, PDF)
FILE_MAX = 10 * 1024 * 1024
"""Below Django's threshold for temporary files (settings), so that no plain text touches the disk."""

_TITLES = {PDF: "PDF", JPEG: "JPG", PNG: "PNG", XML: "XML"}
SUFFIXES = {PDF: "pdf", JPEG: "jpg", PNG: "png", XML: "xml"}
_XML_START = re.compile(rb"\A(\xef\xbb\xbf)?\s*<(\?xml[\s?]|Document[\s>/])")
_TAIL = 2048


class WrongFile(ValueError):
    """A file that cannot be taken; ``str()`` is the Chinese message."""


def media_type_of(content: bytes, *, allowed: tuple[str, ...]) -> str:
    """The kind that the content shows, whole from first to last mark. Raises WrongFile."""
    if not content:
        raise WrongFile(_("文件是空的。"))
    if len(content) > FILE_MAX:
        raise WrongFile(
            _("文件有 %(size).1f MB，超过 %(limit)d MB。")
            % {"size": len(content) / 1024**2, "limit": FILE_MAX // 1024**2}
        )
    found = _kind_of(content)
    if found not in allowed:
        titles = "、".join(_TITLES[kind] for kind in allowed)
        raise WrongFile(_("文件内容不是完整的 %(kinds)s（按内容判断，与文件名无关）。") % {"kinds": titles})
    return found


def _kind_of(content: bytes) -> str:
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]:
        return PDF
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]:
        return PNG
    if _XML_START.match(content) and content.rstrip().endswith(b">"):
        return XML
    return ""
