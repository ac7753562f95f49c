"""The sections of a customer's file: each source registers one, and tells in a line what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor

PIECES = _("份")
May = Callable[[Actor], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a section holds of one customer: how much, of which day, in a few words, and what is wrong with it."""

    count: int
    as_of: date | None = None
    told: str = ""
    warnings: tuple[str, ...] = ()


Tell = Callable[[Party, Actor, datetime], Holding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One source's part of the file. ``url_name`` takes the customer's pk; ``tell`` asks a constant number of queries."""

    name: str
    title: str | Promise
    icon: str
    url_name: str
    order: int
    may: May
    tell: Tell
    unit: str | Promise = PIECES


_sections: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Make a section known; called from ``apps.py``. Registering again replaces."""
    _sections[section.name] = section


def sections_for(actor: Actor) -> list[Section]:
    """The sections that this actor may open, in their order."""
    found = sorted(_sections.values(), key=lambda one: one.order)
    return [section for section in found if section.may(actor)]
