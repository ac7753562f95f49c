"""Credit reports: taken in, opened and destroyed under the gate."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.authorisations import OpenedFile, pieces_of
from vouch.customers.actions.files import REPORT_KINDS, media_type_of
from vouch.customers.actions.gate import NoAuthorisation, note_refusal, require_authorisation
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import CreditReport
from vouch.customers.queries.credit import report_numbered, reports_to_remove
from vouch.customers.terms import DataClass, Purpose
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import remove_document, store_document
from vouch.platform.vault.queries import read_document
from vouch.platform.vault.terms import Subject

REMOVED_AT_ONCE = 200


class WrongReport(ValueError):
    """A report that cannot be taken; ``field`` names the entry, ``str()`` is the Chinese message."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class ReportDetails:
    """What the report says of itself. ``reason`` is the query reason, which is the purpose that it is kept for."""

    _: KW_ONLY
    kind: str
    report_number: str
    queried_on: date
    reason: str


def store_report(
    *, actor: Actor, at: datetime, party: Party, details: ReportDetails, content: bytes
) -> CreditReport:
    """Take a report in under a live authorisation for the reason it was asked for.

    It is kept until that authorisation ends (purpose end, 征信业管理条例 20). A refusal is noted, unless the caller's
    own transaction takes the note back. Raises NoAuthorisation, WrongReport, WrongFile, Refused.
    """
    try:
        return _store(actor=actor, at=at, party=party, details=details, content=content)
    except NoAuthorisation as refusal:
        note_refusal(actor=actor, at=at, refusal=refusal)
        raise


@action("customers.report.stored", may=permissions.may_use_credit_of)
def _store(
    entry: Entry, *, actor: Actor, at: datetime, party: Party, details: ReportDetails, content: bytes
) -> CreditReport:
    authorisation = require_authorisation(party.pk, purpose=details.reason, scope=DataClass.CREDIT, at=at)
    if details.queried_on > timezone.localdate(at):
        raise WrongReport("queried_on", _("查询日期不能晚于今天。"))
    if details.queried_on < timezone.localdate(authorisation.starts_at):
        raise WrongReport(
            "queried_on",
            _("查询日期早于授权 %(number)s 的生效日期 %(starts)s：未经同意的查询不能补授权。")
            % {"number": authorisation.number, "starts": timezone.localdate(authorisation.starts_at)},
        )
    if report_numbered(party.pk, details.report_number) is not None:
        raise WrongReport("report_number", _("该编号的报告已经上传过。"))
    media_type = media_type_of(content, allowed=REPORT_KINDS)
    subject = Subject("party", str(party.pk))
    document = store_document(subject, pieces=pieces_of(content), media_type=media_type, at=at)
    report = CreditReport.objects.create(
        party=party,
        kind=details.kind,
        report_number=details.report_number,
        queried_on=details.queried_on,
        reason=details.reason,
        authorisation=authorisation,
        document=document,
        media_type=media_type,
        sha256=document.sha256,
        size=document.size,
        keep_until=max(timezone.localdate(authorisation.ends_at), details.queried_on),
        uploaded_by_id=actor.user_id,
        uploaded_at=at,
    )
    after = {
        "party": party.number,
        "authorisation": authorisation.number,
        "queried_on": details.queried_on,
        "sha256": document.sha256,
        "keep_until": report.keep_until,
    }
    entry.about("credit_report", report.pk, after=after)
    entry.purpose(str(Purpose(details.reason).label))
    return report


def open_report(
    *, actor: Actor, at: datetime, report: CreditReport, purpose: str, note: str = ""
) -> OpenedFile:
    """The report in plain, for one look, under a live authorisation for this purpose.

    A refusal is noted, unless the caller's own transaction takes the note back. Raises NoAuthorisation, NotNow,
    Refused, Unreadable, KeyDestroyed.
    """
    try:
        return _open(actor=actor, at=at, report=report, purpose=purpose, note=note)
    except NoAuthorisation as refusal:
        note_refusal(actor=actor, at=at, refusal=refusal)
        raise


@action("customers.report.opened", may=permissions.may_use_report, is_reading=True)
def _open(
    entry: Entry, *, actor: Actor, at: datetime, report: CreditReport, purpose: str, note: str
) -> OpenedFile:
    authorisation = require_authorisation(report.party_id, purpose=purpose, scope=DataClass.CREDIT, at=at)
    kept = CreditReport.objects.select_related("document").get(pk=report.pk)
    if kept.document is None or kept.keep_until < timezone.localdate(at):
        raise NotNow(_("这份报告的保存期限已过，不再提供查阅。"))
    # Read to its end inside the transaction: a withdrawal that comes now waits for this look and stops the next.
    content = b"".join(read_document(kept.document))
    after = {"authorisation": authorisation.number, "purposes": purpose, "sha256": kept.sha256}
    entry.about("credit_report", kept.pk, after=after)
    label = str(Purpose(purpose).label)
    entry.purpose(f"{label}：{note}"[:200] if note else label)
    return OpenedFile(kept.media_type, content, kept.report_number)


@action("customers.report.removed", may=permissions.may_remove_expired)
def remove_expired_reports(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Destroy what is kept beyond its purpose, some at a time; give how many went."""
    today = timezone.localdate(at)
    due = list(reports_to_remove(today).select_for_update(skip_locked=True, of=("self",))[:REMOVED_AT_ONCE])
    if not due:
        entry.nothing()
        return 0
    rows = [f"{report.pk} {report.sha256}".encode() for report in due]
    for report in due:
        destroy(report, at=at)
    entry.bulk("credit_report", today.isoformat(), rows=rows)
    entry.purpose(_("保存期限届满"))
    return len(due)


def destroy(report: CreditReport, *, at: datetime) -> None:
    """Take the file away and keep that it was there; for use inside an action."""
    document = report.document
    report.document, report.removed_at = None, at
    report.save(update_fields=["document", "removed_at"])
    if document is not None:
        remove_document(document)
