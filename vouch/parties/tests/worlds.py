"""A small world of parties in which things happen day by day, and what the facts of it should be, kept in plain Python.

The expectation is computed from the world's own diary, which the tables never see.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from vouch.parties import actions
from vouch.parties.models import Party
from vouch.parties.queries import age_in_months
from vouch.parties.terms import (
    REPRESENTING,
    ChangeNature,
    ControlBasis,
    Currency,
    FarmKind,
    IdentifierKind,
    Kin,
    LicenceKind,
    PartyKind,
    PostKind,
    RecordSource,
    TaxGradeName,
)
from vouch.parties.tests.people import details as person_details
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

CHINA = ZoneInfo("Asia/Shanghai")
START = date(2024, 1, 10)
HASHES = ("", "A" * 16, "B" * 16)


def resident_number(serial: int) -> str:
    first = f"1101011980{serial % 12 + 1:02d}15{serial:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


@dataclass
class Noted:
    """A line of the diary: what, told when; ended when, as a mistake, with which last day."""

    what: str
    owner: int
    values: dict[str, Any]
    told: date
    row: Any = None
    ended: date | None = None
    ends_on: date | None = None
    is_mistake: bool = False

    def holds(self, day: date) -> bool:
        starts = self.values.get("starts_on")
        return (
            self.told <= day
            and (self.ended is None or self.ended > day)
            and (starts is None or starts <= day)
        )


@dataclass
class Kept:
    """A party with what was said of it, by day: (day, field, value), and counted changes (day, field)."""

    party: Party
    since: date
    said: list[tuple[date, str, Any]] = field(default_factory=list)
    changes: list[tuple[date, date, str]] = field(default_factory=list)

    def was(self, name: str, day: date) -> Any:
        found = None
        for told, what, value in self.said:
            if what == name and told <= day:
                found = value
        return found


class World:
    """Every step lets a few days pass and one thing happen."""

    def __init__(self, dice: random.Random, *, actor: Actor, unit: Unit) -> None:
        self.dice, self.actor, self.unit = dice, actor, unit
        self.today = START
        self.kept: dict[int, Kept] = {}
        self.diary: list[Noted] = []
        self._serial = 0
        for _count in range(2):
            self._firm()
            self._person()

    @classmethod
    def of(cls, seed: int, *, actor: Actor, unit: Unit) -> World:
        return cls(random.Random(seed), actor=actor, unit=unit)  # noqa: S311 - a game of chance, no secret

    @property
    def now(self) -> datetime:
        # Late in the evening, when it is the day before in London.
        return datetime.combine(self.today, time(self.dice.choice((0, 7, 23)), 30), CHINA)

    def sleep(self) -> None:
        self.today += timedelta(days=self.dice.choice((1, 3, 20, 70)))

    def days(self, count: int) -> list[date]:
        span = (self.today - START).days
        return [
            START - timedelta(days=1),
            self.today,
            *(START + timedelta(days=self.dice.randint(0, span)) for _ in range(count)),
        ]

    def step(self) -> None:
        if self.dice.random() < 0.5:
            self.sleep()
        self.dice.choice(
            (
                self._firm, self._person, self._correct, self._correct, self._shareholder, self._shareholder, self._post,
                self._control, self._spouse, self._licence, self._tax, self._farm, self._end, self._end,
                self._household, self._kind,
            )
        )()  # fmt: skip

    def _of(self, *kinds: str) -> Kept | None:
        found = [one for one in self.kept.values() if one.party.kind in kinds]
        return self.dice.choice(found) if found else None

    def _day(self) -> date | None:
        return self.dice.choice(
            (None, self.today, self.today - timedelta(days=40), self.today + timedelta(days=15))
        )

    def _details(self) -> actions.EnterpriseDetails:
        dice = self.dice
        self._serial += 1
        currency = dice.choice((Currency.CNY, Currency.CNY, Currency.USD))
        amount = dice.choice((None, Decimal(dice.randint(1, 9999)) * 100))
        return actions.EnterpriseDetails(
            name=f"企业{dice.randint(1, 4)}号{self._serial % 3}",
            legal_form=dice.choice(("", "有限责任公司")),
            capital_amount=amount,
            capital_currency=currency if amount is not None else "",
            established_on=dice.choice((None, date(2020, 2, 29), date(2023, 12, 31), date(2024, 5, 31))),
            address=dice.choice(("", "甲路1号", "乙路2号")),
            representative_hash=dice.choice(HASHES),
            staff_count=dice.choice((None, 0, 17)),
        )

    def _say(self, kept: Kept, values: dict[str, Any]) -> None:
        kept.said.extend((self.today, name, value) for name, value in values.items())

    def _firm(self) -> None:
        self._serial += 1
        kind = self.dice.choice(
            (PartyKind.ENTERPRISE, PartyKind.ENTERPRISE, PartyKind.SOLE_TRADER, PartyKind.COOPERATIVE)
        )
        details = self._details()
        code = (IdentifierKind.OTHER, "", f"CODE{self._serial}")
        party = actions.register_enterprise(
            actor=self.actor, at=self.now, unit=self.unit,
            registration=actions.Registration(details, codes=[code], kind=kind),
        )  # fmt: skip
        kept = self.kept[party.pk] = Kept(party, self.today)
        self._say(kept, {"kind": str(kind), **_fields(details)})

    def _person(self) -> None:
        self._serial += 1
        household = None
        if self.dice.random() < 0.5:
            household = actions.Household(self.dice.choice((None, 4)), self.dice.choice((None, 2001, 2031)))
        given = person_details(document_number=resident_number(self._serial), name="王小芳")
        party = actions.register_person(
            actor=self.actor, at=self.now, unit=self.unit,
            registration=actions.PersonRegistration(given, household=household),
        )  # fmt: skip
        kept = self.kept[party.pk] = Kept(party, self.today)
        self._say(kept, {"kind": str(party.kind)})
        if household:
            self._say(
                kept, {"household_size": household.household_size, "farming_since": household.farming_since}
            )

    def _correct(self) -> None:
        kept = self._of(PartyKind.ENTERPRISE, PartyKind.SOLE_TRADER, PartyKind.COOPERATIVE)
        if kept is None:
            return
        nature = self.dice.choice(list(ChangeNature))
        changed_on = self.dice.choice((None, self.today - timedelta(days=self.dice.choice((1, 100, 800)))))
        details = self._details()
        change = actions.Change(nature, RecordSource.REGISTER, changed_on)
        actions.correct_enterprise(
            actor=self.actor, at=self.now, party=kept.party, details=details, reason="试验", change=change
        )
        said = _fields(details)
        for name in ("name", "address", "representative_hash"):
            old = kept.was(name, self.today)
            if old and old != said[name] and nature == ChangeNature.CHANGE:
                kept.changes.append((self.today, changed_on or self.today, name))
        self._say(kept, said)

    def _kind(self) -> None:
        kept = self._of(PartyKind.ENTERPRISE, PartyKind.SOLE_TRADER, PartyKind.COOPERATIVE)
        if kept is None:
            return
        kind = self.dice.choice((PartyKind.ENTERPRISE, PartyKind.COOPERATIVE))
        actions.correct_kind(actor=self.actor, at=self.now, party=kept.party, kind=kind, reason="试验")
        kept.party.refresh_from_db()
        self._say(kept, {"kind": str(kind)})

    def _household(self) -> None:
        kept = self._of(PartyKind.PERSON, PartyKind.FARMER)
        if kept is None:
            return
        household = actions.Household(self.dice.choice((None, 3, 5)), self.dice.choice((None, 2010)))
        actions.change_household(
            actor=self.actor, at=self.now, party=kept.party, household=household, change=actions.Change()
        )
        kept.party.refresh_from_db()
        self._say(
            kept,
            {
                "kind": str(PartyKind.FARMER),
                "household_size": household.household_size,
                "farming_since": household.farming_since,
            },
        )

    def _note(self, what: str, kept: Kept, line: actions.EdgeLine, **values: Any) -> None:
        try:
            [row] = actions.add_edges(actor=self.actor, at=self.now, party=kept.party, lines=[line])
        except ValueError:
            return
        values["starts_on"] = line.starts_on
        self.diary.append(Noted(what, kept.party.pk, values, self.today, row))

    def _live(self, what: str, owner: int) -> list[Noted]:
        return [one for one in self.diary if (one.what, one.owner) == (what, owner) and one.ended is None]

    def _shareholder(self) -> None:
        kept, holder = self._of(PartyKind.ENTERPRISE, PartyKind.COOPERATIVE), self._of(*PartyKind.values)
        if kept is None or holder is None:
            return
        who = self.dice.choice((actions.Named("某某"), actions.Named(party_number=holder.party.number)))
        rate = self.dice.choice((None, Decimal("0.2"), Decimal("0.333333")))
        paid_in, currency = (
            self.dice.choice((None, Decimal(5000))),
            self.dice.choice((Currency.CNY, Currency.HKD)),
        )
        line = actions.ShareholderLine(
            who=who, rate=rate, paid_in=paid_in, currency=currency, starts_on=self._day()
        )
        self._note("shareholder", kept, line, rate=rate, paid_in=paid_in, currency=currency)

    def _post(self) -> None:
        kept, person = self._of("enterprise", "sole_trader", "cooperative"), self._of("person", "farmer")
        if kept is None or person is None:
            return
        kind = self.dice.choice((PostKind.LEGAL_REPRESENTATIVE, PostKind.OWNER, PostKind.DIRECTOR))
        who, pk = self.dice.choice(
            (
                (actions.Named("某人"), None),
                (actions.Named(party_number=person.party.number), person.party.pk),
            )
        )
        before = [one for one in self._live("post", kept.party.pk) if one.values["kind"] == kind]
        count = len(self.diary)
        line = actions.PostLine(who=who, kind=kind, starts_on=self._day())
        self._note("post", kept, line, kind=kind, person=pk)
        if len(self.diary) > count and kind in REPRESENTING:
            for one in before:
                last = line.starts_on or self.today
                one.ended, one.ends_on = self.today, max(last, one.values["starts_on"] or last)

    def _control(self) -> None:
        kept, person = self._of("enterprise", "cooperative"), self._of("person", "farmer")
        if kept is not None and person is not None:
            who = actions.Named(party_number=person.party.number)
            line = actions.ControlLine(who=who, basis=ControlBasis.EQUITY, starts_on=self._day())
            self._note("control", kept, line, person=person.party.pk)

    def _spouse(self) -> None:
        kept, other = self._of("person", "farmer"), self._of("person", "farmer")
        if kept is None or other is None:
            return
        who, pk = self.dice.choice(
            ((actions.Named("李四"), None), (actions.Named(party_number=other.party.number), other.party.pk))
        )
        self._note("kin", kept, actions.KinLine(who=who, kin=Kin.SPOUSE, starts_on=self._day()), relative=pk)

    def _licence(self) -> None:
        kept = self._of("enterprise", "sole_trader", "cooperative", "farmer")
        if kept is not None:
            until = self.dice.choice(
                (None, self.today + timedelta(days=self.dice.choice((-1, 0, 30, 90, 91, 400))))
            )
            starts = self.dice.choice((None, START - timedelta(days=400)))
            line = actions.LicenceLine(
                kind=LicenceKind.BUSINESS,
                title="许可证",
                number=str(len(self.diary)),
                ends_on=until,
                starts_on=starts,
            )
            self._note("licence", kept, line, until=until)

    def _tax(self) -> None:
        kept = self._of("enterprise", "sole_trader", "cooperative")
        if kept is not None:
            year, grade = self.dice.choice((2022, 2023)), self.dice.choice(TaxGradeName.values)
            before = [one for one in self._live("tax", kept.party.pk) if one.values["year"] == year]
            count = len(self.diary)
            self._note("tax", kept, actions.TaxGradeLine(year=year, grade=grade), year=year, grade=grade)
            if len(self.diary) > count:
                for one in before:
                    one.ended = self.today

    def _farm(self) -> None:
        kept = self._of("farmer", "cooperative")
        if kept is not None:
            area, heads = self.dice.choice(((Decimal("12.50"), None), (Decimal("3.25"), 40), (None, 7)))
            line = actions.FarmLine(kind=FarmKind.CROP, area=area, heads=heads, starts_on=self._day())
            self._note("farm", kept, line, area=area, heads=heads)

    def _end(self) -> None:
        live = [one for one in self.diary if one.ended is None]
        if not live:
            return
        one = self.dice.choice(live)
        words = {"tax": "tax_grade", "farm": "farm_holding"}
        ends_on = self.dice.choice((None, self.today, self.today - timedelta(days=self.dice.choice((5, 30)))))
        ending = actions.Ending("试验", ends_on, is_mistake=self.dice.random() < 0.3)
        edge = (words.get(one.what, one.what), one.row.pk)
        try:
            actions.end_edge(
                actor=self.actor, at=self.now, party=self.kept[one.owner].party, edge=edge, ending=ending
            )
        except ValueError:
            return
        one.ended, one.ends_on, one.is_mistake = self.today, ends_on, ending.is_mistake

    # What is expected of all that.

    def expected(self, day: date) -> dict[int, dict[str, Any]]:
        return {pk: self._facts(kept, day) for pk, kept in self.kept.items() if kept.since <= day}

    def _facts(self, kept: Kept, day: date) -> dict[str, Any]:
        pk = kept.party.pk
        kind = kept.was("kind", day)
        is_organisation = kind in {"enterprise", "sole_trader", "cooperative"}
        is_held = kind in {"enterprise", "cooperative"}
        holding = [one.values for one in self._holding("shareholder", pk, day)]
        licences = [one.values["until"] for one in self._holding("licence", pk, day)]
        taxes = sorted((one.values["year"], one.values["grade"]) for one in self._holding("tax", pk, day))
        farms = [one.values for one in self._holding("farm", pk, day)]
        rates = [one["rate"] for one in holding if one["rate"] is not None]
        paid = [one["paid_in"] for one in holding if one["paid_in"] is not None and one["currency"] == "CNY"]
        areas = [one["area"] for one in farms if one["area"] is not None]
        heads = [one["heads"] for one in farms if one["heads"] is not None]
        founded, capital = kept.was("established_on", day), kept.was("capital_amount", day)
        since = kept.was("farming_since", day)
        facts: dict[str, Any] = {
            "kind": kind,
            "legal_form": kept.was("legal_form", day) or None,
            "age_months": age_in_months(founded, as_of=day) if founded else None,
            "registered_capital": int(capital * 100)
            if capital is not None and kept.was("capital_currency", day) == "CNY"
            else None,
            "paid_in_capital": int(sum(paid) * 100) if paid and is_held else None,
            "staff_count": kept.was("staff_count", day),
            "shareholder_count": len(holding) if holding and is_held else None,
            "largest_share_rate": int(max(rates) * 10**6) if rates and is_held else None,
            "accounted_share_rate": int(sum(rates) * 10**6) if rates and is_held else None,
            "is_controller_known": bool(self._holding("control", pk, day)) if is_held else None,
            "representative_other_firms": self._others(kept, day),
            "expired_licences": sum(until is not None and until < day for until in licences)
            if licences
            else None,
            "expiring_licences_90d": sum(
                until is not None and 0 <= (until - day).days <= 90 for until in licences
            )
            if licences
            else None,
            "tax_grade": taxes[-1][1] if taxes else None,
            "tax_grade_year": taxes[-1][0] if taxes else None,
            "is_spouse_recorded": self._spouse_known(kept, kind, day),
            "farm_area": int(sum(areas) + Decimal("0.5")) if areas else None,
            "farm_heads": sum(heads) if heads else None,
            "farming_years": max(day.year - since, 0) if since is not None else None,
            "household_size": kept.was("household_size", day),
        }
        for name, counted in self._changes(kept, day).items():
            facts[f"{name}_changes_24m"] = counted if is_organisation else None
        return facts

    def _holding(self, what: str, owner: int, day: date) -> list[Noted]:
        return [one for one in self.diary if (one.what, one.owner) == (what, owner) and one.holds(day)]

    def _changes(self, kept: Kept, day: date) -> dict[str, int]:
        months = (day.year - 2) * 12 + day.month
        first = date(
            months // 12 - (months % 12 == 0),
            (months - 1) % 12 + 1,
            min(day.day, 28 if day.month == 2 else day.day),
        )
        found: dict[str, set[date]] = {
            "name": set(),
            "address": set(),
            "representative": set(),
            "shareholder": set(),
        }
        for told, when, what in kept.changes:
            if told <= day:
                found[what.removesuffix("_hash")].add(when)
        for one in self.diary:
            if one.owner != kept.party.pk or one.ended is None or one.ended > day or one.is_mistake:
                continue
            when = one.ends_on or one.ended
            if one.what == "shareholder":
                found["shareholder"].add(when)
            elif one.what == "post" and one.values["kind"] in REPRESENTING:
                found["representative"].add(when)
        return {name: sum(first < when <= day for when in days) for name, days in found.items()}

    def _keys(self, kept: Kept, day: date) -> set[object]:
        keys: set[object] = {
            one.values["person"]
            for one in self._holding("post", kept.party.pk, day)
            if one.values["kind"] in REPRESENTING and one.values["person"]
        }
        if kept.since <= day:
            keys |= {kept.was("representative_hash", day)} - {"", None}
        return keys

    def _others(self, kept: Kept, day: date) -> int | None:
        posts = [
            one for one in self._holding("post", kept.party.pk, day) if one.values["kind"] in REPRESENTING
        ]
        mine = self._keys(kept, day)
        if not posts and not mine:
            return None
        return sum(
            bool(mine & self._keys(other, day))
            for pk, other in self.kept.items()
            if pk != kept.party.pk and other.since <= day
        )

    def _spouse_known(self, kept: Kept, kind: str, day: date) -> bool | None:
        pk = kept.party.pk
        people = {one.values["person"] for one in self._holding("control", pk, day)}
        people |= {
            one.values["person"]
            for one in self._holding("post", pk, day)
            if one.values["kind"] == PostKind.OWNER
        }
        if kind in {"person", "farmer"}:
            people.add(pk)
        if not people:
            return None
        married = {
            person
            for one in self.diary
            if one.what == "kin" and one.holds(day)
            for person in (one.owner, one.values["relative"])
        }
        return bool((people - {None}) & married)


def _fields(details: actions.EnterpriseDetails) -> dict[str, Any]:
    names = (
        "name", "legal_form", "capital_amount", "capital_currency", "established_on", "address", "representative_hash",
        "staff_count",
    )  # fmt: skip
    return {name: getattr(details, name) for name in names}
