"""The graph between parties and what authorities say of them: lines are added, and ended when they no longer hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.parties import permissions
from vouch.parties.actions.edge_ends import Ending, end_row
from vouch.parties.actions.edge_lines import (
    ControlLine,
    EdgeLine,
    FarmLine,
    KinLine,
    LicenceLine,
    PostLine,
    ShareholderLine,
    TaxGradeLine,
)
from vouch.parties.actions.naming import Met, Named, Welcome, meet
from vouch.parties.actions.particulars import Repeated
from vouch.parties.actions.person import PersonRegistration, register_person
from vouch.parties.actions.sealing import fill, key_for
from vouch.parties.models import (
    Control,
    FarmHolding,
    Kinship,
    Licence,
    Party,
    Post,
    Shareholding,
    TaxGrade,
)
from vouch.parties.queries import current_assignment
from vouch.parties.queries.party import records_of
from vouch.parties.terms import (
    KIN_BACK,
    NATURAL_PERSONS,
    ORGANISATIONS,
    REPRESENTING,
    Kin,
    PartyKind,
)
from vouch.platform.identity.actions import take_part
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit
from vouch.platform.identity.terms import Office
from vouch.platform.ledger.action import Entry, action
from vouch.platform.web.figures import percent

WHO_HAS: dict[type[Any], frozenset[str]] = {
    ShareholderLine: frozenset({PartyKind.ENTERPRISE, PartyKind.COOPERATIVE}),
    ControlLine: frozenset({PartyKind.ENTERPRISE, PartyKind.COOPERATIVE}),
    PostLine: ORGANISATIONS,
    KinLine: NATURAL_PERSONS,
    LicenceLine: ORGANISATIONS | {PartyKind.FARMER},
    TaxGradeLine: ORGANISATIONS,
    FarmLine: frozenset({PartyKind.FARMER, PartyKind.COOPERATIVE}),
}
"""Which kinds of party have lines of each sort."""


class OverOne(ValueError):
    """Shares of more than the whole; ``str()`` is the Chinese message with the figures."""


@action("parties.relations.added", may=permissions.may_correct)
def add_edges(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, lines: Sequence[EdgeLine]
) -> list[Any]:
    """Note these lines of a party, all or none; persons named with their document become known.

    Raises OverOne, Repeated, WrongName, and ValueError for what this kind of party does not have.
    """
    locked, written = _written(party, lines, actor=actor, at=at)
    entry.about("party", locked.pk, after=dict(written.told))
    written.protect(entry, locked, at=at)
    return written.rows


def _written(party: Party, lines: Sequence[EdgeLine], *, actor: Actor, at: datetime) -> tuple[Party, Written]:
    locked = Party.objects.select_for_update().get(pk=party.pk)
    take_part(actor=actor, matter=("party", str(locked.pk)), office=Office.FRONT, at=at)
    assignment = current_assignment(locked)
    if assignment is None:
        raise ValueError(_("该客户没有管户机构，请先指定管户。"))
    welcome = Welcome(assignment.unit, assignment.manager, assignment.second_manager)
    return locked, write_edges(locked, lines, welcome=welcome, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Written:
    """The rows, and what the entry of the action says of them: plainly, and of names that no party bears, sealed."""

    rows: list[Any]
    told: Mapping[str, str]
    names: Mapping[str, str]

    def protect(self, entry: Entry, party: Party, *, at: datetime) -> None:
        """Put the names into the entry, which has been told what it is about."""
        for name, text in self.names.items():
            entry.protect(key_for(party, at=at), name, after=text)


def write_edges(
    party: Party, lines: Sequence[EdgeLine], *, welcome: Welcome, actor: Actor, at: datetime
) -> Written:
    """Write the lines of a party; for use inside an action that locked it, or has just made it."""
    writer = _Writer(party, welcome, actor, at)
    check_shares(party, [line for line in lines if isinstance(line, ShareholderLine)], day=writer.day)
    rows = [writer.write(line, place) for place, line in enumerate(lines, start=1)]
    return Written(rows, writer.told, writer.names)


def check_shares(party: Party | None, lines: Sequence[ShareholderLine], *, day: date) -> Decimal:
    """What the lines and the shares recorded with any of the customer's records come to. Raises OverOne above 100 %."""
    added = sum((line.rate for line in lines if line.rate is not None), Decimal(0))
    held = Decimal(0)
    if party is not None:
        held = _held_shares(party)
    if lines and added + held > 1:
        raise OverOne(
            _(
                "股东持股比例合计 %(total)s，超过 100%%：已登记 %(held)s，本次 %(added)s。请核对，或先终止已转让的股份。"
            )
            % {"total": percent(added + held, 4), "held": percent(held, 4), "added": percent(added, 4)}
        )
    return added + held


def _held_shares(party: Party) -> Decimal:
    """What is held of a customer; of one shareholder whom several of its records name, the largest share counts."""
    live = Shareholding.objects.filter(party__in=records_of(party), ended_at=None).exclude(rate=None)
    holder = Coalesce("holder__canonical", "holder")
    found = live.values_list("party", holder, "holder_name").annotate(total=Sum("rate"))
    largest: dict[object, Decimal] = {}
    for _record, known, name, total in found.order_by():
        who = known or name
        largest[who] = max(total, largest.get(who, Decimal(0)))
    return sum(largest.values(), Decimal(0))


class _Writer:
    """Writes lines of one party, and gathers what its entry says of them."""

    def __init__(self, party: Party, welcome: Welcome, actor: Actor, at: datetime) -> None:
        self.party, self.welcome, self.actor, self.at = party, welcome, actor, at
        self.records = records_of(party)
        self.told: dict[str, str] = {}
        self.names: dict[str, str] = {}

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)

    def write(self, line: EdgeLine, place: int) -> Any:
        """One row. Raises ValueError in Chinese."""
        if self.party.kind not in WHO_HAS[type(line)]:
            raise ValueError(_("%s没有这类信息。") % self.party.get_kind_display())
        common = {
            "starts_on": line.starts_on,
            "source": line.source,
            "added_at": self.at,
            "added_by": self.actor.label,
        }
        name = f"{_WORDS[type(line)]}.{place}"
        row = _WRITERS[type(line)](self, line, common, name)
        row.save(force_insert=True)
        return row

    def met(self, named: Named, name: str) -> Met:
        """Whom the line names; the entry keeps the number of who is known, and the name of others sealed."""
        found = meet(named, welcome=self.welcome, actor=self.actor, at=self.at)
        if found.party is not None and found.party.pk == self.party.pk:
            raise ValueError(_("不能登记为自己的股东、任职人员、实际控制人或亲属。"))
        if found.party is not None:
            self.tell(name, who=found.party.number)
        if found.name:
            self.names[f"{name}.name"] = found.name
        return found

    def tell(self, name: str, **values: object) -> None:
        """Say something of a line in the entry."""
        said = [f"{_SAID[key]} {value}" for key, value in values.items() if value not in {None, ""}]
        self.told[name] = "，".join(filter(None, (self.told.get(name, ""), *said)))


def _shareholding(writer: _Writer, line: ShareholderLine, common: Any, name: str) -> Shareholding:
    met = writer.met(line.who, name)
    live = Shareholding.objects.filter(party__in=writer.records, ended_at=None)
    if met.party is not None and live.filter(holder__in=records_of(met.party)).exists():
        raise Repeated(_("股东“%s”已经登记；比例变化请先终止原来的一行。") % (met.name or met.party.name))
    writer.tell(name, rate=line.rate, subscribed=line.subscribed, paid_in=line.paid_in)
    return Shareholding(
        party=writer.party, holder=met.party, holder_name=met.name, holder_code=met.code, rate=line.rate,
        subscribed=line.subscribed, paid_in=line.paid_in, currency=line.currency, **common,
    )  # fmt: skip


def _post(writer: _Writer, line: PostLine, common: Any, name: str) -> Post:
    met = writer.met(line.who, name)
    if met.party is not None and met.party.kind not in NATURAL_PERSONS:
        raise ValueError(_("任职只能登记在个人和企业之间。"))
    known = Post.objects.filter(enterprise__in=writer.records, kind=line.kind, ended_at=None)
    if met.party is not None and known.filter(person__in=records_of(met.party)).exists():
        raise Repeated(_("该任职已经登记。"))
    live = Post.objects.filter(enterprise=writer.party, kind=line.kind, ended_at=None)
    writer.tell(name, post=line.kind)
    if line.kind in REPRESENTING:
        # It has one at a time: the new one succeeds.
        for before in live:
            end_row(
                before, Ending("", ends_on=line.starts_on or writer.day), actor=writer.actor, at=writer.at
            )
            writer.tell(name, succeeds=before.pk)
    return Post(
        enterprise=writer.party, person=met.party, person_name=met.name[:100], kind=line.kind, **common
    )


def _control(writer: _Writer, line: ControlLine, common: Any, name: str) -> Control:
    met = writer.met(line.who, name)
    live = Control.objects.filter(party__in=writer.records, ended_at=None)
    if met.party is not None and live.filter(controller__in=records_of(met.party)).exists():
        raise Repeated(_("该实际控制人已经登记。"))
    writer.tell(name, basis=line.basis, rate=line.rate)
    return Control(
        party=writer.party, controller=met.party, controller_name=met.name, basis=line.basis, rate=line.rate,
        **common,
    )  # fmt: skip


def _kinship(writer: _Writer, line: KinLine, common: Any, name: str) -> Kinship:
    met = writer.met(line.who, name)
    if met.party is not None and met.party.kind not in NATURAL_PERSONS:
        raise ValueError(_("亲属关系只能登记在个人之间。"))
    # From both sides: a spouse is written in one file and read in both.
    mine = Q(person__in=writer.records, kin=line.kin) | Q(relative__in=writer.records, kin=KIN_BACK[line.kin])
    live = Kinship.objects.filter(mine, ended_at=None)
    if line.kin == Kin.SPOUSE and live.exists():
        raise Repeated(_("已登记配偶；如有变化，请先终止原来的关系。"))
    if met.party is not None and live.filter(_of_either(records_of(met.party))).exists():
        raise Repeated(_("该亲属关系已经登记。"))
    if met.party is not None and line.kin == Kin.SPOUSE and is_married(met.party):
        raise Repeated(_("对方已登记有其他配偶，请核对。"))
    writer.tell(name, kin=line.kin)
    row = Kinship(person=writer.party, relative=met.party, kin=line.kin, **common)
    fill(row, key_for(writer.party, at=writer.at), name=met.name)
    return row


def is_married(person: Party) -> bool:
    """Whether a spouse is recorded for the person, in whichever of the two files."""
    either = _of_either(records_of(person))
    return Kinship.objects.filter(either, kin=Kin.SPOUSE, ended_at=None).exists()


def _of_either(records: QuerySet[Party]) -> Q:
    return Q(person__in=records) | Q(relative__in=records)


def _licence(writer: _Writer, line: LicenceLine, common: Any, name: str) -> Licence:
    live = Licence.objects.filter(party=writer.party, ended_at=None, title=line.title, number=line.number)
    if line.number and live.exists():
        raise Repeated(_("该证照已经登记；换证请先终止原来的一行。"))
    writer.tell(name, title=line.title, number=line.number, ends_on=line.ends_on)
    return Licence(
        party=writer.party, kind=line.kind, title=line.title, number=line.number, issuer=line.issuer,
        ends_on=line.ends_on, **common,
    )  # fmt: skip


def _tax_grade(writer: _Writer, line: TaxGradeLine, common: Any, name: str) -> TaxGrade:
    for before in TaxGrade.objects.filter(party=writer.party, year=line.year, ended_at=None):
        if before.grade == line.grade:
            raise Repeated(_("%d 年度的纳税信用等级已经登记。") % line.year)
        # Graded again (复评): the former grade stays in the history.
        end_row(before, Ending(""), actor=writer.actor, at=writer.at)
        writer.tell(name, before=before.grade)
    writer.tell(name, year=line.year, grade=line.grade)
    return TaxGrade(party=writer.party, year=line.year, grade=line.grade, **common)


def _farm(writer: _Writer, line: FarmLine, common: Any, name: str) -> FarmHolding:
    if not line.area and not line.heads:
        raise ValueError(_("请填写面积或存栏数量。"))
    writer.tell(name, kind=line.kind, area=line.area, heads=line.heads)
    return FarmHolding(
        party=writer.party, kind=line.kind, product=line.product, area=line.area, heads=line.heads,
        land_right=line.land_right, land_until=line.land_until, **common,
    )  # fmt: skip


_SAID = {
    "who": "客户", "rate": "比例", "subscribed": "认缴", "paid_in": "实缴", "post": "任职", "succeeds": "接替第",
    "basis": "依据", "kin": "关系", "title": "证照", "number": "编号", "ends_on": "到期", "year": "年度", "grade": "等级",
    "before": "原等级", "kind": "类别", "area": "亩数", "heads": "存栏",
}  # fmt: skip
"""How the entry of a line names its parts, for people alone."""
_WORDS: dict[type[Any], str] = {
    ShareholderLine: "shareholder",
    PostLine: "post",
    ControlLine: "control",
    KinLine: "kin",
    LicenceLine: "licence",
    TaxGradeLine: "tax_grade",
    FarmLine: "farm_holding",
}
_WRITERS: dict[type[Any], Any] = {
    ShareholderLine: _shareholding,
    PostLine: _post,
    ControlLine: _control,
    KinLine: _kinship,
    LicenceLine: _licence,
    TaxGradeLine: _tax_grade,
    FarmLine: _farm,
}


@action("parties.post.added", may=permissions.may_correct)
def add_post(entry: Entry, *, actor: Actor, at: datetime, party: Party, person: Party, kind: str) -> Post:
    """Note what a known person is in this organisation (PostKind). Raises Repeated, and ValueError for other kinds."""
    if person.kind not in NATURAL_PERSONS or party.kind not in ORGANISATIONS:
        raise ValueError(_("任职只能登记在个人和企业之间。"))
    line = PostLine(who=Named(party_number=person.number), kind=kind)
    locked, written = _written(party, [line], actor=actor, at=at)
    # By number: a name in the ledger would outlive the person's erasure.
    entry.about("party", locked.pk, after={"post": kind, "person": person.number})
    [post] = written.rows
    return post  # type: ignore[no-any-return]


def register_with_edges(
    *, actor: Actor, at: datetime, unit: Unit, registration: PersonRegistration, edges: Sequence[EdgeLine]
) -> Party:
    """Register a person or a farmer together with what is known of them line by line: both or nothing."""
    with transaction.atomic():
        party = register_person(actor=actor, at=at, unit=unit, registration=registration)
        if edges:
            _add_first_edges(actor=actor, at=at, unit=unit, party=party, lines=edges)
    return party


@action("parties.relations.begun", may=permissions.may_register)
def _add_first_edges(
    entry: Entry, *, actor: Actor, at: datetime, unit: Unit, party: Party, lines: Sequence[EdgeLine]
) -> None:
    """The lines that came with a registration, for whoever may register in the unit: the customer may be in no hands yet."""
    locked, written = _written(party, lines, actor=actor, at=at)
    entry.about("party", locked.pk, after=dict(written.told))
    written.protect(entry, locked, at=at)
