"""The columns of a list: what they hold, how it reads on the page and in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from vouch.platform.web import figures


class Kind(StrEnum):
    """How a column's values read, on the page and in the export."""

    TEXT = "text"
    CODE = "code"  # identifiers: figures of equal width
    NUMBER = "number"
    YUAN = "yuan"
    WAN = "wan"  # value in yuan, shown in 万元
    RATE = "rate"  # value a fraction, shown in %
    DATE = "date"
    MOMENT = "moment"
    CLASS = "class"  # 优质 / 一般 / 高风险 / 资料不足 as a badge
    GRADE = "grade"


RIGHT = frozenset({Kind.NUMBER, Kind.YUAN, Kind.WAN, Kind.RATE})


@dataclass(frozen=True, slots=True)
class Column:
    """``sort`` is a field path (or the key of a sequence's rows); ``template`` draws the cell from ``row``.

    ``value`` computes what is shown where ``name`` is no attribute or key. ``on_phone=False`` hides the column on
    narrow screens; it stays in the export.
    """

    name: str
    title: str | Promise
    kind: Kind = Kind.TEXT
    sort: str = ""
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str] | None = None
    template: str = ""
    on_phone: bool = True
    unit: str = ""

    def of(self, row: Any) -> Any:
        """The bare value, as the export writes it."""
        if self.value is not None:
            return self.value(row)
        found = row
        for part in self.name.split("__"):
            found = found.get(part) if isinstance(found, Mapping) else getattr(found, part, None)
            if found is None:
                return None
        return found() if callable(found) else found

    @property
    def is_right(self) -> bool:
        """Figures align at their last digit."""
        return self.kind in RIGHT

    @property
    def heading(self) -> str:
        """The title with its unit in brackets."""
        unit = self.unit or {Kind.YUAN: "元", Kind.WAN: "万元"}.get(self.kind, "")
        return f"{self.title}（{unit}）" if unit else str(self.title)

    def shown(self, value: Any) -> str:
        """The value as text."""
        if value is None or value == "":
            return figures.MISSING
        return SHOW.get(self.kind, str)(value)


SHOW: dict[Kind, Callable[[Any], str]] = {
    Kind.NUMBER: lambda value: figures.grouped(value) if isinstance(value, int) else f"{value:,}",
    Kind.YUAN: figures.yuan,
    Kind.WAN: figures.wan,
    Kind.RATE: figures.percent,
    Kind.DATE: figures.day,
    Kind.MOMENT: figures.moment,
}
