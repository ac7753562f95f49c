"""What was recorded of a party on a day, and what each value was before.

``FormerValue`` holds a row for each value that was replaced. A field's value as of a day is therefore the first
former value that was replaced after that day, and the present one where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vouch.parties.models import (
    Control,
    Enterprise,
    Farmer,
    FarmHolding,
    FormerValue,
    Kinship,
    Licence,
    Party,
    Person,
    Post,
    Shareholding,
    TaxGrade,
)
from vouch.parties.models.dated import Dated
from vouch.parties.terms import NATURAL_PERSONS, PROTECTED, ChangeNature, RecordSource
from vouch.platform.ledger.queries import history_of
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.masks import HIDDEN, masked
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import NoKey, Subject, VaultError

OF_PARTY = ("name", "kind", "status")
OF_ENTERPRISE = (
    "legal_form", "capital_amount", "capital_currency", "capital_text", "established_on", "scope_text", "province",
    "area", "address", "representative_hash", "industry_code", "staff_count", "revenue", "total_assets",
)  # fmt: skip
OF_PERSON = (
    "document_kind", "document_number", "born_on", "sex", "address", "marital_status", "occupation", "employer",
    "monthly_income", "annual_income",
)  # fmt: skip
OF_FARMER = ("household_size", "farming_since")
NOT_SHOWN = frozenset({"capital_amount", "capital_currency", "representative_hash"})
"""Kept for facts; people read the text of the capital, and nobody reads a hash."""


def spelled(value: object) -> str:
    """A value as its history keeps it; "" for what is not known."""
    return "" if value is None else str(value)


def end_of(day: date) -> datetime:
    """The first moment that is no longer of this day, here."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def known_on(day: date) -> Q:
    """Rows of Dated that were recorded by the end of the day and not ended by then, and had begun in the world."""
    moment = end_of(day)
    recorded = Q(added_at__lt=moment) & (Q(ended_at=None) | Q(ended_at__gte=moment))
    return recorded & (Q(starts_on=None) | Q(starts_on__lte=day))


def known(table: str = "") -> str:
    """The same in SQL, with the values ``moment`` (``end_of`` the day) and ``as_of``."""
    at = f"{table}." if table else ""
    return (
        f"{at}added_at < %(moment)s AND ({at}ended_at IS NULL OR {at}ended_at >= %(moment)s)"
        f" AND ({at}starts_on IS NULL OR {at}starts_on <= %(as_of)s)"
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of a party on a day. ``fields`` by name, protected ones of persons left out."""

    party: Party
    day: date
    fields: Mapping[str, Any]
    shareholdings: Sequence[Shareholding]
    posts: Sequence[Post]
    controls: Sequence[Control]
    kinships: Sequence[Kinship]
    licences: Sequence[Licence]
    tax_grades: Sequence[TaxGrade]
    farm_holdings: Sequence[FarmHolding]


def party_as_of(pk: int, day: date) -> Recorded | None:
    """The party as it was recorded at the end of the day; None where it was not yet known. Uses nothing learned later."""
    party = (
        Party.objects.select_related("enterprise", "person", "farmer")
        .filter(pk=pk, created_at__lt=end_of(day))
        .first()
    )
    if party is None:
        return None
    fields = dict(_present_fields(party))
    later = FormerValue.objects.filter(party=party, replaced_at__gte=end_of(day), sealed=None)
    # The latest first, so that the first after the day is written last.
    for row in later.order_by("-replaced_at", "-pk"):
        column = fields_of(party).get(row.field)
        if column is not None and row.field in fields:
            fields[row.field] = read_back(column, row.value)
    known = known_on(day)
    return Recorded(
        party,
        day,
        fields,
        shareholdings=_rows(Shareholding, known, "holder", party=party),
        posts=_rows(Post, known, "person", enterprise=party),
        controls=_rows(Control, known, "controller", party=party),
        kinships=_rows(Kinship, known, "relative", person=party),
        licences=_rows(Licence, known, party=party),
        tax_grades=_rows(TaxGrade, known, party=party),
        farm_holdings=_rows(FarmHolding, known, party=party),
    )


def _rows(model: Any, known: Q, *related: str, **owner: Party) -> list[Any]:
    rows = model.objects.filter(known, **owner).order_by("pk")
    return list(rows.select_related(*related) if related else rows)


def fields_of(party: Party) -> Mapping[str, Any]:
    """The fields whose history is kept, by name, with their columns."""
    found: dict[str, Any] = {name: Party._meta.get_field(name) for name in OF_PARTY}
    parts: list[tuple[type[models.Model], tuple[str, ...]]] = [(Enterprise, OF_ENTERPRISE)]
    if party.kind in NATURAL_PERSONS:
        parts = [(Person, OF_PERSON), (Farmer, OF_FARMER)]
    for model, names in parts:
        found |= {name: model._meta.get_field(name) for name in names}
    return found


def _present_fields(party: Any) -> dict[str, Any]:
    values = {name: getattr(party, name) for name in OF_PARTY}
    for part, names in (("enterprise", OF_ENTERPRISE), ("person", OF_PERSON), ("farmer", OF_FARMER)):
        row = getattr(party, part, None)
        if row is not None:
            shown = (name for name in names if part != "person" or name not in PROTECTED)
            values |= {name: getattr(row, name) for name in shown}
    return values


def read_back(column: Any, text: str) -> Any:
    """A value from the text that ``spelled`` made of it."""
    if isinstance(column, models.CharField | models.TextField):
        return text
    if not text:
        return None
    if isinstance(column, models.DecimalField):
        return Decimal(text)
    if isinstance(column, models.DateField):
        return date.fromisoformat(text)
    return int(text)


@dataclass(frozen=True, slots=True)
class Before:
    """A former value as the page shows it: of which field, from when to when, and who replaced it and why."""

    title: str
    text: str
    since: datetime
    until: datetime
    recorded_by: str
    replaced_by: str
    nature: str
    source: str
    reason: str
    ended_on: date | None


def former_values_of(party: Party) -> list[Before]:
    """Every former value, field by field, the newest first; protected ones masked for everybody."""
    columns = fields_of(party)
    rows = list(FormerValue.objects.filter(party=party).order_by("field", "replaced_at", "pk"))
    if not rows:
        return []
    first = _first_author(party)
    since: dict[str, tuple[datetime, str]] = {}
    found = []
    for row in rows:
        start, author = since.get(row.field, (party.created_at, first))
        since[row.field] = (row.replaced_at, row.replaced_by)
        if row.field in NOT_SHOWN or row.field not in columns:
            continue
        found.append(
            Before(
                title=str(columns[row.field].verbose_name),
                text=_shown(row, columns[row.field]),
                since=start,
                until=row.replaced_at,
                recorded_by=author,
                replaced_by=row.replaced_by,
                nature=str(ChangeNature(row.nature).label),
                source=str(RecordSource(row.source).label),
                reason=row.reason,
                ended_on=row.ended_on,
            )
        )
    return sorted(found, key=lambda one: (one.title, one.until), reverse=True)


def _first_author(party: Party) -> str:
    if party.batch_id is not None and party.batch is not None:
        return party.batch.actor_label
    entry = history_of("party", party.pk).order_by("at").first()
    return entry.actor_label if entry else ""


def _shown(row: FormerValue, column: Any) -> str:
    if row.sealed is not None:
        return _masked(row)
    if column.choices:
        return str(dict(column.flatchoices).get(row.value, row.value))
    return row.value


def _masked(row: FormerValue) -> str:
    spec = PROTECTED[row.field]
    try:
        key = key_of(Subject("party", str(row.party_id)))
        text = key.open(bytes(row.sealed or b""), place=place_of(row, "sealed"))
    except (NoKey, VaultError) as error:
        return str(error)
    if not text:
        return ""
    return masked(text, kind=spec.mask) if spec.mask else HIDDEN


EDGES: Mapping[str, type[Dated]] = {
    "shareholder": Shareholding,
    "post": Post,
    "control": Control,
    "kin": Kinship,
    "licence": Licence,
    "tax_grade": TaxGrade,
    "farm_holding": FarmHolding,
}
"""Tables of what holds from one day to another, by the word that addresses and actions use."""

OWNER = {"post": "enterprise", "kin": "person"}
"""The column that says whose file an edge stands in, where it is not ``party``."""
