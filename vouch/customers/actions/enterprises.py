"""The enterprises that an invoice file speaks of, known by the source's own code, an official one, or both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vouch.customers.actions.reading import plain_code
from vouch.engine.identifiers import CodeKind, CodeProblem, judge_code
from vouch.parties import queries as parties
from vouch.parties.actions import (
    AlreadyKnown,
    CodeKey,
    Enrolment,
    EnterpriseDetails,
    Occasion,
    add_identifier,
    enrol,
)
from vouch.parties.models import Identifier, Party
from vouch.parties.terms import SOURCE_INVOICES, IdentifierKind
from vouch.platform.exchange.importer import Batch, Finding, Outcome, RowFault, Source
from vouch.platform.exchange.tabular import Column, Row
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Refused

NAME_MAX, CODE_MAX = 200, 80

PARTY = Column("party", "企业代号", ("企业代码", "企业编号", "代号"))
ENTERPRISES = Source(
    "enterprises",
    "企业信息（企业代号、企业名称）",
    (
        PARTY,
        Column("name", "企业名称", ("名称", "单位名称")),
        Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "纳税人识别号"), is_required=False),
        # Read only so that they can be said to be ignored.
        Column("credit_rating", "信誉评级", ("信用评级", "信用等级"), is_required=False),
        Column("is_default", "是否违约", ("违约", "违约标志"), is_required=False),
    ),
    sheets=("企业信息",),
    # Later deliveries speak of firms that are known by then.
    is_required=False,
    is_counted=False,
)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a row says: a name, and one or two codes, the official one first."""

    row: Row
    name: str
    codes: tuple[CodeKey, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    party_id: int
    name: str


def party_ids(codes: Collection[str], *, actor: Actor) -> Mapping[str, int]:
    """Code → party, for those that the actor may see: the source's own codes first, then official ones."""
    found = dict(
        parties.party_ids_by_code(list(codes), kind=IdentifierKind.SOURCE_CODE, source=SOURCE_INVOICES)
    )
    for kind, shape in (
        (IdentifierKind.USCC, CodeKind.USCC),
        (IdentifierKind.OLD_NUMBER, CodeKind.OLD_NUMBER),
    ):
        judged = {code: judge_code(code) for code in codes if code not in found}
        official = {code: judgement.value for code, judgement in judged.items() if judgement.kind is shape}
        if official:
            ids = parties.party_ids_by_code(list(official.values()), kind=kind)
            found |= {code: ids[value] for code, value in official.items() if value in ids}
    seen = _seen(found.values(), actor)
    return {code: party_id for code, party_id in found.items() if party_id in seen}


def take_enterprises(batch: Batch) -> Outcome:
    """Make the enterprises of one chunk known. Those known already keep their name and gain a code they lack."""
    outcome = Outcome()
    named = [reading for row in batch.rows if (reading := _read(row, outcome)) is not None]
    known = _known(named)
    seen = _seen({record.party_id for record in known.values()}, batch.actor)
    new: list[_Named] = []
    fresh: dict[CodeKey, _Named] = {}
    for reading in named:
        records = {known[code].party_id: known[code] for code in reading.codes if code in known}
        twin = next((fresh[code] for code in reading.codes if code in fresh), None)
        if len(records) > 1:
            _reject(outcome, reading, _("企业代号与统一社会信用代码分属不同客户"))
        elif not seen.issuperset(records):
            _reject(outcome, reading, _("这家企业由其他机构管户，您无权为它导入"))
        elif twin is not None:
            _repeat(outcome, reading, twin)
        elif records:
            _meet(outcome, reading, next(iter(records.values())), batch=batch, known=known)
        else:
            new.append(reading)
            fresh |= dict.fromkeys(reading.codes, reading)
    _register(outcome, new, batch=batch)
    return outcome


def _read(row: Row, outcome: Outcome) -> _Named | None:
    """What the row says of an enterprise; None (and a finding) where it names none."""
    party, name, uscc, credit_rating, is_default = row.cells
    if credit_rating.strip() or is_default.strip():
        # A rating given, or a default seen, by somebody else afterwards is no fact about the firm.
        note = _("“信誉评级”“是否违约”是他人事后的结论，未读入，也不作为指标")
        outcome.notes[note] = outcome.notes.get(note, 0) + 1
    try:
        return _Named(row, _name(name.strip()), _codes(plain_code(party), plain_code(uscc)))
    except RowFault as fault:
        outcome.rejected.append(Finding(row, fault.column, fault.reason))
        return None


def _name(name: str) -> str:
    if not name:
        raise RowFault("name", _("企业名称为空"))
    if len(name) > NAME_MAX:
        raise RowFault("name", _("企业名称超过%(limit)d个字符") % {"limit": NAME_MAX})
    return name


def _codes(party: str, uscc: str) -> tuple[CodeKey, ...]:
    """Every code the row names. Raises RowFault for none, and for an official one that cannot be right."""
    if not party and not uscc:
        raise RowFault(PARTY.name, _("企业代号为空"))
    if len(party) > CODE_MAX:
        raise RowFault(PARTY.name, _("企业代号超过%(limit)d个字符") % {"limit": CODE_MAX})
    if party and judge_code(party).kind is not CodeKind.UNKNOWN:
        if uscc and judge_code(uscc).value != judge_code(party).value:
            raise RowFault("uscc", _("企业代号已是另一个统一社会信用代码"))
        return (_official(party, PARTY.name),)
    own = ((IdentifierKind.SOURCE_CODE.value, SOURCE_INVOICES, party),) if party else ()
    return (_official(uscc, "uscc"), *own) if uscc else own


def _official(text: str, column: str) -> CodeKey:
    code = judge_code(text)
    if code.problem is CodeProblem.CHECK:
        message = _("统一社会信用代码“%(code)s”校验位不符：末位应为 %(expected)s")
        raise RowFault(column, message % {"code": code.value, "expected": code.expected})
    if code.problem is CodeProblem.FORMAT or code.kind is CodeKind.UNKNOWN:
        raise RowFault(column, _("“%(code)s”不是统一社会信用代码") % {"code": code.value[:40]})
    kind = IdentifierKind.USCC if code.kind is CodeKind.USCC else IdentifierKind.OLD_NUMBER
    return (kind.value, "", code.value)


def _known(named: Sequence[_Named]) -> dict[CodeKey, _Known]:
    by_kind: dict[tuple[str, str], list[str]] = {}
    for reading in named:
        for kind, source, value in reading.codes:
            by_kind.setdefault((kind, source), []).append(value)
    found: dict[CodeKey, _Known] = {}
    for (kind, source), values in by_kind.items():
        identifiers = Identifier.objects.filter(kind=kind, source=source, value__in=values)
        for value, party_id, name in identifiers.values_list("value", "party_id", "party__name"):
            found[kind, source, value] = _Known(party_id, name)
    return found


def _seen(ids: Collection[int], actor: Actor) -> set[int]:
    return set(parties.visible_to(actor).filter(pk__in=set(ids)).values_list("pk", flat=True))


def _reject(outcome: Outcome, reading: _Named, reason: str) -> None:
    outcome.rejected.append(Finding(reading.row, PARTY.name, reason))


def _repeat(outcome: Outcome, reading: _Named, twin: _Named) -> None:
    """A row whose code stood in an earlier row of the same chunk."""
    if (reading.name, reading.codes) != (twin.name, twin.codes):
        reason = _("代号与第%(line)d行相同，内容不同") % {"line": twin.row.line}
        _reject(outcome, reading, reason)
        return
    outcome.unchanged += 1
    outcome.listed.append(Finding(reading.row, "", _("与第%(line)d行是同一家企业") % {"line": twin.row.line}))


def _meet(
    outcome: Outcome, reading: _Named, record: _Known, *, batch: Batch, known: dict[CodeKey, _Known]
) -> None:
    """A row about a party that is known by one of its codes."""
    lacking = [code for code in reading.codes if code not in known]
    if not _add_codes(outcome, reading, lacking, party_id=record.party_id, batch=batch):
        return
    known |= dict.fromkeys(lacking, record)
    if lacking:
        outcome.leaves.append(_leaf(reading))
    if record.name != reading.name:
        # The same code for another firm, or a masked name: a person should know, and the record stays.
        reason = _("企业名称与已登记的“%(name)s”不同，未改名；请确认代号没有重复使用")
        outcome.warned.append(Finding(reading.row, "name", reason % {"name": record.name}))
    elif lacking:
        outcome.accepted += 1
    else:
        outcome.unchanged += 1


def _register(outcome: Outcome, new: Sequence[_Named], *, batch: Batch) -> None:
    """Enrol those that nobody knows, and note their further codes."""
    occasion = Occasion(unit=batch.unit, actor=batch.actor, at=batch.at, import_id=batch.import_id)
    enrolments = [Enrolment(EnterpriseDetails(name=reading.name), reading.codes[0]) for reading in new]
    for reading, enrolled in zip(new, enrol(enrolments, occasion=occasion), strict=True):
        if _add_codes(outcome, reading, reading.codes[1:], party_id=enrolled.party_id, batch=batch):
            outcome.accepted += 1
            outcome.leaves.append(_leaf(reading))


def _add_codes(
    outcome: Outcome, reading: _Named, codes: Sequence[CodeKey], *, party_id: int, batch: Batch
) -> bool:
    """Note further codes of a party; False, and a finding, where that may not be."""
    for code in codes:
        try:
            add_identifier(actor=batch.actor, at=batch.at, party=Party.objects.get(pk=party_id), code=code)
        except AlreadyKnown as error:
            _reject(outcome, reading, str(error))
            return False
        except Refused:
            _reject(outcome, reading, _("您无权为这家企业补充代码"))
            return False
    return True


def _leaf(reading: _Named) -> bytes:
    return "\x1f".join((reading.name, *(value for _kind, _source, value in reading.codes))).encode()
