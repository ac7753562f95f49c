"""What a person asked for, done: a copy of everything, restriction, erasure, withdrawal."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.authorisations import OpenedFile, pieces_of, withdraw_authorisation
from vouch.customers.actions.bank import forget_numbers
from vouch.customers.actions.credit import destroy
from vouch.customers.actions.files import SUFFIXES
from vouch.customers.actions.notices import NotNow
from vouch.customers.actions.rights import answer_request, locked
from vouch.customers.models import Authorisation, CreditReport, RightsRequest
from vouch.customers.queries.holdings import Section, claims_on, holdings_of
from vouch.customers.terms import (
    AUTHORISATION_TRANSITIONS,
    AuthorisationState,
    LegalBasis,
    Outcome,
    RequestKind,
    RequestState,
)
from vouch.parties.actions import erase_person, restrict_party
from vouch.parties.terms import NATURAL_PERSONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.terms import Role
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import remove_document, store_document
from vouch.platform.vault.queries import read_document
from vouch.platform.vault.terms import Subject

SHEET_NAME = 31


def _check_step(request: RightsRequest, *kinds: RequestKind) -> None:
    if request.kind not in kinds:
        raise NotNow(_("这一步不适用于“%(kind)s”请求。") % {"kind": request.get_kind_display()})
    if request.state != RequestState.IN_PROGRESS:
        raise NotNow(_("请先核实身份并开始办理。"))


@action("customers.package.made", may=permissions.may_answer_request)
def make_package(entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest) -> RightsRequest:
    """Put together a copy of everything that is held of the person (PIPL 45), encrypted until it is fetched.

    Made again, the former one is destroyed. Raises NotNow.
    """
    held = locked(request)
    _check_step(held, RequestKind.ACCESS)
    former, held.package = held.package, None
    content = zipped(holdings_of(held.party), made_on=f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
    subject = Subject("party", str(held.party_id))
    held.package = store_document(subject, pieces=pieces_of(content), media_type="application/zip", at=at)
    held.package_sha256, held.fetched_at = held.package.sha256, None
    held.save(update_fields=["package", "package_sha256", "fetched_at"])
    if former is not None:
        remove_document(former)
    entry.about("rights_request", held.pk, after={"sha256": held.package_sha256})
    entry.purpose(str(RequestKind(held.kind).label))
    return held


@action("customers.package.fetched", may=permissions.may_fetch_package)
def fetch_package(entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest) -> OpenedFile:
    """The copy, for its handler, once; with the fetching it is gone from here. Raises NotNow, VaultError."""
    held = locked(request)
    document = held.package
    if document is None:
        raise NotNow(_("副本已经取走或尚未生成；需要时请重新生成。"))
    content = b"".join(read_document(document))
    held.package, held.fetched_at = None, at
    held.save(update_fields=["package", "fetched_at"])
    remove_document(document)
    entry.about("rights_request", held.pk, after={"sha256": held.package_sha256})
    entry.purpose(str(RequestKind(held.kind).label))
    return OpenedFile("application/zip", content, held.number)


def zipped(sections: Sequence[Section], *, made_on: str) -> bytes:
    """The same content twice, for machines (JSON) and for people (XLSX), and the documents."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {
            "format": "vouch-personal-copy/1",
            "made_on": made_on,
            "sections": [
                {"title": one.title, "rows": [dict(zip(one.headings, row, strict=True)) for row in one.rows]}
                for one in sections
            ],
        }
        archive.writestr("个人信息副本.json", json.dumps(whole, ensure_ascii=False, indent=1))
        archive.writestr("个人信息副本.xlsx", _workbook(sections))
        for one in sections:
            for name, document in one.files:
                suffix = SUFFIXES.get(document.media_type, "bin")
                archive.writestr(f"文件/{name}.{suffix}", b"".join(read_document(document)))
    return buffer.getvalue()


def _workbook(sections: Sequence[Section]) -> bytes:
    buffer = BytesIO()
    # Nothing of it may touch the disk in plain.
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#E9EEF6", "bottom": 1})
    for section in sections:
        sheet = book.add_worksheet(section.title[:SHEET_NAME])
        sheet.set_column(0, len(section.headings) - 1, 20)
        for place, heading in enumerate(section.headings):
            sheet.write_string(0, place, heading, head)
        for line, row in enumerate(section.rows, start=1):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(line, place, value)
        sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


@action("customers.request.restricted", may=permissions.may_answer_request)
def restrict_by_request(
    entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest, answer: str
) -> RightsRequest:
    """Keep the person's data and do nothing else with them: asked for, or in place of an erasure that the law
    does not allow yet (PIPL 47). The answer tells the reason. Raises NotNow.
    """
    held = locked(request)
    _check_step(held, RequestKind.RESTRICT, RequestKind.DELETE)
    if held.kind == RequestKind.DELETE and not claims_on(held.party, today=timezone.localdate(at)):
        raise NotNow(_("没有未届满的保存期限，应当删除而不是限制处理。"))
    reason = _("个人权利请求 %(number)s") % {"number": held.number}
    restrict_party(actor=actor, at=at, party=held.party, reason=reason)
    done = answer_request(actor=actor, at=at, request=held, answer=answer, outcome=Outcome.RESTRICTED)
    entry.about("rights_request", held.pk, after={"outcome": str(Outcome.RESTRICTED)})
    return done


@action("customers.erasure.proposed", may=permissions.may_answer_request)
def propose_erasure(entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest) -> RightsRequest:
    """Ask for the second person. Raises NotNow while anything has to be kept."""
    held = locked(request)
    _check_step(held, RequestKind.DELETE)
    if held.party.kind not in NATURAL_PERSONS:
        raise NotNow(_("只有个人信息可以删除；企业资料按档案期限保存。"))
    refuse_while_kept(held, at=at)
    if not actor.has_role(Role.COMPLIANCE):
        raise NotNow(_("删除个人信息须由合规岗经办。"))
    held.erasure_proposed_at = at
    held.save(update_fields=["erasure_proposed_at"])
    entry.about("rights_request", held.pk, after={"proposed": at})
    return held


def refuse_while_kept(request: RightsRequest, *, at: datetime) -> None:
    """Raises NotNow with every claim on the person's data."""
    claims = claims_on(request.party, today=timezone.localdate(at))
    if claims:
        told = "；".join(f"{claim.rule.title}（{claim.rule.source}）：{claim.why}" for claim in claims)
        raise NotNow(_("保存期限未满，只能限制处理。%(told)s") % {"told": told})


@action("customers.consents.withdrawn", may=permissions.may_answer_request)
def withdraw_by_request(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    request: RightsRequest,
    authorisations: Sequence[Authorisation],
) -> int:
    """Withdraw these of the person's authorisations; give how many. Raises NotNow."""
    held = locked(request)
    _check_step(held, RequestKind.WITHDRAW)
    reason = _("个人权利请求 %(number)s") % {"number": held.number}
    for authorisation in authorisations:
        if authorisation.grantor_id != held.party_id:
            raise NotNow(_("所选授权属于另一位客户。"))
        withdraw_authorisation(actor=actor, at=at, authorisation=authorisation, reason=reason)
    numbers = [authorisation.number for authorisation in authorisations]
    entry.about("rights_request", held.pk, after={"authorisations": numbers})
    return len(numbers)


def withdrawable(request: RightsRequest, *, at: datetime) -> list[Authorisation]:
    """The person's authorisations that can be withdrawn now."""
    found = Authorisation.objects.filter(
        grantor_id=request.party_id, legal_basis=LegalBasis.CONSENT, ends_at__gt=at
    ).select_related("recipient")
    return [
        one
        for one in found.order_by("pk")
        if AuthorisationState.WITHDRAWN in AUTHORISATION_TRANSITIONS[one.state]
    ]


@action("customers.erasure.approved", may=permissions.may_approve_erasure)
def approve_erasure(entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest) -> RightsRequest:
    """The second person: the key is destroyed, what cannot be kept is taken away, the request is closed.

    Nothing undoes this. Raises NotNow, where something has to be kept again since it was proposed.
    """
    held = locked(request)
    _check_step(held, RequestKind.DELETE)
    if held.erasure_proposed_at is None or held.handler is None:
        raise NotNow(_("经办人还没有提请删除。"))
    refuse_while_kept(held, at=at)
    for report in CreditReport.objects.filter(party=held.party, removed_at=None).select_related("document"):
        destroy(report, at=at)
    forget_numbers(held.party)
    erase_person(
        actor=actor_of(held.handler, at=at),
        at=at,
        party=held.party,
        approver=actor,
        reason=_("个人权利请求 %(number)s") % {"number": held.number},
    )
    # With the key gone nothing can be sealed any more: the outcome itself is the answer.
    held.state, held.outcome, held.answered_at = RequestState.ANSWERED, Outcome.ERASED, at
    held.save(update_fields=["state", "outcome", "answered_at"])
    entry.about("rights_request", held.pk, after={"state": str(held.state), "outcome": str(held.outcome)})
    return held
