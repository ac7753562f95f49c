"""The catalogue answers facts by name, aligned, and refuses values that are not of their kind."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from vouch.engine.facts import Catalogue, Fact, FactError, FactFrame, FactKind, Purpose

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


QUERIES = Fact(
    name="credit.queries_6m", title="查询次数", definition="…", kind=FactKind.INTEGER, field_class="credit"
)
REVIEW = Purpose(code="20", at=datetime(2020, 2, 29, 12))


def test_guarded_facts_are_missing_for_subjects_without_consent_and_not_even_asked_of_them() -> None:
    asked: list[list[int] | None] = []

    def credit(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
        asked.append(None if subjects is None else list(subjects))
        assert subjects is not None
        return FactFrame(list(subjects), {QUERIES.name: [7 for _ in subjects]})

    def consent(subjects: Sequence[int] | None, *, purpose: Purpose) -> frozenset[int]:
        return frozenset({1, 2}) if purpose == REVIEW else frozenset()

    catalogue = Catalogue()
    catalogue.register(facts=[AGE], ask=parties)
    catalogue.register(facts=[QUERIES], ask=credit)
    with pytest.raises(FactError, match="请说明用途"):
        catalogue.ask([AGE.name, QUERIES.name], [1], as_of=TODAY)
    with pytest.raises(FactError, match="没有登记"):
        catalogue.ask([QUERIES.name], [1], as_of=TODAY, purpose=REVIEW)
    catalogue.guard("credit", consent=consent)
    frame = catalogue.ask([QUERIES.name, AGE.name], [3, 2], as_of=TODAY, purpose=REVIEW)
    assert frame.columns == {QUERIES.name: [None, 7], AGE.name: [30, 20]}
    assert asked == [[2]]
    everyone = catalogue.ask([QUERIES.name, AGE.name], as_of=TODAY, purpose=REVIEW)
    assert everyone.columns[QUERIES.name] == [7, 7, None]
    other = Purpose(code="21", at=REVIEW.at)
    assert catalogue.ask([QUERIES.name], [1], as_of=TODAY, purpose=other).columns == {QUERIES.name: [None]}
    assert catalogue.is_guarded(QUERIES.name)
    assert not catalogue.is_guarded(AGE.name)


def test_a_guard_is_named_once_and_only_for_a_guarded_class(filled: Catalogue) -> None:
    filled.guard("credit", consent=lambda subjects, *, purpose: ())
    for field_class in ("credit", "ordinary"):
        with pytest.raises(FactError, match="授权检查"):
            filled.guard(field_class, consent=lambda subjects, *, purpose: ())
