"""A list as it comes in a file or by hand: who stands on it, in normal form. Numbers of persons become an index at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date

from django.utils.translation import gettext as _

from vouch.customers.queries.watching import plain_name
from vouch.engine.cells import Cell, Unreadable, day_of, plain
from vouch.engine.identifiers import (
    CodeKind,
    CodeProblem,
    IdentityProblem,
    holds_protected,
    judge_code,
    judge_identity,
)
from vouch.parties.queries.persons import document_index
from vouch.platform.exchange.tabular import Column, guess_columns

NAME_MAX, TEXT_MAX = 200, 200
HEADING_ROWS = 30
COLUMNS = (
    Column(
        "name",
        "名称",
        ("姓名", "姓名或名称", "企业名称", "单位名称", "被执行人姓名/名称", "被执行人", "name"),
    ),
    Column(
        "number",
        "证件号码",
        (
            *(
                "身份证号码",
                "身份证号",
                "统一社会信用代码",
                "信用代码",
                "证件号",
                "组织机构代码",
                "身份证号码/组织机构代码",
            ),
            *("身份证号码/统一社会信用代码", "id"),
        ),
        is_required=False,
    ),
    Column("reason", "列入原因", ("原因", "事由", "失信行为具体情形", "类型", "reason"), is_required=False),
    Column("from_on", "列入日期", ("发布时间", "发布日期", "起始日期", "立案时间"), is_required=False),
    Column("until_on", "截止日期", ("到期日期", "失效日期"), is_required=False),
    Column("source", "依据", ("案号", "文号", "来源", "备注"), is_required=False),
)


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """One who stands on a list; ``document`` is the blind index of an identity document, ``code`` an organisation's."""

    _: KW_ONLY
    name: str
    code: str = ""
    document: bytes | None = None
    reason: str = ""
    from_on: date | None = None
    until_on: date | None = None
    source: str = ""

    @property
    def key(self) -> tuple[str, str, bytes]:
        """By what two versions of a list know that they speak of the same."""
        return plain_name(self.name), self.code, self.document or b""


@dataclass(frozen=True, slots=True)
class ListFault:
    """What is wrong with one row; never with a number in it."""

    line: int
    column: str
    reason: str


class WrongList(ValueError):
    """The file is no list that can be taken; ``faults`` name rows and columns."""

    def __init__(self, message: str, faults: Sequence[ListFault] = ()) -> None:
        super().__init__(message)
        self.faults = faults


def read_list(rows: Sequence[Sequence[Cell]], *, name: str) -> list[EntryDetails]:
    """Everybody on the list. Raises WrongList with every row that cannot be read: a list is taken whole or not at all."""
    place, places = _headings(rows, name=name)
    found: dict[tuple[str, str, bytes], EntryDetails] = {}
    faults: list[ListFault] = []
    for line, row in enumerate(rows[place + 1 :], start=place + 2):
        cells = [row[at] if at is not None and at < len(row) else None for at in places]
        if not any(plain(cell) for cell in cells):
            continue
        entry = _entry(cells, line, faults)
        if entry is not None:
            found.setdefault(entry.key, entry)
    if faults:
        raise WrongList(
            _("文件“%(name)s”有 %(count)d 行不能读，没有导入。")
            % {"name": name, "count": len({fault.line for fault in faults})},
            faults,
        )
    if not found:
        raise WrongList(_("文件“%(name)s”里一个名字也没有。") % {"name": name})
    return list(found.values())


def _headings(rows: Sequence[Sequence[Cell]], *, name: str) -> tuple[int, Sequence[int | None]]:
    for place, row in enumerate(rows[:HEADING_ROWS]):
        places = guess_columns([plain(cell) for cell in row], COLUMNS)
        if places[0] is not None:
            return place, places
    wanted = "、".join(column.title for column in COLUMNS)
    raise WrongList(
        _("文件“%(name)s”里找不到“名称”一列；可以有的列：%(wanted)s。") % {"name": name, "wanted": wanted}
    )


def _entry(cells: Sequence[Cell], line: int, faults: list[ListFault]) -> EntryDetails | None:
    """The row, or None with what is wrong with it among the faults."""
    before = len(faults)
    name, number = plain(cells[0]), plain(cells[1])

    def refuse(column: int, reason: str) -> None:
        faults.append(ListFault(line, COLUMNS[column].title, reason))

    if not plain_name(name):
        refuse(0, _("名称为空"))
    elif len(name) > NAME_MAX:
        refuse(0, _("名称超过 %(limit)d 个字") % {"limit": NAME_MAX})
    elif holds_protected(name):
        refuse(0, _("名称里写着证件号码或电话"))
    code, document = "", None
    try:
        code, document = read_number(number)
    except ValueError as error:
        refuse(1, str(error))
    days: list[date | None] = []
    for column in (3, 4):
        try:
            days.append(day_of(cells[column]) if plain(cells[column]) else None)
        except Unreadable:
            refuse(column, _("不是日期"))
            days.append(None)
    if days[0] and days[1] and days[1] < days[0]:
        refuse(4, _("截止日期早于列入日期"))
    for column in (2, 5):
        if holds_protected(plain(cells[column])):
            refuse(column, _("这一列不加密，不能写证件号码、电话或账号"))
    if len(faults) > before:
        return None
    texts = {
        COLUMNS[column].name: plain(cells[column])[:limit] for column, limit in ((2, TEXT_MAX), (5, 120))
    }
    return EntryDetails(name=name, code=code, document=document, from_on=days[0], until_on=days[1], **texts)


def read_number(text: str) -> tuple[str, bytes | None]:
    """An organisation's code in plain, or the index of a document's number; ("", None) for nothing and for what is masked.

    Whatever may be a person's becomes an index. Raises ValueError (Chinese, without the number).
    """
    if not text or "*" in text:
        return "", None
    identity = judge_identity(text)
    if identity.problem is IdentityProblem.NONE:
        return "", document_index(identity.value)
    judged = judge_code(text)
    is_sound = judged.kind is CodeKind.USCC and judged.problem is CodeProblem.NONE
    has_letters = judged.kind is CodeKind.USCC and not judged.value[:17].isdigit()
    if is_sound or has_letters or judged.kind is CodeKind.OLD_NUMBER:
        return judged.value, None
    if not (
        judged.value.isascii() and judged.value.replace("-", "").isalnum() and 5 <= len(judged.value) <= 30
    ):
        raise ValueError(_("证件号码应为 5 至 30 位字母或数字"))
    return "", document_index(judged.value)
