"""Authorisations: recorded with the signed file, verified by a second person, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.files import SIGNED_KINDS, WrongFile, media_type_of
from vouch.customers.actions.notices import NotNow, WrongEntry
from vouch.customers.models import Authorisation, Notice
from vouch.customers.terms import (
    AUTHORISATION_TRANSITIONS,
    QUERY_REASONS,
    SENSITIVE,
    AuthorisationState,
    DataClass,
    LegalBasis,
    NoticeState,
    Purpose,
)
from vouch.parties.models import Party
from vouch.parties.terms import NATURAL_PERSONS
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import store_document
from vouch.platform.vault.models import Document
from vouch.platform.vault.queries import read_document
from vouch.platform.vault.terms import Subject


class WrongConsent(WrongEntry):
    """What was entered is no valid authorisation."""


@dataclass(frozen=True, slots=True)
class AuthorisationDetails:
    """What was signed. The end is excluded: a form's last day becomes the next day's midnight."""

    _: KW_ONLY
    purposes: tuple[str, ...]
    scope: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    signed_on: date
    channel: str
    legal_basis: str = LegalBasis.CONSENT
    recipient: Party | None = None
    notice: Notice | None = None
    witness: User | None = None


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """Plain bytes for one answer; never kept."""

    media_type: str
    content: bytes
    name: str


def is_separate(party: Party, details: AuthorisationDetails) -> bool:
    """Whether the law wants this consent given by itself (PIPL 23, 29)."""
    is_sensitive = party.kind in NATURAL_PERSONS and not SENSITIVE.isdisjoint(details.scope)
    return details.recipient is not None or is_sensitive


def check_consent(party: Party, details: AuthorisationDetails, *, at: datetime) -> None:
    """Hold what was entered against the law. Raises WrongConsent."""
    if not details.purposes:
        raise WrongConsent("purposes", _("请至少选择一个用途。"))
    if not details.scope:
        raise WrongConsent("scope", _("请至少选择一类信息。"))
    if details.ends_at <= details.starts_at:
        raise WrongConsent("ends_on", _("截止日期早于起始日期。"))
    if details.ends_at <= at:
        raise WrongConsent("ends_on", _("授权已经到期，不能登记。"))
    if details.signed_on > timezone.localdate(at):
        raise WrongConsent("signed_on", _("签署日期不能晚于今天。"))
    if details.signed_on > timezone.localdate(details.starts_at):
        raise WrongConsent("starts_on", _("授权不能早于签署日期生效。"))
    if details.recipient is not None and details.recipient.pk == party.pk:
        raise WrongConsent("recipient", _("接收方不能是授权人自己。"))
    _check_credit(details)
    if party.kind in NATURAL_PERSONS:
        _check_person(details)
    elif details.notice is not None:
        _check_notice(details, details.notice)


def _check_credit(details: AuthorisationDetails) -> None:
    if DataClass.CREDIT not in details.scope:
        return
    if details.legal_basis != LegalBasis.CONSENT:
        raise WrongConsent(
            "legal_basis", _("查询、提供征信数据必须取得书面同意（征信业管理条例18、28、29条）。")
        )
    if details.recipient is None and not set(QUERY_REASONS) & set(details.purposes):
        titles = "、".join(str(reason.label) for reason in QUERY_REASONS)
        raise WrongConsent(
            "purposes",
            _("征信授权须约定用途（征信业管理条例18条），至少选择其一：%(titles)s。") % {"titles": titles},
        )


def _check_person(details: AuthorisationDetails) -> None:
    sensitive = SENSITIVE & set(details.scope)
    if sensitive and sensitive != set(details.scope):
        titles = "、".join(str(DataClass(one).label) for one in details.scope if one in sensitive)
        raise WrongConsent(
            "scope",
            _("%(titles)s是敏感个人信息，须单独同意：请另登记一份只含敏感信息的授权（个人信息保护法29条）。")
            % {"titles": titles},
        )
    if details.notice is None:
        raise WrongConsent(
            "notice", _("取得个人同意前须告知，请选择向其出示的告知书版本（个人信息保护法17条）。")
        )
    _check_notice(details, details.notice)
    if sensitive and not details.notice.sensitive_text:
        raise WrongConsent(
            "notice",
            _(
                "该版本告知书没有说明处理敏感个人信息的必要性及影响，不能据此取得单独同意（个人信息保护法30条）。"
            ),
        )


def _check_notice(details: AuthorisationDetails, notice: Notice) -> None:
    if notice.state == NoticeState.DRAFT:
        raise WrongConsent("notice", _("草稿没有向任何人出示过，不能作为告知。"))
    untold = [str(Purpose(one).label) for one in details.purposes if one not in notice.purposes]
    if untold:
        raise WrongConsent(
            "purposes",
            _("%(notice)s没有告知这些用途：%(untold)s。") % {"notice": notice, "untold": "、".join(untold)},
        )
    untold = [str(DataClass(one).label) for one in details.scope if one not in notice.categories]
    if untold:
        raise WrongConsent(
            "scope",
            _("%(notice)s没有告知这些信息：%(untold)s。") % {"notice": notice, "untold": "、".join(untold)},
        )


def pieces_of(content: bytes) -> Iterator[bytes]:
    """The content as the vault takes it."""
    yield content


@action("customers.authorisation.recorded", may=permissions.may_record_authorisation)
def record_authorisation(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    party: Party,
    details: AuthorisationDetails,
    content: bytes | None = None,
    same_file_as: Authorisation | None = None,
) -> Authorisation:
    """Record what was signed, with the signed file or with another authorisation's that it stands in.

    It is worth nothing until a second person has verified it. Raises WrongConsent, WrongFile, KeyDestroyed.
    """
    check_consent(party, details, at=at)
    document = _document_for(party, details, content, same_file_as, at=at)
    authorisation = Authorisation.objects.create(
        grantor=party,
        recipient=details.recipient,
        purposes=list(details.purposes),
        scope=list(details.scope),
        legal_basis=details.legal_basis,
        is_separate=is_separate(party, details),
        notice=details.notice,
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        signed_on=details.signed_on,
        channel=details.channel,
        document=document,
        file_sha256=document.sha256 if document else "",
        state=AuthorisationState.RECORDED,
        recorded_by_id=actor.user_id,
        recorded_at=at,
        witnessed_by=details.witness,
    )
    entry.about("authorisation", authorisation.pk, after=_told(authorisation))
    return authorisation


def _document_for(
    party: Party,
    details: AuthorisationDetails,
    content: bytes | None,
    same_file_as: Authorisation | None,
    *,
    at: datetime,
) -> Document | None:
    if same_file_as is not None:
        if same_file_as.grantor_id != party.pk:
            raise WrongConsent("same_file_as", _("所选签署文件属于另一位客户。"))
        return same_file_as.document
    if content is None:
        if details.legal_basis == LegalBasis.CONSENT:
            raise WrongFile(_("请上传签署文件。"))
        return None
    media_type = media_type_of(content, allowed=SIGNED_KINDS)
    subject = Subject("party", str(party.pk))
    return store_document(subject, pieces=pieces_of(content), media_type=media_type, at=at)


def _told(authorisation: Authorisation) -> dict[str, Any]:
    return {
        "party": authorisation.grantor.number,
        "recipient": authorisation.recipient.number if authorisation.recipient else "",
        "purposes": authorisation.purposes,
        "scope": authorisation.scope,
        "legal_basis": str(authorisation.legal_basis),
        "notice": authorisation.notice.sha256 if authorisation.notice else "",
        "starts_at": authorisation.starts_at,
        "ends_at": authorisation.ends_at,
        "file_sha256": authorisation.file_sha256,
    }


def _locked(authorisation: Authorisation) -> Authorisation:
    found = Authorisation.objects.select_for_update(of=("self",)).select_related("grantor", "document")
    return found.get(pk=authorisation.pk)


def _check_move(authorisation: Authorisation, state: AuthorisationState) -> None:
    if state not in AUTHORISATION_TRANSITIONS[authorisation.state]:
        raise NotNow(
            _("授权 %(number)s 现为“%(state)s”，不能改为“%(wanted)s”。")
            % {
                "number": authorisation.number,
                "state": authorisation.get_state_display(),
                "wanted": state.label,
            }
        )


@action("customers.authorisation.verified", may=permissions.may_verify_authorisation)
def verify_authorisation(
    entry: Entry, *, actor: Actor, at: datetime, authorisation: Authorisation
) -> Authorisation:
    """Say that the signed file bears it out (核验). Raises NotNow."""
    locked = _locked(authorisation)
    _check_move(locked, AuthorisationState.VERIFIED)
    locked.state, locked.verified_at = AuthorisationState.VERIFIED, at
    locked.verified_by_id = actor.user_id
    locked.save(update_fields=["state", "verified_at", "verified_by"])
    before = {"state": str(AuthorisationState.RECORDED)}
    entry.about("authorisation", locked.pk, before=before, after={"state": str(locked.state)})
    return locked


@action("customers.authorisation.rejected", may=permissions.may_verify_authorisation)
def reject_authorisation(
    entry: Entry, *, actor: Actor, at: datetime, authorisation: Authorisation, reason: str
) -> Authorisation:
    """Say that the signed file does not bear it out. Raises NotNow."""
    locked = _locked(authorisation)
    _check_move(locked, AuthorisationState.REJECTED)
    locked.state, locked.withdrawal_reason = AuthorisationState.REJECTED, reason
    locked.save(update_fields=["state", "withdrawal_reason"])
    before = {"state": str(AuthorisationState.RECORDED)}
    entry.about("authorisation", locked.pk, before=before, after={"state": str(locked.state)})
    entry.purpose(reason)
    return locked


@action("customers.authorisation.withdrawn", may=permissions.may_withdraw_authorisation)
def withdraw_authorisation(
    entry: Entry, *, actor: Actor, at: datetime, authorisation: Authorisation, reason: str
) -> Authorisation:
    """Withdraw it: from this moment nothing new is read under it (PIPL 15). Raises NotNow.

    What was done before stays lawful, and is kept as long as the law wants it kept. Whoever is reading under it at
    this moment is waited for.
    """
    locked = _locked(authorisation)
    if locked.legal_basis != LegalBasis.CONSENT:
        raise NotNow(_("该处理依据不是同意，不适用撤回；可以改为提出限制处理或删除请求。"))
    _check_move(locked, AuthorisationState.WITHDRAWN)
    if at >= locked.ends_at:
        raise NotNow(_("授权 %(number)s 已经到期，无需撤回。") % {"number": locked.number})
    before = {"state": str(locked.state)}
    locked.state, locked.withdrawn_at, locked.withdrawal_reason = AuthorisationState.WITHDRAWN, at, reason
    locked.save(update_fields=["state", "withdrawn_at", "withdrawal_reason"])
    entry.about("authorisation", locked.pk, before=before, after={"state": str(locked.state)})
    entry.purpose(reason)
    return locked


@action("customers.authorisation.shown", may=permissions.may_see_signed_file, is_reading=True)
def open_signed_file(entry: Entry, *, actor: Actor, at: datetime, authorisation: Authorisation) -> OpenedFile:
    """The signed file in plain, for one look. Raises NotNow where there is none, Unreadable, KeyDestroyed."""
    document = authorisation.document
    if document is None:
        raise NotNow(_("该授权没有签署文件。"))
    content = b"".join(read_document(document))
    entry.about("authorisation", authorisation.pk, after={"file_sha256": authorisation.file_sha256})
    entry.purpose(_("核对签署文件"))
    return OpenedFile(document.media_type, content, authorisation.number)
