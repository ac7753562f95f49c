"""Paper: a typst template and its data made a PDF, of which every sign can be read.

A template is typst source beside a room's pages; it reads ``json(bytes(sys.inputs.data))``. Data are set as text and never
as markup, so nothing that a person wrote can do more than be read. A font that lacks a sign draws an empty box in its
place, or nothing; so each sign is looked up in the fonts first, and one that none of them has is refused by name.

    pdf = render_pdf(TEMPLATE, {"title": "说明函", "lines": ["…"]})
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import category

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

REGULAR, BOLD = 400, 700
"""The faces that templates use."""


class PaperError(ValueError):
    """The paper cannot be made; ``str()`` is the Chinese message."""


class MissingGlyphs(PaperError):
    """Signs that no font of this machine has."""

    def __init__(self, signs: str) -> None:
        listed = "、".join(f"“{sign}”（U+{ord(sign):04X}）" for sign in signs)
        super().__init__(
            _("本机的字体没有这些字：%(signs)s。请安装含有这些字的字体，并写入 VOUCH_PAPER_FONTS。")
            % {"signs": listed}
        )
        self.signs = signs


_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Kinds of signs that leave no ink. What this Python's Unicode does not know yet, and private signs, may be names."""


def render_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF (PDF/A-2b) of a template with its data. Raises PaperError where no font is there, or a sign is in none.

    The template's own words are held against the fonts too. It finds the families as ``data.fonts``, the first that has
    a sign draws it.
    """
    families = _families()
    if not families:
        raise PaperError(
            _("本机没有可用的中文字体（%(fonts)s），不能生成 PDF。")
            % {"fonts": "、".join(settings.PAPER_FONTS)}
        )
    source = template.read_text(encoding="utf-8")
    wanted = {sign for text in (source, *_texts(data)) for sign in text if category(sign) not in _UNSEEN}
    missing = wanted - frozenset().union(*(_signs(family) for family in families))
    if missing:
        raise MissingGlyphs("".join(sorted(missing)))
    found: bytes = typst.compile(
        template.read_bytes(),
        sys_inputs={"data": json.dumps({**data, "fonts": families}, ensure_ascii=False)},
        pdf_standards=["a-2b"],
    )
    return found


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)


@lru_cache(maxsize=1)
def _families() -> list[str]:
    """The families of the settings that this machine has, in their order."""
    known = set(typst.Fonts(include_embedded_fonts=False).families())
    return [family for family in settings.PAPER_FONTS if family in known]


@lru_cache(maxsize=8)
def _signs(family: str) -> frozenset[str]:
    """The signs that both faces of a family have."""
    fonts = typst.Fonts(include_embedded_fonts=False).fonts()
    faces = [one for one in fonts if one.family == family and one.style == "normal"]
    found: frozenset[str] | None = None
    for weight in (REGULAR, BOLD):
        # A family without a bold face is set in its nearest one.
        face = min(faces, key=lambda one: abs(one.weight - weight))
        with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
            signs = frozenset(map(chr, font.getBestCmap()))
        found = signs if found is None else found & signs
    return found or frozenset()
