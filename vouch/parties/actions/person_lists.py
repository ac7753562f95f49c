"""Natural persons and farmers from a table (个人名单): each registered or corrected like one entered by hand.

A row is known by the document alone. What a row does not say stays as it is. Somebody known whom the actor may not see
is told like at the form, with the same entry for compliance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, ClassVar

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.cells import said
from vouch.engine.identifiers import judge_identity, normal_code
from vouch.parties.actions.edge_lines import FarmLine
from vouch.parties.actions.edges import add_edges
from vouch.parties.actions.history import Change
from vouch.parties.actions.particulars import PhoneLine, add_phone
from vouch.parties.actions.person import (
    AlreadyEnrolled,
    Household,
    PersonRegistration,
    change_household,
    correct_person,
    note_repetition,
    register_person,
)
from vouch.parties.actions.person_cells import FARM_COLUMNS, PersonRow, read_person_row
from vouch.parties.models import FarmHolding, Party, Person, Phone
from vouch.parties.queries import visible_to
from vouch.parties.queries.history import spelled
from vouch.parties.queries.party import assignable_staff, assignable_units
from vouch.parties.queries.persons import document_index, opened_fields, phone_index
from vouch.parties.terms import PROTECTED, ChangeNature, PartyKind, RecordSource
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import Batch, Finding, Given, Outcome, RowFault, RowImporter, Source
from vouch.platform.exchange.tabular import Column, Row
from vouch.platform.identity.models import Unit, User
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject


def _protected(name: str, title: str, words: tuple[str, ...] = (), *, of: str = "", **more: Any) -> Column:
    known = PROTECTED[of or name]
    return Column(
        name, title, words, is_required=False, field_class=known.field_class, mask=known.mask, **more
    )


def _plain(name: str, title: str, *words: str) -> Column:
    return Column(name, title, words, is_required=False)


COLUMNS = (
    Column("name", "姓名", ("客户姓名", "客户名称", "借款人", "借款人姓名", "农户姓名", "户主", "户主姓名")),
    _plain("document_kind", "证件类型", "证件种类", "证件名称"),
    Column(
        "document_number",
        "证件号码",
        ("身份证号", "身份证号码", "证件号", "公民身份号码", "身份证"),
        field_class=PROTECTED["document_number"].field_class,
        mask=PROTECTED["document_number"].mask,
    ),
    _plain("kind", "客户类型", "客户类别", "类型"),
    _protected("born_on", "出生日期", ("出生年月日", "生日")),
    _plain("sex", "性别"),
    _protected("phone", "手机号码", ("手机", "手机号", "联系电话", "电话", "移动电话", "联系方式")),
    _protected("other_phone", "其他电话", ("固定电话", "座机", "备用电话", "第二联系电话"), of="phone"),
    _protected("address", "住址", ("家庭住址", "居住地址", "现住址", "地址", "户籍地址", "联系地址")),
    _protected("occupation", "职业", ("从事职业", "职业类别")),
    _protected("employer", "工作单位", ("单位名称", "就职单位", "所在单位")),
    _protected("monthly_income", "月收入", ("月均收入", "个人月收入"), is_money=True),
    _protected("annual_income", "年收入", ("家庭年收入", "年均收入", "个人年收入"), is_money=True),
    _plain("marital_status", "婚姻状况", "婚姻", "婚姻状态"),
    _plain("duty_unit", "管户机构", "所属机构", "经办机构", "归属机构"),
    _plain("manager", "管户经理", "客户经理", "经办人", "A角"),
    _plain("household_size", "家庭人口", "家庭人口数", "人口数"),
    _plain("farming_since", "从业起始年份", "从业年份", "开始经营年份"),
    _plain("farm_kind", "经营类别", "种养类别", "经营类型"),
    _plain("product", "品种", "种养品种", "经营品种"),
    _plain("area", "面积（亩）", "种植面积", "面积", "经营面积", "种植面积（亩）"),
    _plain("heads", "存栏数量", "存栏", "养殖数量"),
    _plain("land_right", "土地取得方式", "土地性质"),
    _plain("land_until", "土地合同到期日", "土地到期日"),
)


@dataclass(slots=True)
class _Known:
    """Who is known of a chunk, by kind and index of the document; filled up by what the chunk registers."""

    persons: dict[tuple[str, bytes], Person]
    visible: set[int]
    managers: dict[str, list[User]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)


class PersonImporter(RowImporter):
    """Rows of persons and farmers; a farmer with several holdings has several rows."""

    kind: ClassVar[str] = "persons"
    title: ClassVar[str] = "个人名单"
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "个人名单文件（CSV、XLSX、XLS）：个人、农户，每行一人，有多种经营的农户每种一行",
            COLUMNS,
            sheets=("个人名单", "农户名单", "客户名单", "个人", "农户"),
        ),
    )
    example: ClassVar[str] = "vouch import persons 农户名单.xlsx --unit YW1 --dry-run"
    key: ClassVar[tuple[str, ...]] = ("document_number",)
    several: ClassVar[tuple[str, ...]] = FARM_COLUMNS

    def look_up(self, rows: Sequence[Given], batch: Batch) -> _Known:
        """The persons, managers and units that the rows name."""
        codes = {cells.bare_code(given["document_number"]) for given in rows}
        # As an identity number, and as it stands: of other documents 15 digits are not an old identity number.
        numbers = {number for code in codes for number in (judge_identity(code).value, normal_code(code))}
        found = Person.objects.filter(document_index__in=[document_index(one) for one in numbers])
        persons = {
            (one.document_kind, bytes(one.document_index or b"")): one
            for one in found.select_related("party")
        }
        ids = [one.party_id for one in persons.values()]
        visible = set(visible_to(batch.actor).filter(pk__in=ids).values_list("pk", flat=True))
        known = _Known(persons, visible)
        for one in assignable_staff().filter(name__in={said(given["manager"]) for given in rows}):
            known.managers.setdefault(one.name, []).append(one)
        for unit in assignable_units(batch.actor):
            known.units |= {unit.code: unit, unit.name: unit}
        return known

    def take_row(self, row: Row, given: Given, known: _Known, *, batch: Batch, outcome: Outcome) -> None:
        """Register a person, or bring what is new about one who is known."""
        told = read_person_row(given, today=timezone.localdate(batch.at), is_forced=bool(batch.forced))
        named = (str(told.details.document_kind), document_index(told.details.document_number))
        person = known.persons.get(named)
        if person is not None and person.party_id not in known.visible:
            raise _known_elsewhere(person.party_id, batch)
        try:
            with transaction.atomic():
                if person is None:
                    party, is_changed = _register(given, told, known, batch), True
                else:
                    is_torn = batch.source.key_of(row, self.key) in batch.conflicting
                    party, is_changed = person.party, _bring(person, told, is_torn=is_torn, batch=batch)
        except AlreadyEnrolled as error:
            if visible_to(batch.actor).filter(pk=error.party_id).exists():
                raise RowFault("document_number", str(error).rstrip("。")) from error
            raise _known_elsewhere(error.party_id, batch) from error
        except PermissionDenied as error:
            raise RowFault("", str(error) or _("您不能登记或更正这位客户")) from error
        except ValueError as error:
            if isinstance(error, RowFault):
                raise
            raise RowFault("", str(error).rstrip("。")) from error
        if person is None:
            known.persons[named] = Person.objects.select_related("party").get(party=party)
            known.visible.add(party.pk)
        if not is_changed:
            outcome.unchanged += 1
            return
        # Whom it is about and where it stands: the values are sealed, and the file is covered by its own hash.
        outcome.leaves.append(orjson.dumps([party.pk, row.line]))
        if told.remarks:
            outcome.warned.append(Finding(row, "document_number", "；".join(told.remarks).rstrip("。")))
        else:
            outcome.accepted += 1


def _known_elsewhere(party_id: int, batch: Batch) -> RowFault:
    """Somebody out of sight: refused, and noted for compliance whatever becomes of the row."""
    note = partial(note_repetition, actor=batch.actor, at=batch.at, party_id=party_id)
    return RowFault("document_number", _("该证件号码已经建档，但不在您的数据范围内"), note)


def _register(given: Given, told: PersonRow, known: _Known, batch: Batch) -> Party:
    unit, manager = _duty(given, known, batch)
    registration = PersonRegistration(
        told.details, phones=told.phones, manager=manager, household=told.household
    )
    party = register_person(actor=batch.actor, at=batch.at, unit=unit, registration=registration)
    Party.objects.filter(pk=party.pk).update(batch_id=batch.import_id)
    if told.holding is not None:
        add_edges(actor=batch.actor, at=batch.at, party=party, lines=[told.holding])
    return party


def _duty(given: Given, known: _Known, batch: Batch) -> tuple[Unit, User | None]:
    """In whose hands a new customer comes: the row's unit and manager, else the delivery's unit. Raises RowFault."""
    wanted, name = said(given["duty_unit"]), said(given["manager"])
    unit = known.units.get(wanted) if wanted else batch.unit
    if unit is None:
        raise RowFault("duty_unit", _("没有这个机构，或不在您的数据范围内"))
    if not name:
        return unit, None
    found = known.managers.get(name, [])
    here = [one for one in found if one.unit_id == unit.pk] or found
    if len(here) != 1:
        reason = _("没有叫这个名字的客户经理") if not here else _("有不止一位客户经理叫这个名字，请改填机构")
        raise RowFault("manager", reason)
    return unit, here[0]


def _bring(person: Person, told: PersonRow, *, is_torn: bool, batch: Batch) -> bool:
    """Bring what is new about somebody who is known; whether anything was. Raises RowFault."""
    party = Party.objects.select_related("canonical").get(pk=person.party_id)
    changes = _changes(party, told, is_forced=bool(batch.forced))
    household = _household(party, told.household)
    # What one file says twice, otherwise each time, is a person's decision.
    is_own = party.batch_id == batch.import_id
    if (is_torn or is_own) and (changes or household) and not batch.forced:
        raise RowFault("", _("本文件中已有同一证件号码而内容不同的一行"))
    phones = _new_phones(party, told)
    holdings = _new_holdings(party, told)
    if not (changes or household or phones or holdings):
        return False
    if party.canonical is not None:
        raise RowFault("", _("该客户已并入 %(number)s，请在其页面更正") % {"number": party.canonical.number})
    who: dict[str, Any] = {"actor": batch.actor, "at": batch.at, "party": party}
    reason = _("导入批次 %d") % batch.import_id
    if changes:
        change = Change(
            ChangeNature.CORRECTION, RecordSource.IMPORT, reason=reason, import_id=batch.import_id
        )
        correct_person(**who, changes=changes, reason=reason, change=change)
    if household:
        change = Change(ChangeNature.CHANGE, RecordSource.IMPORT, reason=reason, import_id=batch.import_id)
        change_household(**who, household=household, change=change)
    for line in phones:
        add_phone(**who, line=line)
    if holdings:
        add_edges(**who, lines=holdings)
    return True


def _changes(party: Party, told: PersonRow, *, is_forced: bool) -> Mapping[str, Any]:
    """What the row says otherwise. Another name is somebody's decision: the number may be another person's."""
    person = Person.objects.get(party=party)
    held = {"name": party.name, **opened_fields(person, key_of(Subject("party", str(party.pk))))}
    wanted = {name: value for name, value in asdict(told.details).items() if value not in {None, ""}}
    changes = {name: value for name, value in wanted.items() if spelled(value) != spelled(held[name])}
    if "name" in changes and not is_forced:
        raise RowFault("name", _("该证件号码已建档，但登记的姓名不同；确认是同一人时按原样接受"))
    return changes


def _household(party: Party, told: Household | None) -> Household | None:
    """The household as it is after the row, where it changes; what the row does not say stays."""
    if told is None:
        return None
    farmer = getattr(party, "farmer", None)
    size = told.household_size or (farmer.household_size if farmer else None)
    since = told.farming_since or (farmer.farming_since if farmer else None)
    is_same = farmer is not None and (size, since) == (farmer.household_size, farmer.farming_since)
    return None if is_same and party.kind == PartyKind.FARMER else Household(size, since)


def _new_phones(party: Party, told: PersonRow) -> list[PhoneLine]:
    rows = Phone.objects.filter(party=party, ended_at=None).values_list("number_index", flat=True)
    known = {bytes(index) for index in rows if index is not None}
    return [line for line in told.phones if phone_index(line.number) not in known]


def _new_holdings(party: Party, told: PersonRow) -> list[FarmLine]:
    """What the row says is raised, where it is not recorded yet. Raises RowFault where it is, with other figures."""
    line = told.holding
    if line is None:
        return []
    live = FarmHolding.objects.filter(party=party, kind=line.kind, product=line.product, ended_at=None)
    held = live.first()
    if held is not None and (held.area, held.heads) != (line.area, line.heads):
        raise RowFault("area", _("已登记同一品种，但面积或存栏不同；请先在客户页面终止原来的一行"))
    return [line] if held is None else []
