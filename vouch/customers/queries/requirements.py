"""What a customer's file needs, by kind of party and product; read from the room's library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from vouch.customers.queries.library import documents_named, keys_of
from vouch.customers.terms import DataClass, DocumentCategory, Evidence, Fetcher, MaterialKind, Round
from vouch.engine.canonical import FileError

FORMAT = "vouch-requirements/1"
NAME = "file-requirements"
DAYS = 7
"""Until when something is to be got, where the file says nothing else."""

_CODES: Mapping[str, frozenset[str]] = {
    Evidence.DOCUMENT: frozenset(DocumentCategory.values),
    Evidence.MATERIAL: frozenset(MaterialKind.values),
    Evidence.REPORT: frozenset({"credit"}),
    Evidence.CONSENT: frozenset(DataClass.values),
    Evidence.ANSWERS: frozenset(Round.values),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a file needs. ``means`` are pairs of how and by which code it is met; any of them does.

    ``kinds`` and ``products`` empty: of every party, for every product. ``year_ends``: years that have a 31 December.
    """

    name: str
    title: str
    means: tuple[tuple[str, str], ...]
    kinds: frozenset[str]
    products: frozenset[str]
    count: int
    max_age_days: int | None
    year_ends: bool
    who: Fetcher
    days: int

    def concerns(self, kind: str, product: str) -> bool:
        """Whether it is asked of such a party for such a product."""
        return (not self.kinds or kind in self.kinds) and (not self.products or product in self.products)

    @property
    def category(self) -> str:
        """The category under which a document would meet it; empty where none would."""
        return next((code for how, code in self.means if how == Evidence.DOCUMENT), "")

    @property
    def is_credit(self) -> bool:
        """Whether its age is credit data, told under an authorisation alone."""
        return any(how == Evidence.REPORT for how, _code in self.means)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """The list in its file's order."""

    version: int
    products: Mapping[str, str]
    default_product: str
    items: tuple[Requirement, ...]

    def of(self, kind: str, product: str) -> tuple[Requirement, ...]:
        """What such a party's file needs for this product."""
        return tuple(item for item in self.items if item.concerns(kind, product))

    def named(self, name: str) -> Requirement | None:
        """The requirement of that name."""
        return next((item for item in self.items if item.name == name), None)


@cache
def requirements() -> Requirements:
    """The latest version. Raises FileError."""
    return read_requirements(documents_named(NAME, form=FORMAT)[-1])


def read_requirements(document: Mapping[str, Any]) -> Requirements:
    """A file as the room uses it. Raises FileError, which names the item."""
    keys_of(
        document,
        needed=("format", "id", "version", "title", "default_product", "products", "items"),
        name=NAME,
    )
    items = tuple(_item(written, frozenset(document["products"])) for written in document["items"])
    names = [item.name for item in items]
    if len(set(names)) != len(names) or document["default_product"] not in document["products"]:
        raise FileError(NAME, [_("项目名称重复，或默认产品不在产品之中")])
    return Requirements(
        version=document["version"],
        products=document["products"],
        default_product=document["default_product"],
        items=items,
    )


def _item(written: Mapping[str, Any], products: frozenset[str]) -> Requirement:
    name = str(written.get("name", "?"))
    optional = ("kinds", "products", "count", "max_age_days", "year_ends", "who", "days")
    keys_of(written, needed=("name", "title", "by"), allowed=optional, name=name)
    means = tuple((how, code) for how, codes in written["by"].items() for code in _listed(how, codes))
    if not means or any(code not in _CODES.get(how, ()) for how, code in means):
        raise FileError(name, [_("满足方式无法识别")])
    wanted = frozenset(written.get("products", ()))
    if wanted - products:
        raise FileError(name, [_("产品不在产品之中")])
    return Requirement(
        name=name,
        title=written["title"],
        means=means,
        kinds=frozenset(written.get("kinds", ())),
        products=wanted,
        count=written.get("count", 1),
        max_age_days=written.get("max_age_days"),
        year_ends=written.get("year_ends", False),
        who=Fetcher(written.get("who", Fetcher.MANAGER)),
        days=written.get("days", DAYS),
    )


def _listed(how: str, codes: Any) -> list[str]:
    if how == Evidence.REPORT:
        return ["credit"]
    return [codes] if isinstance(codes, str) else list(codes)
