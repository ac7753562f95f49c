"""What people write down of a party line by line: shareholders, posts, controllers, kin, licences, grades, holdings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vouch.parties.actions.naming import Named
from vouch.parties.terms import Currency, RecordSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Since when it holds in the world, and who says so."""

    starts_on: date | None = None
    source: str = RecordSource.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareholderLine(Told):
    """A shareholder: the rate as a fraction, amounts in whole units of the currency."""

    who: Named
    rate: Decimal | None = None
    subscribed: Decimal | None = None
    paid_in: Decimal | None = None
    currency: str = Currency.CNY


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine(Told):
    """Somebody in a post (PostKind)."""

    who: Named
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine(Told):
    """An ultimate controller (ControlBasis), the rate as a fraction."""

    who: Named
    basis: str
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KinLine(Told):
    """A relative (Kin): what they are to the person in whose file it stands."""

    who: Named
    kin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceLine(Told):
    """A licence (LicenceKind); without ``ends_on`` it does not expire."""

    kind: str
    title: str
    number: str = ""
    issuer: str = ""
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGradeLine(Told):
    """How the tax authority graded a year (TaxGradeName)."""

    year: int
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmLine(Told):
    """What is raised (FarmKind): area in 亩, number of animals, and the right to the land (LandRight)."""

    kind: str
    product: str = ""
    area: Decimal | None = None
    heads: int | None = None
    land_right: str = ""
    land_until: date | None = None


EdgeLine = ShareholderLine | PostLine | ControlLine | KinLine | LicenceLine | TaxGradeLine | FarmLine
