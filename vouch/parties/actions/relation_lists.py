"""Relations from a table: shareholders, posts, controllers and kin of customers that are known, a row each (关系名单).

Whom a row names is known by a customer's number or a unified code, or by name alone. Identity numbers are refused: a
list that is kept as a file is no place for them, and a person is registered first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import orjson
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.cells import said
from vouch.engine.identifiers import holds_protected, without_protected
from vouch.parties.actions.edge_lines import ControlLine, EdgeLine, KinLine, PostLine, ShareholderLine
from vouch.parties.actions.edges import add_edges
from vouch.parties.actions.known import Customers, Who
from vouch.parties.actions.naming import Named, known_party, read_named
from vouch.parties.models import Control, Kinship, Party, Post, Shareholding
from vouch.parties.queries.party import records_of
from vouch.parties.terms import KIN_BACK, REPRESENTING, ControlBasis, Kin, PostKind, RecordSource
from vouch.platform.exchange import cells
from vouch.platform.exchange.importer import Batch, Given, Outcome, RowFault, RowImporter, Source
from vouch.platform.exchange.tabular import ANY_CODE, Column, Row
from vouch.platform.identity.terms import FieldClass

# An identity number there is refused, but the file that holds it is kept.
PERSONAL: Mapping[str, Any] = {"field_class": FieldClass.IDENTITY, "mask": ANY_CODE}
COLUMNS = (
    Column("owner", "客户名称", ("企业名称", "单位名称", "客户"), is_required=False),
    Column(
        "owner_code", "客户代码", ("统一社会信用代码", "信用代码", "客户编号"), is_required=False, **PERSONAL
    ),
    Column("relation", "关系", ("关系类型", "职务", "与客户关系")),
    Column("other", "对方名称", ("姓名", "股东名称", "关系人", "关联方", "关联方名称", "对方")),
    Column(
        "other_code",
        "对方代码",
        ("对方客户编号", "关联方代码", "股东代码", "对方统一社会信用代码"),
        is_required=False,
        **PERSONAL,
    ),
    Column("rate", "持股比例", ("比例", "出资比例", "控制比例"), is_required=False),
    Column("subscribed", "认缴出资额", ("认缴额", "出资额", "认缴"), is_required=False, is_money=True),
    Column("starts_on", "起始日期", ("任职日期", "入股日期", "自"), is_required=False),
)
SHAREHOLDER, CONTROLLER = "股东", "实际控制人"
_POSTS = {str(label): value for value, label in PostKind.choices} | {
    "法人": "legal",
    "法人代表": "legal",
    "高管": "executive",
    "经理": "manager",
}
_KIN = {str(label): value for value, label in Kin.choices} | {
    "丈夫": "spouse",
    "妻子": "spouse",
    "父亲": "parent",
    "母亲": "parent",
}
_WORDS = (SHAREHOLDER, CONTROLLER, *_POSTS, *_KIN)


class RelationImporter(RowImporter):
    """Rows of relations, each noted like one entered by hand; one that is recorded already changes nothing."""

    kind: ClassVar[str] = "relations"
    title: ClassVar[str] = "关系名单"
    sources: ClassVar[tuple[Source, ...]] = (
        Source(
            "file",
            "关系名单文件（CSV、XLSX、XLS）：股东、任职、实际控制人、亲属",
            COLUMNS,
            sheets=("关系", "股东", "关联方"),
        ),
    )
    example: ClassVar[str] = "vouch import relations 关系名单.xlsx --unit HQ --dry-run"
    key: ClassVar[tuple[str, ...]] = ("owner", "owner_code", "relation")

    def look_up(self, rows: Sequence[Given], batch: Batch) -> Customers:
        """The customers that the rows name."""
        return Customers(map(_owner, rows), actor=batch.actor)

    def kept(self, row: Row) -> Row:
        """Without any identity number that somebody wrote into it."""
        told = tuple(without_protected(cell) if holds_protected(cell) else cell for cell in row.cells)
        raw = [without_protected(cell) if holds_protected(cell) else cell for cell in row.raw]
        return row._replace(cells=told, raw=raw)

    def take_row(self, row: Row, given: Given, known: Customers, *, batch: Batch, outcome: Outcome) -> None:
        """Note one line."""
        line = _line(given, today=timezone.localdate(batch.at))
        # Of a customer with several records, the standing one is where relations are noted.
        party = Party.objects.get(pk=known.customer_of(_found(known, given)))
        is_torn = batch.source.key_of(row, self.key) in batch.conflicting
        _take(row, party, line, is_torn=is_torn, batch=batch, outcome=outcome)


def _take(row: Row, party: Party, line: EdgeLine, *, is_torn: bool, batch: Batch, outcome: Outcome) -> None:
    if _is_known(party, line, batch):
        outcome.unchanged += 1
        return
    if is_torn and isinstance(line, PostLine) and line.kind in REPRESENTING and _represented(party, line):
        raise RowFault("relation", _("本文件为该客户列了不止一个%s") % PostKind(line.kind).label)
    try:
        add_edges(actor=batch.actor, at=batch.at, party=party, lines=[line])
    except ValueError as error:
        raise RowFault("other", str(error)) from error
    except PermissionDenied as error:
        raise RowFault("owner", str(error) or _("您不能为该客户登记关系")) from error
    outcome.accepted += 1
    outcome.leaves.append(orjson.dumps([party.pk, *row.cells]))


def _is_known(party: Party, line: EdgeLine, batch: Batch) -> bool:
    """Whether this very line is recorded, with whichever records of the two customers. Raises RowFault where the same
    one is, with other figures.
    """
    mine = records_of(party)
    if isinstance(line, KinLine):
        relative = known_party(line.who, actor=batch.actor)
        if relative is None:
            return False
        theirs = records_of(relative)
        one = Q(person__in=mine, relative__in=theirs, kin=line.kin)
        back = Q(person__in=theirs, relative__in=mine, kin=KIN_BACK[Kin(line.kin)])
        return Kinship.objects.filter(one | back, ended_at=None).exists()
    if isinstance(line, PostLine):
        live = Post.objects.filter(enterprise__in=mine, kind=line.kind, ended_at=None)
        return bool(_named(live, line.who, batch, party="person", name="person_name").exists())
    if isinstance(line, ControlLine):
        live_control = Control.objects.filter(party__in=mine, ended_at=None)
        held = _named(live_control, line.who, batch, party="controller", name="controller_name").first()
        return held is not None and _same(held.rate, line.rate)
    if isinstance(line, ShareholderLine):
        live_share = Shareholding.objects.filter(party__in=mine, ended_at=None)
        share = _named(live_share, line.who, batch, party="holder", name="holder_name").first()
        return share is not None and _same(share.rate, line.rate) and _same(share.subscribed, line.subscribed)
    return False


def _same(held: Decimal | None, told: Decimal | None) -> bool:
    """What the row does not say changes nothing. Raises RowFault for another figure."""
    if told is None or held == told:
        return True
    raise RowFault("rate", _("已经登记，但比例或出资额不同；请先在客户页面终止原来的一行"))


def _represented(party: Party, line: PostLine) -> bool:
    return Post.objects.filter(enterprise__in=records_of(party), kind=line.kind, ended_at=None).exists()


def _named(rows: Any, who: Named, batch: Batch, *, party: str, name: str) -> Any:
    other = known_party(who, actor=batch.actor)
    if other is not None:
        return rows.filter(**{f"{party}__in": records_of(other)})
    return rows.filter(**{party: None, name: who.name})


def _owner(given: Given) -> Who:
    code = cells.bare_code(given["owner_code"])
    return Who("" if holds_protected(code) else code, said(given["owner"]) if not code else "")


def _found(customers: Customers, given: Given) -> int:
    try:
        return customers.of(_owner(given))
    except RowFault as fault:
        column = {"customer": "owner", "customer_code": "owner_code"}.get(fault.column, fault.column)
        raise RowFault(column, fault.reason) from fault


def _line(given: Given, *, today: date) -> EdgeLine:
    """What a row says. Raises RowFault."""
    for column in ("owner", "owner_code", "other", "other_code"):
        cells.code(given[column], column)
        if holds_protected(given[column]):
            raise RowFault(column, _("关系名单不收证件号码；个人请先建档，再填客户编号"))
    who = _owner(given)
    if not who.code and not who.name:
        raise RowFault("owner", _("客户名称和客户代码都为空"))
    relation = said(given["relation"])
    if not relation:
        raise RowFault("relation", _("关系为空"))
    try:
        other = read_named(said(given["other"]), said(given["other_code"]), today=today)
    except ValueError as error:
        raise RowFault("other_code" if said(given["other_code"]) else "other", str(error)) from error
    starts_on = cells.day(given["starts_on"], "starts_on")
    share = cells.rate(given["rate"], "rate", is_share=True)
    told: dict[str, Any] = {"who": other, "starts_on": starts_on, "source": RecordSource.IMPORT}
    if relation == SHAREHOLDER:
        return ShareholderLine(**told, rate=share, subscribed=cells.money(given["subscribed"], "subscribed"))
    if relation == CONTROLLER:
        return ControlLine(
            **told,
            basis=ControlBasis.EQUITY if share is not None else ControlBasis.OTHER,
            rate=share,
        )
    if relation in _POSTS:
        return PostLine(**told, kind=_POSTS[relation])
    if relation in _KIN:
        if not other.party_number:
            raise RowFault("other_code", _("亲属须先建档，请填写对方的客户编号"))
        return KinLine(**told, kin=_KIN[relation])
    known = "、".join(dict.fromkeys(_WORDS))
    raise RowFault(
        "relation", _("不认识“%(text)s”，可以填：%(known)s") % {"text": relation[:40], "known": known}
    )
