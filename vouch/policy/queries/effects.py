"""What another reading of the rules would change: liability, base and leverage before and after."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.ratios import Exposure, Quotient
from vouch.engine.ratios.quotient import half_up
from vouch.policy.models import MonthFigures, Setting
from vouch.policy.queries.exposures import exposures
from vouch.policy.queries.figures import months_known, standing_among
from vouch.policy.queries.setting import reading_of, setting_in_force
from vouch.policy.queries.signed import title_of
from vouch.policy.queries.tally import summed, weigh
from vouch.policy.terms import NetAssetsReading, OverlapReading, ScopeReading, ThresholdReading

ALTERNATIVES: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("X1", "includes_boundary", (True, False)),
    ("X2", "scope", tuple(ScopeReading.values)),
    ("X3", "amount", tuple(ThresholdReading.values)),
    ("X4", "deducts_equity", (True, False)),
    ("X5", "deducts_ceded", (True, False)),
    ("X6", "counts_non_financing", (True, False)),
    ("X7", "net_assets", tuple(NetAssetsReading.values)),
    ("X8", "eases_rated_bonds", (True, False)),
    ("X9", "excludes_protected_funds", (True, False)),
    ("X10", "overlap", tuple(OverlapReading.values)),
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Yuan, and the multiple as shown; ``largest`` is the largest customer's part of the base."""

    liability: Decimal
    base: Decimal
    leverage: str
    largest: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One switch the other way: its number, title, the other setting in words, the numbers before and after."""

    number: str
    title: str
    other: str
    before: Numbers
    after: Numbers


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """A field of the setting as it is read: title, setting in words, the law's question beside it."""

    title: str
    value: str
    question: str


def switch_lines(setting: Setting, form: Any) -> list[SwitchLine]:
    """Every switch, in the order and the words of the form that enters them."""
    return [
        SwitchLine(str(field.label), shown(setting, name) or _("（未登记）"), str(field.help_text))
        for name, field in form.fields.items()
        if name not in {"starts_on", "reason"}
    ]


def shown(setting: Setting, name: str) -> str:
    """A field in words."""
    value = getattr(setting, name)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    display = getattr(setting, f"get_{name}_display", None)
    return str(display()) if display else str(value)


def effects(*, at: datetime) -> list[Effect]:
    """Each switch by itself, the other way."""
    present = setting_in_force(at=at)
    day = timezone.localdate(at)
    found, known = exposures(None, as_of=day), months_known(at=at)
    before = _numbers(present, found, known, at)
    told = []
    for number, name, values in ALTERNATIVES:
        for value in values:
            if value == getattr(present, name):
                continue
            other = copy(present)
            setattr(other, name, value)
            title = title_of(Setting, name)
            told.append(Effect(number, title, shown(other, name), before, _numbers(other, found, known, at)))
    return told


def effects_of(row: Setting, *, at: datetime) -> Effect:
    """A whole version beside the setting in force."""
    day = timezone.localdate(at)
    found, known = exposures(None, as_of=day), months_known(at=at)
    present = setting_in_force(at=at)
    return Effect("", "", "", _numbers(present, found, known, at), _numbers(row, found, known, at))


def _numbers(setting: Setting, found: list[Exposure], known: list[MonthFigures], at: datetime) -> Numbers:
    reading = reading_of(setting)
    parts, _lines = weigh(found, reading)
    total = summed(parts.values())
    standing = standing_among(known, timezone.localdate(at), reading)
    base = 0 if standing is None else standing.base
    multiple = Quotient(total.liability, base).rounded()
    most = max((one.concentrated for one in parts.values()), default=0)
    share = Quotient(most, base * 100).percent()
    return Numbers(
        half_up(total.liability / 100, 2),
        Decimal(base) / 100,
        _("无法计算") if multiple is None else str(multiple),
        _("无法计算") if share is None else f"{share}%",
    )
