"""What would give a customer away: texts of the tables that occur for one customer alone, and protected values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import JSONField, Model

from tests.addresses import own_models, path_to
from tests.institution import OWN_CODE
from tests.visibility.scene import Scene
from vouch.parties.models import Party, Person
from vouch.parties.terms import PROTECTED
from vouch.platform.vault.fields import SealedField, place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject

SHORTEST = 5
TEXTS = {"CharField", "TextField", "JSONField", "ArrayField"}

CLASSES: Mapping[tuple[str, str], str] = {
    **{("parties_person", name): PROTECTED[name].field_class for name in PROTECTED if hasattr(Person, name)},
    ("parties_phone", "number"): PROTECTED["phone"].field_class,
    ("parties_contact", "phone"): PROTECTED["contact"].field_class,
    ("parties_account", "number"): PROTECTED["account"].field_class,
    ("customers_bankstatement", "account_number"): PROTECTED["account"].field_class,
    ("customers_banktransaction", "account_number"): PROTECTED["account"].field_class,
    # Encrypted where they lie, and shown to whoever sees the customer: names, and what somebody wrote in words.
    ("parties_contact", "name"): "",
    ("parties_kinship", "name"): "",
    # Of several classes; what stands in the scene is a document's number.
    ("parties_formervalue", "sealed"): PROTECTED["document_number"].field_class,
    ("parties_account", "holder"): "",
    ("customers_banktransaction", "summary"): "",
    ("customers_collateralterms", "certificate"): "identity",
    ("customers_rightsrequest", "detail"): "",
    ("customers_rightsrequest", "answer"): "",
}
"""Table and column → the field class whose plain value needs a purpose; empty for those that need none."""


@dataclass(frozen=True)
class Markers:
    """``owner``: text → pk of the one customer whom it tells of; ``protected``: plain text → (table, column), of a class."""

    owner: Mapping[str, int]
    protected: Mapping[str, tuple[str, str]]
    unclassed: frozenset[tuple[str, str]]
    """Columns of ciphertext of which nobody said what class they are."""

    def outside(self, visible: set[int]) -> list[str]:
        """Texts that no answer may contain for someone who sees these customers."""
        return [text for text, owner in self.owner.items() if owner not in visible]


def customers_tables() -> dict[type[Model], str]:
    """Tables whose rows belong to a customer, with the path to it (empty for the customer itself)."""
    found = {model: path_to(Party, model) for model in own_models()}
    return {Party: "", **{model: path for model, path in found.items() if path}}


def harvest(scene: Scene) -> Markers:
    """Read every table of customers' rows; protected values are opened with their keys."""
    owners: dict[str, set[int]] = defaultdict(set)
    protected: dict[str, tuple[str, str]] = {}
    for model, path in customers_tables().items():
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.get_internal_type() in TEXTS and not field.choices
        ]
        for row in model._default_manager.all():
            owner = _owner(row, path)
            for field in fields:
                value = getattr(row, field.attname)
                for text in _texts(value, is_json=isinstance(field, JSONField)):
                    owners[text].add(owner)
            for text, column in (*_sealed(row, owner), *_plain_but_masked(row)):
                owners[text].add(owner)
                protected[text] = (model._meta.db_table, column)
    for text, owner in scene.extra.items():
        owners[text].add(owner)
    # The institution says itself by which code it goes, on the page of readings.
    owners[OWN_CODE].add(0)
    sealed = set(protected.values())
    known = {text: place for text, place in protected.items() if CLASSES.get(place)}
    return Markers(
        {text: min(of) for text, of in owners.items() if len(of) == 1},
        known,
        frozenset(sealed - CLASSES.keys()),
    )


def _owner(row: Model, path: str) -> int:
    found: Any = row
    for step in path.split("__") if path else ():
        found = getattr(found, step)
        if found is None:
            return 0
    return int(found.pk)


def _texts(value: Any, *, is_json: bool) -> Iterator[str]:
    if isinstance(value, str):
        # Search texts hold several values, one a line; each gives the customer away by itself.
        yield from (line for line in value.splitlines() if len(line) >= SHORTEST)
    elif is_json and isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner, is_json=True)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, is_json=is_json)


def _plain_but_masked(row: Model) -> Iterator[tuple[str, str]]:
    """Columns that stay readable for sums over many, and that pages mask all the same."""
    for field in row._meta.concrete_fields:
        place = (row._meta.db_table, field.attname)
        value = getattr(row, field.attname)
        if isinstance(field, SealedField) or not CLASSES.get(place) or value in {None, ""}:
            continue
        yield str(value), field.attname
        if isinstance(value, Decimal):
            yield f"{value:,.2f}", field.attname


def _sealed(row: Model, owner: int) -> Iterator[tuple[str, str]]:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname) if isinstance(field, SealedField) else None
        if value is not None:
            key = key_of(Subject("party", str(owner)))
            text = key.open(bytes(value), place=place_of(row, field.attname))
            if len(text) >= SHORTEST:
                yield text, field.attname
