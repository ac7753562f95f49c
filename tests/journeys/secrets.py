"""Looks for numbers of persons and for documents in whatever the demo left behind, in every disguise.

The dump is COPY of every table there is, jobs and deliveries included: what pg_dump writes, too.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from vouch.demo.actions.people import Invented

SEPARATORS = re.compile(r"[ \u00a0\u3000\-‐-―._/()]")
DIGITS = re.compile(r"\d{7,}X?", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")


@dataclass(frozen=True)
class Haystack:
    """A text in the forms in which something could hide in it."""

    plain: str
    runs: str
    tokens: str

    @classmethod
    def of(cls, text: str) -> Haystack:
        folded = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
        return cls(text, "\n".join(DIGITS.findall(folded)).upper(), "\n".join(BASE64.findall(text)))

    def holds_number(self, number: str) -> bool:
        """With blanks and dashes, full width, within longer digits, in hex and in base64 at any place."""
        hidden = number.encode()
        return (
            number in self.runs
            or hidden.hex() in self.plain
            or any(form in self.tokens for form in base64_forms(hidden))
        )

    def holds_bytes(self, content: bytes) -> bool:
        """A piece of a document: in hex, in base64, or as it is."""
        return (
            content.hex() in self.plain
            or content.decode("latin-1") in self.plain
            or any(form in self.tokens for form in base64_forms(content))
        )


def base64_forms(content: bytes) -> Iterator[str]:
    """What stands for these bytes in base64, whatever comes before and after them."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + content).decode()
        start, end = -(-shift * 8 // 6), (shift + len(content)) * 8 // 6
        yield encoded[start:end]


def dump() -> str:
    """Every table of the database in text, bytes in hex."""
    parts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 2")
        tables = [name for _schema, name in cursor.fetchall()]
        for table in tables:
            with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                parts.append(f"-- {table}\n" + b"".join(bytes(piece) for piece in rows).decode())
    return "\n".join(parts).replace("\t", "|")


def numbers_of(people: Sequence[Invented]) -> list[str]:
    """Identity numbers, telephones and accounts, those of contacts too."""
    found = []
    for person in people:
        found += [person.details.document_number, person.phone, person.card, person.contact[2]]
    assert len(set(found)) == len(found) == 4 * len(people)
    return found


def found_in(text: str, people: Sequence[Invented]) -> list[str]:
    """Which numbers and papers a text gives away."""
    haystack = Haystack.of(text)
    found = [number for number in numbers_of(people) if haystack.holds_number(number)]
    # The bytes that are a person's own, not those that every PNG begins with.
    papers = [person for person in people if person.paper and haystack.holds_bytes(person.paper[-40:-12])]
    return found + [person.details.name for person in papers]
