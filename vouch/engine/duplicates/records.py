"""What is compared, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Code(NamedTuple):
    """A code that a record goes by: its kind (``uscc``, ``old_number``, ``source_code``, ``other``), whose, and itself."""

    kind: str
    source: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a customer. Blank means that it does not say.

    ``phones`` and ``document`` are keys of a blind index, never numbers: equal keys are equal numbers, and that is
    all that is asked; two documents of one kind contradict each other. ``representative`` is whatever names the same person alike (a number, or a hash).
    ``former_names`` and ``former_addresses`` are what it was called and where it was before.
    """

    id: int
    name: str
    is_person: bool = False
    former_names: Sequence[str] = ()
    codes: Sequence[Code] = ()
    document: str = ""
    document_kind: str = ""
    phones: frozenset[str] = frozenset()
    province: str = ""
    area: str = ""
    address: str = ""
    former_addresses: Sequence[str] = ()
    representative: str = ""
    established_on: date | None = None
    capital: str = ""


class Speaks(StrEnum):
    """Which way a piece of evidence points."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that agrees or contradicts: of which field, in words, and its weight in bits (against: negative)."""

    field: str
    text: str
    bits: float

    @property
    def speaks(self) -> Speaks:
        """For the same customer, or against it."""
        return Speaks.FOR if self.bits >= 0 else Speaks.AGAINST


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, the lower id first, with all that speaks for and against their being one customer."""

    one: int
    other: int
    bits: float
    evidence: tuple[Evidence, ...]
    has_identifier: bool = False
    """Whether an identifier agrees: without one nothing is ever merged by itself."""
