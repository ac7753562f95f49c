"""Letters about decisions: issued, opened, and the answer to a request for a human review."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.actions import OpenedFile, answer_request
from vouch.customers.queries import RightsRequest
from vouch.customers.terms import REVIEW_OUTCOMES, RequestKind
from vouch.grading import permissions, queries
from vouch.grading.actions.override import NotNow
from vouch.grading.models import Assessment, Letter
from vouch.grading.queries import LetterAbout
from vouch.grading.terms import LetterKind
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action
from vouch.platform.vault.actions import number_row, store_document
from vouch.platform.vault.queries import read_document
from vouch.platform.vault.terms import Subject
from vouch.platform.web.paper import render_pdf

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "grading" / "letters" / "letter.typ"
PDF = "application/pdf"


@action("grading.letter.issued", may=permissions.may_issue_letter)
def issue_letter(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    assessment: Assessment,
    request: RightsRequest | None = None,
) -> Letter:
    """Make a letter that explains a decision, or answers a review of it, and keep it sealed.

    Raises PaperError where a sign of it is in no font, KeyDestroyed for one who was erased.
    """
    kind = LetterKind.EXPLANATION if request is None else LetterKind.REVIEW
    letter = Letter(
        assessment=assessment,
        party=assessment.party,
        request=request,
        kind=kind,
        made_by_id=actor.id,
        made_by_label=actor.label,
        made_at=at,
    )
    number_row(letter)
    about = LetterAbout(
        kind=kind,
        number=letter.number,
        assessment=assessment,
        made_on=timezone.localdate(at),
        made_by=actor.label,
        request=request,
    )
    content = render_pdf(TEMPLATE, queries.letter_of(about))
    subject = Subject("party", str(assessment.party_id))
    letter.document = store_document(subject, pieces=[content], media_type=PDF, at=at)
    letter.sha256 = letter.document.sha256
    letter.save(force_insert=True)
    entry.about(
        "letter", letter.pk, after={"kind": str(kind), "sha256": letter.sha256, "party": letter.party.number}
    )
    entry.purpose(str(kind.label))
    return letter


@action("grading.letter.opened", may=permissions.may_open_letter, is_reading=True)
def open_letter(entry: Entry, *, actor: Actor, at: datetime, letter: Letter) -> OpenedFile:
    """The letter as it was handed out. Raises VaultError where it cannot be read."""
    content = b"".join(read_document(letter.document))
    entry.about("letter", letter.pk, after={"sha256": letter.sha256})
    entry.purpose(str(letter.get_kind_display()))
    return OpenedFile(PDF, content, letter.number)


@action("grading.review.answered", may=permissions.may_answer_review)
def answer_review(
    entry: Entry, *, actor: Actor, at: datetime, request: RightsRequest, outcome: str, answer: str
) -> Letter:
    """Decide a human review, in words, and issue the letter that says so.

    By the one who took the request up, who had no part in the decision (``customers.permissions.is_barred``). Raises
    NotNow, customers.actions.NotNow, PaperError.
    """
    if request.kind != RequestKind.REVIEW or outcome not in REVIEW_OUTCOMES:
        raise NotNow(_("请选择维持原结论还是变更结论。"))
    assessment = queries.assessment_in(request.matter)
    if assessment is None:
        raise NotNow(_("该请求没有指明所涉的评估。"))
    answered = answer_request(actor=actor, at=at, request=request, answer=answer, outcome=outcome)
    letter = issue_letter(actor=actor, at=at, assessment=assessment, request=answered)
    entry.about("assessment", assessment.pk, after={"outcome": str(outcome), "request": answered.number})
    return letter
