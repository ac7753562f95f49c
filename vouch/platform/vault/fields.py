"""Columns of rooms that hold protected values, and how to fill and read them.

    class Person(models.Model):
        identity_number = SealedField(_("身份证号"))
        identity_index = BlindIndexField(_("身份证号索引"))

    person.identity_number = key.seal(number, place=place_of(person, "identity_number"))
    person.identity_index = blind_index(number, column="parties.identity_number")

The place needs the row's number before it is written: ``vault.actions.number_row(person)`` takes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from vouch.platform.vault.ciphers import is_sealed
from vouch.platform.vault.index import INDEX_BYTES
from vouch.platform.vault.terms import Place

if TYPE_CHECKING:
    _BinaryField = models.BinaryField[bytes | None, bytes | None]
else:
    _BinaryField = models.BinaryField


class SealedField(_BinaryField):
    """A ciphertext. Refuses anything else, so that no plain text gets into the column by mistake."""

    def get_prep_value(self, value: Any) -> Any:
        """Raises TypeError for what is no ciphertext."""
        if value is not None and not (isinstance(value, bytes | memoryview) and is_sealed(bytes(value))):
            message = f"{self.name}: only a ciphertext may be stored here"
            raise TypeError(message)
        return super().get_prep_value(value)


class BlindIndexField(_BinaryField):
    """A blind index: 32 bytes, indexed for search."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs = {"max_length": INDEX_BYTES, "db_index": True} | kwargs
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        """Raises ValidationError for what is no index."""
        if value is not None and len(value) != INDEX_BYTES:
            raise ValidationError(f"{self.name}: 盲索引应为 {INDEX_BYTES} 字节")
        return super().get_prep_value(value)


def place_of(row: models.Model, column: str) -> Place:
    """Where a column of this row stands. Raises ValueError for a row without a number, LookupError for no column."""
    if row.pk is None:
        message = f"{row._meta.label} has no primary key yet; take one with number_row()"
        raise ValueError(message)
    field = row._meta.get_field(column)
    name = field.get_attname_column()[1] if isinstance(field, models.Field) else None
    if name is None:
        message = f"{row._meta.label}.{column} is no column"
        raise LookupError(message)
    return Place(table=row._meta.db_table, column=name, row=str(row.pk))
