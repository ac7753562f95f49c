"""Working days against the State Council's arrangements, and the laws of counting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.working_days import (
    ARRANGEMENTS,
    add_working_days,
    counts_on_unpublished,
    is_published,
    is_working_day,
    on_or_after,
    working_days_between,
)

days = st.dates(min_value=date(2018, 1, 1), max_value=date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),  # 元旦
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),  # Sunday worked for it
        (date(2026, 2, 14), True),  # Saturday before 春节
        (date(2026, 2, 17), False),  # 正月初一
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2026, 4, 6), False),  # 清明
        (date(2026, 5, 9), True),
        (date(2026, 6, 19), False),  # 端午
        (date(2026, 9, 25), False),  # 中秋
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2025, 10, 8), False),  # 国庆 and 中秋 together
        (date(2025, 10, 11), True),
        (date(2024, 4, 7), True),
        (date(2020, 1, 31), False),  # 春节 prolonged
        (date(2026, 11, 21), False),  # a plain Saturday
        (date(2026, 11, 23), True),
    ],
)
def test_days_are_worked_or_off_as_the_state_council_arranged(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_every_exception_is_one() -> None:
    # A weekend day listed as off, or a weekday listed as worked, would be a slip of the pen.
    for year, arrangement in ARRANGEMENTS.items():
        for text, is_weekend in ((arrangement.off, False), (arrangement.worked, True)):
            for day in text.split():
                moment = date(year, int(day[:2]), int(day[2:]))
                assert (moment.weekday() >= 5) is is_weekend, moment


def test_fifteen_working_days_over_the_national_day_of_2026() -> None:
    # 2026-09-24 (Thursday): 25 off, 28 29 30, 1–7 off, 8 9, Saturday 10 worked, 12–16, 19–22 → the 14th is 21 October.
    assert add_working_days(date(2026, 9, 24), 3) == date(2026, 9, 30)
    assert add_working_days(date(2026, 9, 24), 4) == date(2026, 10, 8)
    assert add_working_days(date(2026, 9, 24), 6) == date(2026, 10, 10)
    assert add_working_days(date(2026, 9, 24), 15) == date(2026, 10, 22)


def test_a_period_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert on_or_after(date(2026, 10, 1)) == date(2026, 10, 8)
    assert on_or_after(date(2026, 10, 8)) == date(2026, 10, 8)
    assert add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 8)


def test_a_year_not_yet_published_counts_as_monday_to_friday_and_says_so() -> None:
    assert not is_published(2031)
    assert is_working_day(date(2031, 10, 1))
    assert counts_on_unpublished(date(2026, 12, 30), date(2031, 1, 4))
    assert not counts_on_unpublished(date(2026, 1, 1), date(2026, 12, 31))


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        add_working_days(date(2026, 1, 5), -1)


@given(day=days, n=st.integers(min_value=1, max_value=300))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert is_working_day(end)
    assert working_days_between(day, end) == n
    assert working_days_between(end, day) == -n
    assert working_days_between(day, end - timedelta(days=1)) == n - 1


@given(day=days, first=st.integers(min_value=1, max_value=60), second=st.integers(min_value=1, max_value=60))
def test_steps_add_up_and_never_go_back(day: date, first: int, second: int) -> None:
    assert add_working_days(add_working_days(day, first), second) == add_working_days(day, first + second)
    assert add_working_days(day, first) <= add_working_days(day + timedelta(days=1), first)
