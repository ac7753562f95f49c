"""The sidebar: rooms register their entries from ``apps.py``, pages show those that the actor may open.

    register(NavItem(title=_("客户"), url_name="desk:customers", icon="users", order=20))

Order in steps of ten: 10 工作台, 20 客户, 30 导入, 40 评估政策, 50 操作日志, 60 运行状态.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """``icon`` is a name of Tabler Icons; ``badge`` counts work waiting; ``may`` gets the actor."""

    title: str | Promise
    url_name: str
    icon: str
    order: int
    badge: Callable[[HttpRequest], int] | None = None
    may: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A sign in the top bar, beside the person's name; ``count`` says how much waits there."""

    title: str | Promise
    url_name: str
    icon: str
    order: int
    count: Callable[[HttpRequest], int] | None = None
    may: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBox:
    """The field in the top bar: where its text goes, and what suggests while somebody types."""

    url_name: str
    suggestions_url_name: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One line of the sidebar on the page being rendered."""

    title: str
    url: str
    icon: str
    badge: int
    is_active: bool


_items: dict[str, NavItem] = {}
_tools: dict[str, Tool] = {}
_search_boxes: list[SearchBox] = []


def register(item: NavItem) -> None:
    """Add an entry; registering the same ``url_name`` again replaces it."""
    _items[item.url_name] = item


def register_tool(tool: Tool) -> None:
    """Add a sign to the top bar; registering the same ``url_name`` again replaces it."""
    _tools[tool.url_name] = tool


def register_search_box(box: SearchBox) -> None:
    """Put the field into the top bar; there is one."""
    _search_boxes[:] = [box]


def shown_search_box(_request: HttpRequest) -> dict[str, str] | None:
    """The addresses of the field, None where this installation does not mount them."""
    for box in _search_boxes:
        try:
            return {"url": reverse(box.url_name), "suggestions_url": reverse(box.suggestions_url_name)}
        except NoReverseMatch:
            return None
    return None


def shown_tools(request: HttpRequest) -> list[ShownItem]:
    """The signs of the top bar; it is drawn twice (for wide screens and for phones), and counted once."""
    kept: list[ShownItem] | None = getattr(request, "shown_tools", None)
    if kept is not None:
        return kept
    actor = getattr(request, "actor", None)
    found = []
    for tool in sorted(_tools.values(), key=lambda tool: tool.order):
        if tool.may is not None and not tool.may(actor):
            continue
        try:
            url = reverse(tool.url_name)
        except NoReverseMatch:
            continue
        count = tool.count(request) if tool.count else 0
        found.append(ShownItem(str(tool.title), url, tool.icon, count, is_active=_covers(url, request.path)))
    request.shown_tools = found  # type: ignore[attr-defined]
    return found


def places() -> list[NavItem]:
    """Every entry there is, in order."""
    return sorted(_items.values(), key=lambda item: item.order)


def shown_items(request: HttpRequest) -> list[ShownItem]:
    """What the actor of this request sees, in order; the entry with the longest matching address is active."""
    actor = getattr(request, "actor", None)
    placed: list[tuple[NavItem, str]] = []
    for item in sorted(_items.values(), key=lambda item: item.order):
        if item.may is not None and not item.may(actor):
            continue
        try:
            placed.append((item, reverse(item.url_name)))
        except NoReverseMatch:
            # A room whose pages this installation does not mount has no entry.
            continue
    active = max((url for _, url in placed if _covers(url, request.path)), key=len, default="")
    return [
        ShownItem(
            title=str(item.title),
            url=url,
            icon=item.icon,
            badge=item.badge(request) if item.badge else 0,
            is_active=url == active,
        )
        for item, url in placed
    ]


def _covers(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor; worked out only where a template draws the sidebar, so fragments cost nothing."""
    return {
        "navigation": lambda: shown_items(request),
        "tools": lambda: shown_tools(request),
        "search_box": lambda: shown_search_box(request),
    }
