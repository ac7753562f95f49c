"""Invent firms and their invoices: the same ones for the same day, from one seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vouch.demo import terms
from vouch.demo.terms import Pattern, Trade
from vouch.engine.identifiers import uscc_check_character

SEED = "vouch-demo-1"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented firm."""

    number: int
    code: str
    uscc: str
    name: str
    trade: Trade
    pattern: Pattern
    founded_on: date
    capital: int
    address: str
    unit: str


@dataclass(frozen=True, slots=True)
class Sale:
    """One invented invoice; amounts in fen, ``partner`` is the other side's code."""

    firm: str
    number: str
    issued_on: date
    partner: str
    amount: int
    tax: int
    is_void: bool


def invent_firms(*, today: date) -> list[Firm]:
    """About 200 firms, the failing one first."""
    dice = random.Random(SEED)  # noqa: S311 - invented data, no secret
    names = _names(dice)
    firms = [_failing(dice, today=today)]
    for pattern in terms.PATTERNS.values():
        for _ in range(pattern.share):
            firms.append(_firm(dice, len(firms) + 1, names, pattern, today=today))
    return firms


def invent_invoices(firm: Firm, *, today: date, is_output: bool) -> Iterator[Sale]:
    """The firm's sales or purchases, oldest first, none after ``today``."""
    side = "out" if is_output else "in"
    dice = random.Random(f"{SEED}/{firm.code}/{side}")  # noqa: S311 - invented data, no secret
    pattern = firm.pattern
    partners = _partners(dice, firm, is_output=is_output)
    level = dice.uniform(*pattern.monthly) * (1.0 if is_output else 1 - firm.trade.margin)
    months = dice.randint(*pattern.history_months)
    serial = dice.randrange(10_000_000, 90_000_000)
    for back in range(months, -1, -1):
        first, last = _month(today, back)
        if back < pattern.quiet_months or dice.random() > pattern.steady:
            continue
        trend = pattern.drift ** (months - back)
        season = 1 + pattern.season * math.sin(2 * math.pi * (first.month - 2) / 12)
        spring = 0.55 if first.month == 2 else 1.0  # 春节
        whole = (last - first).days + 1
        part = min(1.0, ((min(last, today) - first).days + 1) / whole)
        amount = level * trend * season * spring * dice.uniform(0.75, 1.25) * part
        count = max(1, round(dice.randint(*pattern.sales) * min(1.0, trend * season) * part))
        for sale in _month_of(dice, firm, partners, (amount, count), (first, min(last, today))):
            serial += dice.randint(1, 3)
            yield Sale(firm.code, str(serial), *sale)


def _month_of(
    dice: random.Random,
    firm: Firm,
    partners: Sequence[str],
    total: tuple[float, int],
    span: tuple[date, date],
) -> Iterator[tuple[date, str, int, int, bool]]:
    """Cut one month's amount into so many invoices, some of them void and some of them returns."""
    (amount, count), (first, last) = total, span
    weights = [dice.uniform(0.4, 1.6) for _ in range(count)]
    days = sorted(first + timedelta(days=dice.randint(0, (last - first).days)) for _ in range(count))
    # Earlier partners trade more: a few carry most of the business, as they do.
    favour = [1 / (place + 1.5) for place in range(len(partners))]
    for day, weight in zip(days, weights, strict=True):
        fen = max(1000, round(amount * 100 * weight / sum(weights)))
        partner = dice.choices(partners, favour)[0]
        if dice.random() < firm.pattern.return_rate:
            fen = -round(fen * dice.uniform(0.1, 0.5))
        yield day, partner, fen, round(fen * firm.trade.tax / 100), dice.random() < firm.pattern.void_rate


def _partners(dice: random.Random, firm: Firm, *, is_output: bool) -> list[str]:
    low, high = firm.pattern.buyers
    count = dice.randint(low, high) if is_output else dice.randint(2, max(3, high // 2))
    letter = "B" if is_output else "S"
    return [f"{letter}{number:05d}" for number in dice.sample(range(1, 4000), count)]


def _month(today: date, back: int) -> tuple[date, date]:
    """First and last day of the calendar month ``back`` months before today's."""
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, 1), following - timedelta(days=1)


def _failing(dice: random.Random, *, today: date) -> Firm:
    trade = next(trade for trade in terms.TRADES if trade.word == "建材")
    return _made(dice, 1, terms.FAILING_NAME, trade, terms.FAILING, today=today)


def _firm(dice: random.Random, number: int, names: Iterator[str], pattern: Pattern, *, today: date) -> Firm:
    trade = dice.choice(terms.TRADES)
    return _made(dice, number, f"江州{next(names)}{trade.word}有限公司", trade, pattern, today=today)


def _made(
    dice: random.Random, number: int, name: str, trade: Trade, pattern: Pattern, *, today: date
) -> Firm:
    youngest = pattern.history_months[1] * 31
    founded_on = today - timedelta(days=youngest + dice.randint(60, 6000))
    address = dice.choice(trade.streets).format(
        n=dice.randint(1, 380), b=dice.randint(1, 9), r=dice.randint(1, 28) * 100 + dice.randint(1, 12)
    )
    return Firm(
        number=number,
        code=f"JZ{number:04d}",
        uscc=_uscc(dice),
        name=name,
        trade=trade,
        pattern=pattern,
        founded_on=founded_on,
        capital=dice.choice((10, 30, 50, 100, 200, 300, 500, 800, 1000)),
        address=f"江州市{address}",
        unit=dice.choice(("YW1", "YW1", "YW2")),
    )


def _names(dice: random.Random) -> Iterator[str]:
    """Two-character trade names, none twice and none like the failing firm's."""
    pairs = [f"{a}{b}" for a in terms.NAMES_FIRST for b in terms.NAMES_SECOND if f"{a}{b}" != "恒昌"]
    dice.shuffle(pairs)
    return iter(pairs)


def _uscc(dice: random.Random) -> str:
    """A 统一社会信用代码 with both check characters right, of a district that does not exist."""
    body = "MA" + "".join(dice.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=6))
    rest = 11 - sum(int(body[i], 36) * weight for i, weight in enumerate(ORGANISATION_WEIGHTS)) % 11
    code = f"913399{dice.randint(1, 9):02d}{body}" + {10: "X", 11: "0"}.get(rest, str(rest))
    return code + uscc_check_character(code)
