"""Facts: named, typed, dated values about a subject, and the catalogue that answers for them.

A room registers its facts once with the function that answers them, and upper rooms ask for a fact *by name*.
Inside the engine every number is an integer, so that Python, columns and SQL give the same last digit:

    INTEGER int · MONEY int, in fen · RATE int, in millionths · TEXT str · BOOLEAN bool · DATE date · missing None
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, TypeVar, cast

FACT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")

GUARDED_CLASSES = frozenset({"credit", "social"})
"""Field classes that are read for a purpose, and of those subjects alone of whom their room says that they may be now:
credit of those who have authorised it, social under an impact assessment in force."""

Value = int | str | bool | date | None
_T = TypeVar("_T")


class FactKind(StrEnum):
    """What a fact's values are, and in which unit the engine keeps them."""

    INTEGER = "integer"
    MONEY = "money"
    RATE = "rate"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"

    @cached_property
    def python_type(self) -> type:
        """The one exact Python type of a value that is not missing."""
        return _PYTHON_TYPES[self.value]

    @cached_property
    def scale(self) -> int | None:
        """Decimals between a person's number and the engine's integer (yuan to fen: 2); None: not a number."""
        return _SCALES.get(self.value)


_PYTHON_TYPES: dict[str, type] = {
    FactKind.INTEGER: int,
    FactKind.MONEY: int,
    FactKind.RATE: int,
    FactKind.TEXT: str,
    FactKind.BOOLEAN: bool,
    FactKind.DATE: date,
}
_SCALES: dict[str, int] = {FactKind.INTEGER: 0, FactKind.MONEY: 2, FactKind.RATE: 6}


class FactError(ValueError):
    """A fact that is unknown, registered twice, or answered with values that are not of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a name means: `noun.quality`, in words a risk officer can check."""

    name: str
    title: str
    definition: str
    kind: FactKind
    unit: str = ""
    source: str = ""
    field_class: str = "ordinary"
    missing: str = ""

    def __post_init__(self) -> None:
        if not FACT_NAME.fullmatch(self.name):
            raise FactError(f"指标名“{self.name}”应写成 noun.quality（小写字母、数字、下划线）")
        if self.kind is FactKind.MONEY and not self.unit:
            object.__setattr__(self, "unit", "元")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFact(Fact):
    """A fact beside the SQL that says it exactly, in its kind's unit, on the columns that its room's statement selects from."""

    sql: str


@dataclass(frozen=True)
class FactFrame:
    """Facts of many subjects, column by column.

    `columns[name][i]` belongs to `subjects[i]`; `dated_on[name][i]`, where given, is the latest day on which
    that value rests.
    """

    subjects: list[int]
    columns: dict[str, list[Value]]
    dated_on: dict[str, list[date | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = [(name, len(column)) for name, column in self.columns.items()]
        lengths += [(name, len(column)) for name, column in self.dated_on.items()]
        for name, length in lengths:
            if length != len(self.subjects):
                raise FactError(f"指标 {name}：{len(self.subjects)} 个客户，却有 {length} 个值")

    @classmethod
    def of_rows(
        cls, facts: Sequence[Fact], rows: Sequence[Sequence[Any]], *, is_dated: bool = True
    ) -> "FactFrame":
        """Of a statement's rows: a subject, the latest day on which its values rest (if dated), a value for each fact.

        PostgreSQL's sums are `numeric`; they become the engine's integers.
        """
        first = 2 if is_dated else 1
        columns: dict[str, list[Value]] = {}
        for place, fact in enumerate(facts, start=first):
            column = [row[place] for row in rows]
            if fact.kind.scale is not None:
                column = [None if value is None else int(value) for value in column]
            columns[fact.name] = column
        dates = [row[1] for row in rows] if is_dated else []
        return cls([row[0] for row in rows], columns, dict.fromkeys(columns, dates) if is_dated else {})

    def __len__(self) -> int:
        return len(self.subjects)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {subject: place for place, subject in enumerate(self.subjects)}

    def row(self, subject: int) -> dict[str, Value]:
        """Return every fact of one subject; raise KeyError for a subject that was not asked about."""
        place = self._places[subject]
        return {name: column[place] for name, column in self.columns.items()}

    def dates(self, subject: int) -> dict[str, date | None]:
        """Return the day behind every dated fact of one subject."""
        place = self._places[subject]
        return {name: column[place] for name, column in self.dated_on.items()}

    def rows(self) -> Iterator[dict[str, Value]]:
        """Yield the facts of every subject, in the order of `subjects`."""
        names = list(self.columns)
        if not names:
            yield from ({} for _ in self.subjects)
            return
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, values, strict=True))


class Ask(Protocol):
    """Answer a room's facts for these subjects, or for all (None), as of the end of a day, with one SQL."""

    def __call__(self, subjects: Sequence[int] | None, *, as_of: date) -> FactFrame: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why guarded facts are read, as a code of the room that keeps consent, and the moment of reading.

    The moment is not the facts' `as_of`: whoever looks at last year's facts today needs a consent that lives today.
    """

    code: str
    at: datetime


class Consent(Protocol):
    """Which of these subjects (None: of all) have authorised reading a class of facts for this purpose."""

    def __call__(self, subjects: Sequence[int] | None, *, purpose: Purpose) -> Iterable[int]: ...


class Catalogue:
    """Every fact the house can answer. One instance, `catalogue`, is filled from the rooms' `apps.py`."""

    def __init__(self) -> None:
        self._facts: dict[str, Fact] = {}
        self._asks: dict[str, Ask] = {}
        self._consents: dict[str, Consent] = {}
        self._within: Callable[[], AbstractContextManager[None]] = nullcontext

    def share(self, within: Callable[[], AbstractContextManager[None]]) -> None:
        """Answer every question inside this context: what all rooms look up alike is looked up once for each question."""
        self._within = within

    def register(self, *, facts: Iterable[Fact], ask: Ask) -> None:
        """Add a room's facts; a name has one meaning, so a second registration raises FactError."""
        for fact in facts:
            if fact.name in self._facts:
                raise FactError(f"指标 {fact.name} 已经登记过")
            self._facts[fact.name] = fact
            self._asks[fact.name] = ask

    def guard(self, field_class: str, *, consent: Consent) -> None:
        """Name who knows which subjects allow this class to be read; raises FactError for a second one."""
        if field_class not in GUARDED_CLASSES or field_class in self._consents:
            raise FactError(f"数据类别 {field_class} 不需要授权检查，或已经登记过")
        self._consents[field_class] = consent

    def __iter__(self) -> Iterator[Fact]:
        return iter(sorted(self._facts.values(), key=lambda fact: fact.name))

    def __contains__(self, name: object) -> bool:
        return name in self._facts

    def __getitem__(self, name: str) -> Fact:
        """Return the fact of that name; raise FactError if no room answers it."""
        try:
            return self._facts[name]
        except KeyError:
            raise FactError(f"没有名为 {name} 的指标") from None

    def ask(
        self,
        names: Iterable[str],
        subjects: Sequence[int] | None = None,
        *,
        as_of: date,
        purpose: Purpose | None = None,
    ) -> FactFrame:
        """Answer these facts as of the end of a day.

        With `subjects` the frame has exactly these, in this order; with None, every subject that any of the
        asked rooms knows, ascending. A subject a room does not know has its facts missing.

        Facts of a guarded class need a `purpose`: they are read of those subjects alone that have authorised it at
        that moment, and missing for the others. Raises FactError without one.
        """
        names = list(dict.fromkeys(names))
        by_ask: dict[tuple[Ask, str], list[str]] = {}
        for name in names:
            by_ask.setdefault((self._asks_of(name), self._guard_of(name)), []).append(name)
        allowed = {guard: self._allowed(guard, subjects, purpose) for _, guard in by_ask}
        with self._within():
            frames = {key: key[0](allowed[key[1]], as_of=as_of) for key in by_ask}
        if subjects is None:
            wanted = sorted(set().union(*(frame.subjects for frame in frames.values())))
        else:
            wanted = list(subjects)
        answered: dict[str, list[Value]] = {}
        dated: dict[str, list[date | None]] = {}
        for key, asked in by_ask.items():
            frame = frames[key]
            for name in asked:
                if name not in frame.columns:
                    raise FactError(f"指标 {name} 已登记，但没有得到回答")
                check_column(self[name], frame.columns[name])
                answered[name] = _aligned(frame.columns[name], subjects=frame.subjects, wanted=wanted)
                if name in frame.dated_on:
                    dated[name] = _aligned(frame.dated_on[name], subjects=frame.subjects, wanted=wanted)
        return FactFrame(subjects=wanted, columns={n: answered[n] for n in names}, dated_on=dated)

    def is_guarded(self, name: str) -> bool:
        """Whether the fact is answered for an authorised purpose only."""
        return bool(self._guard_of(name))

    def _asks_of(self, name: str) -> Ask:
        self[name]
        return self._asks[name]

    def _guard_of(self, name: str) -> str:
        field_class = self[name].field_class
        return field_class if field_class in GUARDED_CLASSES else ""

    def _allowed(
        self, guard: str, subjects: Sequence[int] | None, purpose: Purpose | None
    ) -> Sequence[int] | None:
        """The subjects that may be read; nobody knows of a consent where no room keeps it, so nothing is read."""
        if not guard:
            return subjects
        if purpose is None:
            raise FactError("征信数据、社交信息只能按用途读取，请说明用途")
        if guard not in self._consents:
            raise FactError(f"没有登记“{guard}”类数据的授权检查，不能读取")
        allowed = frozenset(self._consents[guard](subjects, purpose=purpose))
        return sorted(allowed) if subjects is None else [one for one in subjects if one in allowed]


def check_column(fact: Fact, column: Iterable[Value]) -> None:
    """Raise FactError if a value is not exactly of the fact's kind: a float of yuan must not pass as fen."""
    strays = set(map(type, column)) - {fact.kind.python_type, type(None)}
    if strays:
        found = "、".join(sorted(stray.__name__ for stray in strays))
        raise FactError(
            f"指标 {fact.name}（{fact.kind}）应为 {fact.kind.python_type.__name__}，却出现 {found}"
        )


def _aligned(column: list[_T], *, subjects: list[int], wanted: list[int]) -> list[_T]:
    if subjects == wanted:
        return column
    found: dict[int, _T | None] = dict(zip(subjects, column, strict=True))
    return cast("list[_T]", [found.get(subject) for subject in wanted])


catalogue = Catalogue()
