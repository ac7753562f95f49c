"""The search for secrets finds what is planted; a search that finds nothing would prove nothing."""

from __future__ import annotations

import base64

import pytest

from tests.journeys.secrets import Haystack


@pytest.mark.parametrize(
    "written",
    [
        "33990119900307123X",
        "339901 19900307 123x",
        "３３９９０１１９９００３０７１２３Ｘ",
        '{"number": 133990119900307123, "x": "33990119900307123X"}',
        "3339903-9901-1990-0307-123X".replace("3339903-9901", "3399-01"),
        b"33990119900307123X".hex(),
        base64.b64encode(b"33990119900307123X").decode(),
        base64.b64encode(b"ab33990119900307123Xc").decode(),
    ],
)
def test_the_search_itself_finds_a_number_in_every_disguise(written: str) -> None:
    assert Haystack.of(f"before|{written}|after").holds_number("33990119900307123X")


def test_the_search_itself_finds_a_document_in_every_disguise() -> None:
    document = bytes(range(40, 90))
    for written in (document.hex(), base64.b64encode(b"x" + document).decode(), document.decode("latin-1")):
        assert Haystack.of(f"before|{written}|after").holds_bytes(document[10:40])
