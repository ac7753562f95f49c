"""Credit reports: taken in, opened and destroyed under the gate."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.actions.authorisations import OpenedFile, pieces_of
from vouch.customers.actions.credit_head import ReportDetails, WrongReport, head_of
from vouch.customers.actions.files import PDF, REPORT_KINDS, media_type_of
from vouch.customers.actions.gate import NoAuthorisation, note_refusal, require_authorisation
from vouch.customers.actions.notices import NotNow
from vouch.customers.models import CreditFigures, CreditReport
from vouch.customers.queries.credit import authorised_purposes, report_numbered, reports_to_remove
from vouch.customers.terms import DataClass, Purpose
from vouch.engine.credit_report.figures import Figures, figures_of
from vouch.engine.credit_report.report import Report, read_report
from vouch.engine.credit_report.tree import NotAReport
from vouch.parties.models import Party
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import remove_document, store_document
from vouch.platform.vault.queries import read_document
from vouch.platform.vault.terms import Subject

REMOVED_AT_ONCE = 200


def store_report(
    *, actor: Actor, at: datetime, party: Party, details: ReportDetails, content: bytes
) -> CreditReport:
    """Take a report in under a live authorisation for the reason it was asked for, and read it where it can be read.

    What it says of itself must be what was typed, and the customer's. Of what it holds a few figures are kept beside it
    (``CreditFigures``); the rest, and what could not be read, stays in the encrypted original. It is kept until the
    authorisation ends (purpose end, 征信业管理条例 20). A refusal is noted, unless the caller's own transaction takes
    the note back. Raises NoAuthorisation, WrongReport, WrongFile, Refused.
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
    # Nothing of the file is read before some purpose is known to be authorised; its own reason is asked for below.
    purposes = authorised_purposes(party, at=at)
    known = details.reason or (purposes[0] if purposes else Purpose.REVIEW)
    require_authorisation(party.pk, purpose=known, scope=DataClass.CREDIT, at=at)
    media_type = media_type_of(content, allowed=REPORT_KINDS)
    head = head_of(content, media_type=media_type, party=party, details=details)
    authorisation = require_authorisation(party.pk, purpose=head.reason, scope=DataClass.CREDIT, at=at)
    if head.queried_on > timezone.localdate(at):
        raise WrongReport("queried_on", _("查询日期不能晚于今天。"))
    if head.queried_on < timezone.localdate(authorisation.starts_at):
        raise WrongReport(
            "queried_on",
            _("查询日期早于授权 %(number)s 的生效日期 %(starts)s：未经同意的查询不能补授权。")
            % {"number": authorisation.number, "starts": timezone.localdate(authorisation.starts_at)},
        )
    if report_numbered(party.pk, head.report_number) is not None:
        raise WrongReport("report_number", _("该编号的报告已经上传过。"))
    subject = Subject("party", str(party.pk))
    document = store_document(subject, pieces=pieces_of(content), media_type=media_type, at=at)
    report = CreditReport.objects.create(
        party=party,
        kind=head.kind,
        report_number=head.report_number,
        queried_on=head.queried_on,
        reason=head.reason,
        authorisation=authorisation,
        document=document,
        media_type=media_type,
        sha256=document.sha256,
        size=document.size,
        keep_until=max(timezone.localdate(authorisation.ends_at), head.queried_on),
        uploaded_by_id=actor.user_id,
        uploaded_at=at,
    )
    if head.content is not None:
        figures = figures_of(head.content, until=head.queried_on)
        CreditFigures.objects.create(report=report, **asdict(figures))
    after = {
        "party": party.number,
        "authorisation": authorisation.number,
        "queried_on": head.queried_on,
        "sha256": document.sha256,
        "keep_until": report.keep_until,
    }
    entry.about("credit_report", report.pk, after=after)
    entry.purpose(str(Purpose(head.reason).label))
    return report


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report as it reads, for one look."""

    kept: CreditReport
    content: Report
    figures: Figures


def look_at_report(
    *, actor: Actor, at: datetime, report: CreditReport, purpose: str, note: str = ""
) -> ReadReport:
    """What the original says, read anew; the same look, under the same gate, as ``open_report``.

    Raises what that raises, and NotNow for a report that cannot be read.
    """
    if report.media_type == PDF:
        raise NotNow(_("PDF 报告只保存、不读取，请查阅原件。"))
    opened = open_report(actor=actor, at=at, report=report, purpose=purpose, note=note)
    try:
        content = read_report(opened.content)
    except NotAReport as error:
        raise NotNow(_("这份报告不能读取（%(why)s），请查阅原件。") % {"why": error}) from None
    figures = figures_of(content, until=report.queried_on)
    return ReadReport(report, content, figures)


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
    """Take the file and its figures away and keep that it was there; for use inside an action."""
    CreditFigures.objects.filter(report=report).delete()
    document = report.document
    report.document, report.removed_at = None, at
    report.save(update_fields=["document", "removed_at"])
    if document is not None:
        remove_document(document)
