"""What a row of a list of persons says: read in full, with what is wrong with it by column, and no number in the reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from vouch.engine.cells import said
from vouch.engine.identifiers import IdentityProblem, PhoneKind, judge_identity, judge_phone
from vouch.parties.actions.edge_lines import FarmLine
from vouch.parties.actions.particulars import PhoneLine
from vouch.parties.actions.person import Household
from vouch.parties.actions.person_reading import (
    PersonDetails,
    ReadDocument,
    read_document,
    read_name,
    read_phone,
)
from vouch.parties.terms import (
    CHECKED_DOCUMENTS,
    DocumentKind,
    FarmKind,
    LandRight,
    MaritalStatus,
    PhoneUse,
    RecordSource,
    SexName,
)
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import Given, RowFault

DOCUMENTS = {str(label): value for value, label in DocumentKind.choices} | {
    "身份证": "resident", "二代身份证": "resident", "第二代居民身份证": "resident", "二代证": "resident",
    "港澳台居住证": "permit", "居住证": "permit", "外国人永久居留证": "foreigner", "外国人居留证": "foreigner",
    "其他": "other",
}  # fmt: skip
MARITAL = {str(label): value for value, label in MaritalStatus.choices} | {
    "离婚": "divorced", "离异未再婚": "divorced", "初婚": "married", "再婚": "married", "复婚": "married", "单身": "single",
}  # fmt: skip
SEXES = {str(label): value for value, label in SexName.choices} | {"男性": "male", "女性": "female"}
FARMS = {str(label): value for value, label in FarmKind.choices} | {
    "种植业": "crop", "养殖业": "livestock", "畜牧": "livestock", "畜牧业": "livestock", "水产养殖": "livestock",
}  # fmt: skip
LAND = {str(label): value for value, label in LandRight.choices} | {
    "承包": "contracted",
    "流转": "transferred",
}
KINDS = {"个人": False, "自然人": False, "农户": True, "种养殖户": True}

MONTHLY_MAX, ANNUAL_MAX, AREA_MAX = Decimal(10) ** 9, Decimal(10) ** 11, Decimal(10) ** 8
"""Beyond these the form refuses an income too; no household farms so many 亩."""
EARLIEST_BIRTH = 1880
_PARTS = re.compile(r"[,，、/;；]+")
_TOTALS = {"合计", "总计", "小计"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row in normal form; ``remarks`` are what is unusual about its document."""

    details: PersonDetails
    phones: tuple[PhoneLine, ...]
    household: Household | None
    holding: FarmLine | None
    remarks: tuple[str, ...]

    @property
    def is_farmer(self) -> bool:
        """Whether the row tells of a farmer."""
        return self.household is not None


class _Reader:
    """``is_forced``: a person takes the row as it stands, so a value that cannot be read is left out, if it may be missing."""

    def __init__(self, given: Given, *, today: date, is_forced: bool) -> None:
        self.given, self.today, self.is_forced = given, today, is_forced

    def optional(self, read: Callable[[], T], otherwise: T) -> T:
        """What may be missing."""
        try:
            return read()
        except RowFault:
            if self.is_forced:
                return otherwise
            raise

    def text(self, column: str, *, most: int) -> str:
        return self.optional(lambda: cells.short(self.given[column], column, most=most), "")

    def word(self, column: str, words: Mapping[str, str]) -> str:
        return self.optional(lambda: cells.word(self.given[column], column, words), None) or ""

    def income(self, column: str, largest: Decimal) -> Decimal | None:
        def read() -> Decimal | None:
            found = cells.money(self.given[column], column)
            if found is not None and found >= largest:
                raise RowFault(column, _("金额过大，请检查单位是不是万元"))
            return found

        return self.optional(read, None)

    def whole(self, column: str, ending: str, span: range) -> int | None:
        def read() -> int | None:
            found = said(self.given[column]).removesuffix(ending).strip().removesuffix(".0")
            if not found:
                return None
            if not (found.isascii() and found.isdigit() and len(found) < 9 and int(found) in span):
                message = _("应为 %(first)d 到 %(last)d 的整数")
                raise RowFault(column, message % {"first": span[0], "last": span[-1]})
            return int(found)

        return self.optional(read, None)

    def document(self) -> tuple[str, ReadDocument]:
        """Kind and number. A number that Excel has rounded is refused, and so is one that ends as if it had been."""
        text = cells.needed(self.given["document_number"], "document_number", _("证件号码"))
        text = cells.code(text, "document_number")
        kind = cells.word(self.given["document_kind"], "document_kind", DOCUMENTS)
        judged = judge_identity(text, today=self.today)
        if kind is None:
            is_one = judged.problem is IdentityProblem.NONE
            kind = DocumentKind(judged.kind.value) if is_one else DocumentKind.RESIDENT
        try:
            read = read_document(kind, text, today=self.today)
        except ValueError as error:
            raise RowFault("document_number", str(error).rstrip("。")) from error
        if kind in CHECKED_DOCUMENTS and read.number.endswith("000") and not self.is_forced:
            reason = _("号码以 000 结尾，可能被 Excel 舍去了尾数；请对照证件，无误时按原样接受")
            raise RowFault("document_number", reason)
        return kind, read

    def name(self) -> str:
        text = cells.needed(self.given["name"], "name", _("姓名"))
        if text.replace(" ", "") in _TOTALS:
            raise RowFault("name", _("合计行，不是一个人"))
        try:
            return read_name(text)
        except ValueError as error:
            raise RowFault("name", str(error).rstrip("。")) from error

    def birth_and_sex(self, kind: str, read: ReadDocument) -> tuple[date | None, str]:
        """A checked number says them itself; what the row says besides must agree."""
        born_on = self.optional(lambda: cells.day(self.given["born_on"], "born_on"), None)
        sex = self.word("sex", SEXES)
        if kind not in CHECKED_DOCUMENTS:
            if born_on is not None and not EARLIEST_BIRTH <= born_on.year <= self.today.year:
                raise RowFault("born_on", _("出生日期过早或晚于今天"))
            return born_on, sex
        for column, told, known in (("born_on", born_on, read.born_on), ("sex", sex, str(read.sex))):
            if told and told != known and not self.is_forced:
                raise RowFault(column, _("与证件号码不符，疑似错行"))
        return read.born_on, str(read.sex)

    def phones(self) -> tuple[PhoneLine, ...]:
        """Mobiles and others, several in a cell; each once."""
        nothing: tuple[PhoneLine, ...] = ()
        found = [
            *self.optional(lambda: self._phones_in("phone"), nothing),
            *self.optional(lambda: self._phones_in("other_phone"), nothing),
        ]
        return tuple({line.number: line for line in found}.values())

    def _phones_in(self, column: str) -> tuple[PhoneLine, ...]:
        cells.code(self.given[column], column)
        parts = [part.strip() for part in _PARTS.split(said(self.given[column]))]
        return tuple(line for part in parts if part for line in _phones(part, column))

    def household(self) -> Household | None:
        """What makes the person a farmer; None for one who is none."""
        size = self.whole("household_size", "人", range(1, 61))
        since = self.whole("farming_since", "年", range(1940, self.today.year + 1))
        kind = said(self.given["kind"])
        if kind and kind not in KINDS:
            raise RowFault(
                "kind",
                _("不认识“%(text)s”，可以填：%(known)s") % {"text": kind[:40], "known": "、".join(KINDS)},
            )
        farms = any(said(self.given[column]) for column in FARM_COLUMNS)
        if kind and not KINDS[kind] and (size or since or farms):
            raise RowFault("kind", _("客户类型为个人，却填了农户的内容"))
        return Household(size, since) if size or since or farms or (kind and KINDS[kind]) else None

    def holding(self) -> FarmLine | None:
        """What the farmer raises."""
        if not any(said(self.given[column]) for column in FARM_COLUMNS):
            return None
        kind = cells.word(self.given["farm_kind"], "farm_kind", FARMS)
        if kind is None:
            raise RowFault("farm_kind", _("填了经营规模，却没有填经营类别"))
        line = FarmLine(
            kind=kind,
            product=self.text("product", most=60),
            area=self._area(),
            heads=self.whole("heads", "头", range(1, 10**8)),
            land_right=self.word("land_right", LAND),
            land_until=self.optional(lambda: cells.day(self.given["land_until"], "land_until"), None),
            source=RecordSource.IMPORT,
        )
        if line.area is None and line.heads is None:
            raise RowFault("area", _("请填写面积或存栏数量"))
        return line

    def _area(self) -> Decimal | None:
        found = said(self.given["area"]).removesuffix("亩").strip().replace(",", "")
        if not found:
            return None
        # Decimal itself reads more: nan, Infinity, 1E+5.
        if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]+)?", found):
            raise RowFault("area", _("“%(text)s”不是面积") % {"text": found[:20]})
        area = Decimal(found)
        if not 0 < area < AREA_MAX or area != round(area, 2):
            raise RowFault("area", _("面积应大于 0，至多两位小数"))
        return round(area, 2)


def _phones(text: str, column: str) -> list[PhoneLine]:
    """One number, which may be grouped by blanks; or several with blanks between them."""
    try:
        return [_phone(text, column)]
    except RowFault:
        if " " not in text:
            raise
        return [_phone(part, column) for part in text.split()]


def _phone(text: str, column: str) -> PhoneLine:
    use = PhoneUse.MOBILE if judge_phone(text).kind is PhoneKind.MOBILE else PhoneUse.OTHER
    try:
        return PhoneLine(use, read_phone(text, use=use))
    except ValueError as error:
        raise RowFault(column, _("电话号码不对：手机号为 11 位，固定电话带区号")) from error


FARM_COLUMNS = ("farm_kind", "product", "area", "heads", "land_right", "land_until")


def read_person_row(given: Given, *, today: date, is_forced: bool) -> PersonRow:
    """What a row says. Raises RowFault."""
    reader = _Reader(given, today=today, is_forced=is_forced)
    name = reader.name()
    kind, read = reader.document()
    born_on, sex = reader.birth_and_sex(kind, read)
    told: dict[str, Any] = {column: reader.text(column, most=most) for column, most in _TEXTS.items()}
    details = PersonDetails(
        name=name,
        document_kind=kind,
        document_number=read.number,
        born_on=born_on,
        sex=sex,
        marital_status=reader.word("marital_status", MARITAL),
        monthly_income=reader.income("monthly_income", MONTHLY_MAX),
        annual_income=reader.income("annual_income", ANNUAL_MAX),
        **told,
    )
    return PersonRow(details, reader.phones(), reader.household(), reader.holding(), read.remarks)


_TEXTS = {"address": 200, "occupation": 60, "employer": 120}
