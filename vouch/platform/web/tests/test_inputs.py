"""Days, amounts and shares as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from vouch.platform.web.inputs import DayField, PercentField, WanField


@pytest.mark.parametrize(
    "text",
    [
        "20190301",
        "2019-3-1",
        "2019-03-01",
        "2019/3/1",
        "2019.3.1",
        "2019年3月1日",
        "２０１９年３月１日",
        " 2019-3-1 ",
    ],
)
def test_a_day_is_read_in_every_usual_spelling(text: str) -> None:
    assert DayField().clean(text) == date(2019, 3, 1)


@pytest.mark.parametrize("text", ["2019-2-29", "190301", "2019-13-1", "明天", "2019-3-1x", "1-3-2019"])
def test_what_is_no_day_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="日期"):
        DayField().clean(text)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_comes_back_from_the_form_as_it_went_in(day: date) -> None:
    field = DayField()
    assert field.clean(field.prepare_value(day)) == day


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("500", "5000000.00"), ("1,200.5", "12005000.00"), ("3000万", "30000000.00"), ("3000万元", "30000000.00"),
        ("1.2亿", "120000000.00"), ("1.2亿元", "120000000.00"), ("500元", "500.00"), ("０.５", "5000.00"),
        ("0", "0.00"), ("0.000001", "0.01"), (".5", "5000.00"),
    ],
)  # fmt: skip
def test_an_amount_without_a_unit_is_in_wan(text: str, yuan: str) -> None:
    found = WanField().clean(text)
    assert found == Decimal(yuan)
    assert found is not None
    assert found.as_tuple().exponent == -2


@pytest.mark.parametrize("text", ["五百", "-3", "1e5", "1 2 3x", "12.", "100万美元"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="不是金额"):
        WanField().clean(text)


def test_an_amount_finer_than_a_fen_or_beyond_all_measure_is_refused() -> None:
    with pytest.raises(forms.ValidationError, match="分以下"):
        WanField().clean("0.0000001")
    with pytest.raises(forms.ValidationError, match="单位"):
        WanField().clean("999999999999")


@given(st.integers(0, 10**15).map(lambda fen: Decimal(fen).scaleb(-2)))
def test_an_amount_comes_back_from_the_form_to_the_last_fen(yuan: Decimal) -> None:
    field = WanField()
    assert field.clean(field.prepare_value(yuan)) == yuan
    # What was typed stays as it is when the form comes back with a fault elsewhere.
    assert field.prepare_value("5OO") == "5OO"


@given(st.integers(1, 10**6).map(lambda millionths: Decimal(millionths).scaleb(-6)))
def test_a_share_comes_back_from_the_form_to_the_last_millionth(rate: Decimal) -> None:
    field = PercentField()
    assert field.clean(field.prepare_value(rate)) == rate
    assert field.clean(f"{field.prepare_value(rate)}%") == rate


@pytest.mark.parametrize("text", ["0", "100.0001", "-1", "33.33333", "四成"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        PercentField().clean(text)


def test_nothing_is_nothing() -> None:
    for field in (DayField(required=False), WanField(required=False), PercentField(required=False)):
        assert field.clean("") is None
