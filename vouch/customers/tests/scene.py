"""What the tests of consent begin with; not collected itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from vouch.customers.actions import (
    AuthorisationDetails,
    FinancialsDetails,
    NoticeDetails,
    draft_notice,
    publish_notice,
    record_authorisation,
    record_financials,
    verify_authorisation,
)
from vouch.customers.models import Authorisation, FinancialStatement, Notice
from vouch.customers.terms import Basis, Channel, DataClass, NoticeKind, Origin, PeriodKind, Purpose
from vouch.engine.financials.reading import Book
from vouch.parties.models import Party
from vouch.parties.terms import PartyKind
from vouch.platform.identity.actor import Actor, system_actor

SYSTEM = system_actor("test")
NUMBER, PHONE = "11010519491231002X", "13800138000"
"""The example of GB 11643, and a telephone of nobody."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR....\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0..JFIF..\xff\xd9"


def report_file(
    party: Party,
    *,
    on: date,
    number: str = "R1",
    reason: str = Purpose.REVIEW,
    document: str = NUMBER,
    body: str = "",
) -> bytes:
    """A second-generation report of this party, with ``body`` after its head; without ``document`` it names none."""
    moment = f"{on}T09:30:00"
    if party.kind == PartyKind.PERSON:
        identity = f"<PA01BD01>10</PA01BD01><PA01BI01>{document}</PA01BI01>" if document else ""
        head = (
            f"<PRH><PA01><PA01A><PA01AI01>{number}</PA01AI01><PA01AR01>{moment}</PA01AR01></PA01A><PA01B>"
            f"<PA01BQ01>{party.name}</PA01BQ01>{identity}<PA01BD02>{reason}</PA01BD02></PA01B></PA01></PRH>"
        )
    else:
        head = (
            f"<EAA><EA01><EA01A><EA01AI01>{number}</EA01AI01><EA01AR01>{moment}</EA01AR01></EA01A>"
            f"<EA01B><EA01BD02>{reason}</EA01BD02></EA01B><EA01C><EA01CQ01>{party.name}</EA01CQ01></EA01C></EA01></EAA>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Document>{head}{body}</Document>\n'.encode()


def granted(
    party: Party,
    *,
    at: datetime,
    actor: Actor = SYSTEM,
    purposes: Sequence[str] = (Purpose.REVIEW,),
    scope: Sequence[str] = (DataClass.CREDIT,),
    days: tuple[int, int] = (0, 365),
    is_verified: bool = True,
    **more: Any,
) -> Authorisation:
    """An authorisation with its file, from so many days after ``at`` to so many."""
    details = AuthorisationDetails(
        purposes=tuple(purposes),
        scope=tuple(scope),
        starts_at=at + timedelta(days=days[0]),
        ends_at=at + timedelta(days=days[1]),
        signed_on=(at + timedelta(days=min(days[0], 0))).date(),
        channel=Channel.PAPER,
        **more,
    )
    found = record_authorisation(actor=actor, at=at, party=party, details=details, content=PDF)
    return verify_authorisation(actor=SYSTEM, at=at, authorisation=found) if is_verified else found


def published(*, at: datetime, sensitive: str = "查询信用报告的必要性……", **more: Any) -> Notice:
    """A notice for persons in force, which tells of everything unless told otherwise."""
    details: dict[str, Any] = {
        "title": "个人信息处理告知书",
        "text": "我们处理您的个人信息……",
        "categories": tuple(DataClass.values),
        "purposes": tuple(Purpose.values),
        "retention": "业务结束后十年",
        "contact": "0570-8888888",
        "sensitive_text": sensitive,
        **more,
    }
    draft = draft_notice(actor=SYSTEM, at=at, kind=NoticeKind.PERSON, details=NoticeDetails(**details))
    return publish_notice(actor=SYSTEM, at=at, notice=draft)


def told(
    party: Party,
    year: int,
    amounts: Mapping[str, int],
    *,
    at: datetime,
    actor: Actor = SYSTEM,
    basis: Basis = Basis.DECLARED,
    **more: Any,
) -> FinancialStatement:
    """A set of statements of a year, or with ``kind``, ``ends_on`` and ``months`` of another period; fen by line."""
    book = Book(periods=(dict(amounts), dict(more.pop("before", {}))))
    details: dict[str, Any] = {
        "kind": PeriodKind.YEAR,
        "ends_on": date(year, 12, 31),
        "months": 12,
        "origin": Origin.CUSTOMER,
        **more,
    }
    statement = FinancialsDetails(basis=basis, book=book, **details)
    return record_financials(actor=actor, at=at, party=party, details=statement)
