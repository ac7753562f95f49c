"""Whom a line names: somebody we know, somebody who becomes known by their document, or a name alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.engine.identifiers import CodeProblem, IdentityProblem, judge_code, judge_identity, normal_code
from vouch.parties.actions.person import PersonRegistration, note_repetition, register_person
from vouch.parties.actions.person_reading import PersonDetails, read_document, read_name
from vouch.parties.actions.reading import code_fault
from vouch.parties.models import Party
from vouch.parties.queries import visible_to
from vouch.parties.queries.persons import document_index
from vouch.parties.terms import DocumentKind
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit, User

_PARTY_NUMBER = re.compile(r"C[0-9]{8,}")


class WrongName(ValueError):
    """The number belongs to somebody of another name, or to nobody; ``str()`` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a line writes them: a name, and at most one number, in normal form."""

    name: str = ""
    party_number: str = ""
    code: str = ""
    document_kind: str = ""
    document_number: str = ""


class Met(NamedTuple):
    """Who it is. ``name`` and ``code`` stand where no party, or none that the actor sees, says them itself."""

    party: Party | None
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """In whose hands a person comes who becomes known here."""

    unit: Unit
    manager: User | None = None
    second_manager: User | None = None


def read_named(name: str, number: str, *, today: date) -> Named:
    """A name and a customer's number, a unified code or an identity number. Raises ValueError (without the number)."""
    name, number = name.strip(), normal_code(number.strip().removeprefix("'"))
    if not number:
        if not name:
            raise ValueError(_("请填写名称。"))
        return Named(name)
    if _PARTY_NUMBER.fullmatch(number):
        return Named(name, party_number=number)
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+", number):
        raise ValueError(_("号码在表格软件中被当作数值，末几位已丢失，请按文本格式重新复制。"))
    identity = judge_identity(number, today=today)
    if identity.problem is not IdentityProblem.NONE:
        code = judge_code(number)
        if code.problem is CodeProblem.NONE:
            return Named(_organisation(name), code=code.value)
        if not re.fullmatch(r"[0-9]{14,17}[0-9X]", number):
            fault = code_fault(code)
            raise ValueError(fault.reason if fault else _("号码不对。"))
    kind = identity.kind.value if identity.problem is IdentityProblem.NONE else DocumentKind.RESIDENT
    read = read_document(kind, number, today=today)
    return Named(read_name(name), document_kind=kind, document_number=read.number)


def _organisation(name: str) -> str:
    if len(name) < 2:
        raise ValueError(_("请填写名称。"))
    return name


def known_party(named: Named, *, actor: Actor) -> Party | None:
    """Who is known by the number that a line gives: by a customer's number only if the actor sees the customer.

    A code or a document finds them whether seen or not: what is linked to them twice would be noted twice.
    """
    if named.party_number:
        return visible_to(actor).filter(number=named.party_number).first()
    if named.code:
        return Party.objects.filter(identifiers__value=named.code, identifiers__source="").first()
    if named.document_number:
        index = document_index(named.document_number)
        return Party.objects.filter(
            person__document_kind=named.document_kind, person__document_index=index
        ).first()
    return None


def meet(named: Named, *, welcome: Welcome, actor: Actor, at: datetime) -> Met:
    """Find the party, or register a person by their document; for use inside an action. Raises WrongName.

    A party that the actor does not see is linked all the same, under the name as written: the actor learns nothing.
    """
    known = known_party(named, actor=actor)
    if named.party_number and known is None:
        raise WrongName(_("没有编号为 %s 的客户。") % named.party_number)
    if named.document_number:
        if known is None:
            return Met(_register(named, welcome, actor=actor, at=at), "")
        met = _met(known, named, actor=actor)
        if met.name:
            note_repetition(actor=actor, at=at, party_id=known.pk)
        return met
    return _met(known, named, actor=actor)


def _met(party: Party | None, named: Named, *, actor: Actor) -> Met:
    if party is None:
        return Met(None, named.name, named.code)
    if visible_to(actor).filter(pk=party.pk).exists():
        return _same(party, named)
    return Met(party, named.name, named.code)


def _same(party: Party, named: Named) -> Met:
    if named.name and named.name != party.name:
        raise WrongName(
            _("这个号码是客户 %(number)s %(name)s 的，与所填的名称不符。")
            % {"number": party.number, "name": party.name}
        )
    return Met(party, "")


def _register(named: Named, welcome: Welcome, *, actor: Actor, at: datetime) -> Party:
    read = read_document(named.document_kind, named.document_number, today=timezone.localdate(at))
    details = PersonDetails(
        name=named.name,
        document_kind=named.document_kind,
        document_number=named.document_number,
        born_on=read.born_on,
        sex=str(read.sex),
    )
    registration = PersonRegistration(details, manager=welcome.manager, second_manager=welcome.second_manager)
    return register_person(actor=actor, at=at, unit=welcome.unit, registration=registration)
