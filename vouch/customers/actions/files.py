"""What a file is, told by its content and never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from vouch.platform.exchange.sheets import is_workbook

PDF, JPEG, PNG, XML = "application/pdf", "image/jpeg", "image/png", "application/xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS, CSV = "application/vnd.ms-excel", "text/csv"
SIGNED_KINDS = (PDF, JPEG, PNG)
REPORT_KINDS = (XML, PDF)
SHEET_KINDS = (XLSX, XLS, CSV)
IMAGE_KINDS = (PDF, JPEG, PNG)
FILE_MAX = 10 * 1024 * 1024
"""Below Django's threshold for temporary files (settings), so that no plain text touches the disk."""

_TITLES = {PDF: "PDF", JPEG: "JPG", PNG: "PNG", XML: "XML", XLSX: "XLSX", XLS: "XLS", CSV: "CSV"}
SUFFIXES = {kind: title.lower() for kind, title in _TITLES.items()}
_XML_START = re.compile(rb"\A(\xef\xbb\xbf)?\s*<(\?xml[\s?]|Document[\s>/])")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAIL = 2048
_HEIC = re.compile(rb"\A.{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)


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
        if _HEIC.match(content):
            raise WrongFile(
                _(
                    "这是 HEIC 照片，不能登记。请在手机相机设置中改为“兼容性最佳”（JPG），或另存为 JPG 后再传。"
                )
            )
        titles = "、".join(_TITLES[kind] for kind in allowed)
        raise WrongFile(_("文件内容不是完整的 %(kinds)s（按内容判断，与文件名无关）。") % {"kinds": titles})
    return found


def _kind_of(content: bytes) -> str:
    return next((kind for kind, shows in _MARKS.items() if shows(content)), "")


def _is_text(content: bytes) -> bool:
    """Text of several lines with something that divides columns, in an encoding that Chinese tables come in."""
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return "\n" in text.strip() and any(mark in text for mark in ",\t;")
    return False


_MARKS: dict[str, Callable[[bytes], bool]] = {
    PDF: lambda content: content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:],
    JPEG: lambda content: (
        content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00").endswith(b"\xff\xd9")
    ),
    PNG: lambda content: content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:],
    XML: lambda content: _XML_START.match(content) is not None and content.rstrip().endswith(b">"),
    XLSX: lambda content: content.startswith(b"PK\x03\x04") and is_workbook(content),
    XLS: lambda content: content.startswith(_OLD_WORKBOOK),
    CSV: _is_text,
}
"""Kind → whether the content is whole and of it; the first that fits names the file."""
