"""The normal form, the blind index, and masks."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.platform.vault.index import INDEX_BYTES, blind_index, normal_form
from vouch.platform.vault.masks import HIDDEN, MASKS, masked
from vouch.platform.vault.ring import new_ring, ring_file

NUMBER = "11010519491231002X"
COLUMN = "parties.identity_number"


@pytest.mark.parametrize(
    "written",
    [
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002x",
        "\u3000110105\u00a019491231002x\u200b\n",
        NUMBER,
    ],
)
def test_whatever_way_a_number_is_written_it_is_found(written: str) -> None:
    assert normal_form(written) == NUMBER
    assert blind_index(written, column=COLUMN) == blind_index(NUMBER, column=COLUMN)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


def test_an_index_tells_nothing_without_the_key_and_nothing_across_columns() -> None:
    index = blind_index(NUMBER, column=COLUMN)
    assert len(index) == INDEX_BYTES
    assert index != blind_index(NUMBER, column="parties.phone")
    ring_file().chmod(0o600)
    ring_file().write_bytes(new_ring().to_json())
    assert index != blind_index(NUMBER, column=COLUMN)


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("identity_number", NUMBER, "110***********002X"),
        ("identity_number", "1234567", "*******"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "010-62345678", "********5678"),
        ("phone", "123", "***"),
        ("account", "6222 0200 1234 5678 901", "***************8901"),
        ("name", "欧阳娜娜", "欧***"),
        ("name", "王", "*"),
        ("diagnosis", "anything", HIDDEN),
    ],
)
def test_a_mask_shows_what_it_may(kind: str, text: str, shown: str) -> None:
    assert masked(text, kind=kind) == shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(["identity_number", "phone", "account"]), st.from_regex(r"[0-9A-Z]{1,30}", fullmatch=True)
)
def test_a_mask_hides_at_least_a_third_of_every_number(kind: str, text: str) -> None:
    assert MASKS[kind](text).count("*") * 3 >= len(text)
