"""What cells of lists say: names and codes, money with its unit, rates, days, words. Unclear ones are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.engine.cells import Unreadable, day_of, is_rounded, money_of, said
from vouch.platform.exchange.importer import RowFault

_CENT = Decimal("0.01")
MONEY_MAX = Decimal(10) ** 13
_RATE_MAX = Decimal(100)


def needed(text: str, column: str, title: str) -> str:
    """A text that must be there. Raises RowFault."""
    found = said(text)
    if not found:
        raise RowFault(column, _("%(title)s为空") % {"title": title})
    return found


def bare_code(text: str) -> str:
    """A number that names something, without blanks and the apostrophe that makes Excel keep it as text."""
    return said(text).replace(" ", "").lstrip("'")


def code(text: str, column: str) -> str:
    """A number that names something; one that Excel has rounded is refused. Raises RowFault."""
    found = bare_code(text)
    if is_rounded(found):
        # What is left of a person's number is not told: the reason is kept in plain.
        raise RowFault(column, _("号码被 Excel 舍去了尾数，原号码已丢失；请把该列设为文本后重新填写"))
    return found


def short(text: str, column: str, *, most: int) -> str:
    """A text of so many characters at most. Raises RowFault."""
    found = said(text)
    if len(found) > most:
        raise RowFault(column, _("超过 %(most)d 个字符") % {"most": most})
    return found


def money(text: str, column: str) -> Decimal | None:
    """Yuan; a unit in the cell itself (500万元) counts. None for nothing. Raises RowFault."""
    found = said(text)
    try:
        fen = money_of(found)
    except Unreadable as error:
        raise RowFault(column, str(error)) from error
    if fen is None:
        return None
    yuan = (Decimal(fen) / 100).quantize(_CENT)
    if yuan < 0:
        raise RowFault(column, _("金额 %(text)s 为负数") % {"text": found})
    if yuan >= MONEY_MAX:
        raise RowFault(column, _("金额 %(text)s 过大，请检查单位是不是万元") % {"text": found})
    return yuan


def rate(text: str, column: str, *, is_share: bool = False) -> Decimal | None:
    """A fraction: 80%, 0.8, and for a share 8成 or 80 too. None for nothing. Raises RowFault."""
    found = said(text)
    if not found:
        return None
    figure, factor = found, Decimal(1)
    for mark, size in (("%", 100), ("‰", 1000), ("成", 10)):
        if found.endswith(mark):
            figure, factor = found[:-1].strip(), Decimal(size)
            break
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]+)?", figure):
        raise RowFault(column, _("“%(text)s”不是比例") % {"text": found})
    value = Decimal(figure) / factor
    if factor == 1 and value > 1:
        # Shares and rates typed without their mark: 80 and 1.5 are per cent.
        value /= _RATE_MAX
    if value > 1 or (is_share and value == 0):
        raise RowFault(column, _("比例 %(text)s 不在 0 到 100%% 之间") % {"text": found})
    return value.quantize(Decimal("0.000001"))


def day(text: str, column: str) -> date | None:
    """A day in any of the ways that people write one, Excel's own number included. None for nothing. Raises RowFault."""
    found = said(text)
    if not found:
        return None
    try:
        return day_of(found)
    except Unreadable as error:
        raise RowFault(column, str(error)) from error


def whole(text: str, column: str) -> int | None:
    """A number of days and the like. None for nothing. Raises RowFault."""
    found = said(text).removesuffix("天").strip()
    if not found:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(?:\.0+)?", found):
        raise RowFault(column, _("“%(text)s”不是天数") % {"text": found})
    return int(Decimal(found))


def word(text: str, column: str, words: Mapping[str, str]) -> str | None:
    """The word that a cell means. None for nothing. Raises RowFault for one that is unknown."""
    found = said(text)
    if not found:
        return None
    try:
        return words[found]
    except KeyError:
        known = "、".join(dict.fromkeys(words))
        reason = _("不认识“%(text)s”，可以填：%(known)s")
        raise RowFault(column, reason % {"text": found[:40], "known": known}) from None
