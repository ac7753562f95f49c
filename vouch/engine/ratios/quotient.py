"""A quotient that keeps its two parts: limits are judged by them, and a return wants both."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Amount = int | Fraction


@dataclass(frozen=True, slots=True)
class Quotient:
    """``numerator`` over ``denominator``, in the same unit; without a value where the denominator is not positive."""

    numerator: Amount
    denominator: Amount

    @property
    def value(self) -> Fraction | None:
        """The exact quotient."""
        return Fraction(self.numerator) / Fraction(self.denominator) if self.denominator > 0 else None

    def at_most(self, limit: Amount) -> bool:
        """Whether it keeps below the limit or reaches it. What cannot be computed does not keep it."""
        return self.denominator > 0 and self.numerator <= limit * self.denominator

    def at_least(self, limit: Amount) -> bool:
        """Whether it reaches the limit. What cannot be computed does not."""
        return self.denominator > 0 and self.numerator >= limit * self.denominator

    def rounded(self, places: int = 4) -> Decimal | None:
        """For display, half up."""
        return None if self.value is None else half_up(self.value, places)

    def percent(self, places: int = 4) -> Decimal | None:
        """For display in percent, half up."""
        return None if self.value is None else half_up(self.value * 100, places)


def half_up(value: Amount, places: int = 0) -> Decimal:
    """An exact number as a decimal of so many places, halves away from nought."""
    scaled = Fraction(value) * 10**places
    return Decimal(f"{divided(scaled.numerator, scaled.denominator)}E-{places}")


def divided(numerator: int, denominator: int) -> int:
    """A whole number over a positive one, as a whole number, halves away from nought."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -whole if numerator < 0 else whole
