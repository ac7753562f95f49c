"""The catalogue answers facts by name, aligned, and refuses values that are not of their kind."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from vouch.engine.facts import Catalogue, Fact, FactError, FactFrame, FactKind

TODAY = date(2020, 2, 29)
TURNOVER = Fact(name="invoice.turnover_12m", title="开票额", definition="…", kind=FactKind.MONEY, unit="元")
AGE = Fact(name="party.age", title="年龄", definition="…", kind=FactKind.INTEGER)


def invoices(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    return FactFrame([3, 1], {TURNOVER.name: [300, 100]}, {TURNOVER.name: [as_of, None]})


def parties(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    asked = [1, 2, 3] if subjects is None else list(subjects)
    return FactFrame(asked, {AGE.name: [subject * 10 for subject in asked]})


@pytest.fixture
def filled() -> Catalogue:
    catalogue = Catalogue()
    catalogue.register(facts=[TURNOVER], ask=invoices)
    catalogue.register(facts=[AGE], ask=parties)
    return catalogue


def test_all_subjects_of_every_room_come_ascending_and_aligned(filled: Catalogue) -> None:
    frame = filled.ask([TURNOVER.name, AGE.name], as_of=TODAY)
    assert frame.subjects == [1, 2, 3]
    assert frame.columns == {TURNOVER.name: [100, None, 300], AGE.name: [10, 20, 30]}
    assert frame.dates(3) == {TURNOVER.name: TODAY}
    assert list(frame.rows())[1] == frame.row(2) == {TURNOVER.name: None, AGE.name: 20}


def test_asked_subjects_come_in_the_order_asked(filled: Catalogue) -> None:
    frame = filled.ask([TURNOVER.name], [9, 3], as_of=TODAY)
    assert (frame.subjects, frame.columns[TURNOVER.name]) == ([9, 3], [None, 300])


def test_an_unknown_fact_is_refused_by_name(filled: Catalogue) -> None:
    with pytest.raises(FactError, match=r"没有名为 invoice\.nothing 的指标"):
        filled.ask(["invoice.nothing"], as_of=TODAY)


def test_a_name_has_one_meaning(filled: Catalogue) -> None:
    with pytest.raises(FactError, match="已经登记过"):
        filled.register(facts=[AGE], ask=invoices)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FactKind.MONEY, 1.5),
        (FactKind.INTEGER, True),
        (FactKind.DATE, datetime(2020, 1, 1)),
        (FactKind.BOOLEAN, 1),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: FactKind, value: object) -> None:
    fact = Fact(name="a.b", title="", definition="", kind=kind)
    catalogue = Catalogue()
    catalogue.register(facts=[fact], ask=lambda subjects, *, as_of: FactFrame([1], {"a.b": [value]}))  # type: ignore[list-item]
    with pytest.raises(FactError, match="却出现"):
        catalogue.ask(["a.b"], as_of=TODAY)


def test_a_column_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(FactError, match="2 个客户，却有 1 个值"):
        FactFrame([1, 2], {"a.b": [1]})


def test_a_name_is_noun_and_quality() -> None:
    with pytest.raises(FactError, match=r"noun\.quality"):
        Fact(name="Turnover", title="", definition="", kind=FactKind.MONEY)
