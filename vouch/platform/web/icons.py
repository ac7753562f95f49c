"""Tabler Icons drawn into the page, because a strict CSP allows neither an icon font's styles nor a sprite host."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path("@tabler") / "icons" / "icons"


@lru_cache(maxsize=512)
def icon_svg(name: str, kind: str = "outline") -> SafeString:
    """The icon as ``<svg class="icon">``. Raises FileNotFoundError for a name that Tabler does not have."""
    text = (Path(settings.ASSETS_DIR) / FOLDER / kind / f"{name}.svg").read_text()
    start = text.index("<path")
    inside = " ".join(text[start : text.rindex("</svg>")].split())
    paint = 'fill="none" stroke="currentColor"' if kind == "outline" else 'fill="currentColor"'
    # The file comes from the installed package and `name` from our own templates, never from input.
    return mark_safe(  # noqa: S308
        f'<svg xmlns="http://www.w3.org/2000/svg" class="icon" width="24" height="24" viewBox="0 0 24 24" '
        f'{paint} stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        f"{inside}</svg>"
    )
