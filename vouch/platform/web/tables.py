"""Lists: filter in the URL, sort, page, export; the same number of queries for 1 row and for 50.

A room declares a table once and hands it rows:

    CUSTOMERS = Table(
        name="customers", title=_("客户"), default_sort="-score", tie_break="pk",
        columns=(
            Column("name", _("客户名称"), sort="name", link=lambda row: reverse("desk:customer", args=[row.pk])),
            Column("limit", _("建议额度"), Kind.WAN, sort="limit"),
        ),
    )

    def customers(request: StaffRequest) -> HttpResponseBase:
        filters = CustomerFilter(request.GET)
        rows = queries.customers(visible_to=request.actor, wanted=filters.wanted())
        return respond(request, CUSTOMERS.listing(rows, request.GET, filters), "desk/customers.html")

The page's template shows it with ``{% include "web/table.html" %}``. ``?export=xlsx`` or ``csv`` sends the whole
filtered set. ``rows`` is a queryset, or a sequence of anything with attributes or keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise

from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.exports import EXPORTS

PAGE_SIZES = (20, 50, 100)
RESERVED = frozenset({"page", "size", "sort", "export"})
Rows = QuerySet[Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on the page."""

    column: Column
    row: Any
    value: Any

    @property
    def text(self) -> str:
        """What is read."""
        return self.column.shown(self.value)

    @property
    def url(self) -> str:
        """Where a click leads; empty for plain cells."""
        return self.column.link(self.row) if self.column.link else ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: its sort address and the direction now in force ("", "asc", "desc")."""

    column: Column
    url: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a list looks like, apart from its rows.

    ``tie_break`` makes every order total, so pages never overlap. ``is_wide`` finds the page's keys first and
    their rows second: one query more, but a long list with many joins sorts its keys alone. ``part`` draws the
    list where it is no table (a gallery): the page includes it, and HTMX is answered with it. ``picks_for`` is the id
    of a form on the page: each row then has a box whose key the form sends as ``pick``.
    """

    name: str
    title: str | Promise
    columns: tuple[Column, ...]
    default_sort: str
    tie_break: str = "pk"
    empty: str | Promise = "没有符合条件的记录。"
    hint: str | Promise = ""
    exportable: bool = True
    is_wide: bool = False
    complete: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    part: str = "web/table.html"
    picks_for: str = ""

    def listing(
        self, rows: Rows, params: QueryDict, filters: Form | None = None, *, count: int | None = None
    ) -> Listing:
        """The rows under the sort and page that the URL asks for. ``count`` saves counting where it is known."""
        return Listing(table=self, source=rows, params=params, filters=filters, known_count=count)


@dataclass
class Listing:
    """One table with its rows, as one page shows it."""

    table: Table
    source: Rows
    params: QueryDict
    filters: Form | None = None
    known_count: int | None = None
    sort: str = field(init=False)
    size: int = field(init=False)
    count: int = field(init=False)
    page: int = field(init=False)

    def __post_init__(self) -> None:
        sortable = {column.name for column in self.table.columns if column.sort}
        wanted = self.params.get("sort", "")
        self.sort = wanted if wanted.removeprefix("-") in sortable else self.table.default_sort
        self.size = _whole(self.params.get("size"), PAGE_SIZES[0])
        if self.size not in PAGE_SIZES:
            self.size = PAGE_SIZES[0]
        if self.known_count is not None:
            self.count = self.known_count
        else:
            self.count = self.source.count() if isinstance(self.source, QuerySet) else len(self.source)
        self.page = min(max(_whole(self.params.get("page"), 1), 1), self.pages)

    @property
    def id(self) -> str:
        """The element that HTMX replaces."""
        return f"table-{self.table.name}"

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, ceil(self.count / self.size))

    @property
    def _order(self) -> tuple[str, bool]:
        """The path that the list is sorted by, and whether downwards."""
        name = self.sort.removeprefix("-")
        path = next((column.sort for column in self.table.columns if column.name == name), name)
        return path, self.sort.startswith("-")

    @property
    def ordered(self) -> Rows:
        """Every row of the filtered set in the order asked for; missing values come last both ways."""
        path, down = self._order
        if isinstance(self.source, QuerySet):
            order = F(path).desc(nulls_last=True) if down else F(path).asc(nulls_last=True)
            return self._complete(self.source).order_by(order, self.table.tie_break)
        probe = Column(path, "")
        present = [row for row in self.source if probe.of(row) is not None]
        missing = [row for row in self.source if probe.of(row) is None]
        return [*sorted(present, key=probe.of, reverse=down), *missing]

    @cached_property
    def picked(self) -> list[tuple[Any, list[Cell]]]:
        """The cells of the page's rows, each with its key."""
        return [(cells[0].row.pk if self.table.picks_for else "", cells) for cells in self.lines]

    @cached_property
    def lines(self) -> list[list[Cell]]:
        """The cells of the page's rows."""
        return [
            [Cell(column, row, column.of(row)) for column in self.table.columns] for row in self.page_rows
        ]

    @property
    def page_rows(self) -> Rows:
        """The page's rows."""
        start = (self.page - 1) * self.size
        if not (self.table.is_wide and isinstance(self.source, QuerySet)):
            return self.ordered[start : start + self.size]
        keys = self._page_keys(self.source, start)
        found = self._complete(self.source.order_by()).in_bulk(keys)
        return [found[key] for key in keys]

    def _complete(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return self.table.complete(rows) if self.table.complete else rows

    def _page_keys(self, source: QuerySet[Any], start: int) -> list[Any]:
        """The keys of one page: those with a value first, as an index has them, then those without.

        One ORDER BY … NULLS LAST over an outer join would sort the whole list for every page. The page on which
        the two parts meet costs one query more.
        """
        path, is_down = self._order
        bare = source.prefetch_related(None).select_related(None)
        present = bare.filter(**{f"{path}__isnull": False})
        order = F(path).desc() if is_down else F(path).asc()
        known = present.count() if self._may_miss(path) else self.count
        stop = start + self.size
        keys: list[Any] = []
        if start < known:
            keys += present.order_by(order, self.table.tie_break).values_list("pk", flat=True)[start:stop]
        if known < stop and self._may_miss(path):
            missing = bare.filter(**{f"{path}__isnull": True}).order_by(self.table.tie_break)
            keys += missing.values_list("pk", flat=True)[max(0, start - known) : stop - known]
        return keys

    def _may_miss(self, path: str) -> bool:
        assert isinstance(self.source, QuerySet)  # noqa: S101 - only asked of querysets
        return "__" in path or bool(getattr(self.source.model._meta.get_field(path), "null", False))

    @property
    def headings(self) -> list[Heading]:
        """Column heads with their sort addresses."""
        name, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        found = []
        for column in self.table.columns:
            direction = ("desc" if down else "asc") if column.name == name else ""
            # A first click on figures shows the largest, on words the first of the alphabet.
            starts_down = column.is_right or column.kind in {Kind.DATE, Kind.MOMENT}
            flips_to_down = direction == "asc" or (direction == "" and starts_down)
            url = (
                self.url(sort=("-" if flips_to_down else "") + column.name, page=None) if column.sort else ""
            )
            found.append(Heading(column, url, direction))
        return found

    def url(self, **changes: object) -> str:
        """This list's address with some parameters changed; None removes one, and blanks never show."""
        kept = [(key, value) for key, values in self.params.lists() for value in values]
        kept = [(key, value) for key, value in kept if value and key not in changes and key != "export"]
        kept += [(key, str(value)) for key, value in changes.items() if value is not None]
        return f"?{urlencode(kept)}" if kept else "?"

    @property
    def here(self) -> str:
        """This page's own address, without blanks."""
        return self.url()

    @property
    def is_filtered(self) -> bool:
        """Whether anything but paging and order stands in the URL."""
        return any(value for key, value in self.params.items() if key not in RESERVED)

    @property
    def range(self) -> tuple[int, int]:
        """The first and the last row shown, counted from 1; (0, 0) for none."""
        first = (self.page - 1) * self.size + 1
        return (first, min(self.count, first + self.size - 1)) if self.count else (0, 0)

    @property
    def page_links(self) -> list[tuple[int | None, str]]:
        """Page numbers with addresses; (None, "") stands for a gap."""
        near = {1, self.pages, *range(max(1, self.page - 1), min(self.pages, self.page + 1) + 1)}
        links: list[tuple[int | None, str]] = []
        last = 0
        for number in sorted(near):
            if number - last > 1:
                links.append((None, ""))
            links.append((number, self.url(page=number)))
            last = number
        return links

    @property
    def previous_url(self) -> str:
        """Empty on the first page."""
        return self.url(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        """Empty on the last page."""
        return self.url(page=self.page + 1) if self.page < self.pages else ""

    @property
    def sizes(self) -> list[tuple[int, str]]:
        """Page sizes with addresses."""
        return [(size, self.url(size=size, page=None)) for size in PAGE_SIZES]

    @property
    def xlsx_url(self) -> str:
        """Where the Excel file of the whole filtered set is."""
        return self.url(export="xlsx", page=None)

    @property
    def csv_url(self) -> str:
        """Where the CSV file of the whole filtered set is."""
        return self.url(export="csv", page=None)

    def records(self) -> Iterable[list[str | int | float | Decimal | date | datetime | None]]:
        """Bare values of every row of the filtered set, read in chunks."""
        rows = self.ordered
        source = rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows
        for row in source:
            yield [column.of(row) for column in self.table.columns]


def respond(
    request: HttpRequest, listing: Listing, template: str, context: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    """The page, or its table alone where HTMX asks for that, or the export."""
    wanted = request.GET.get("export", "")
    if wanted in EXPORTS and listing.table.exportable:
        return EXPORTS[wanted](
            listing.table.title, listing.table.columns, listing.records(), on=timezone.localdate()
        )
    htmx = getattr(request, "htmx", None)
    if htmx and not htmx.history_restore_request and htmx.target == listing.id:
        response = render(request, listing.table.part, {"listing": listing})
        here = request.path + listing.here
        # A list that refreshes itself stays where it is; pushed each time, the way back would be a long one.
        if htmx.current_url_abs_path != here:
            response["HX-Push-Url"] = here
    else:
        response = render(request, template, {"listing": listing, **(context or {})})
    # Without this the browser may show the fragment for the page's address when one goes back.
    patch_vary_headers(response, ["HX-Request"])
    return response


def _whole(text: str | None, otherwise: int) -> int:
    # int() reads other scripts' digits and any length; a page number has at most nine plain ones.
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
