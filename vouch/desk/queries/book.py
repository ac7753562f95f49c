"""The book at a glance: totals, spread, what changed, and the work that waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum
from procrastinate.contrib.django.models import ProcrastinateJob

from vouch.customers.permissions import (
    may_open_consent,
    may_open_requests,
    may_review_assessments,
    may_see_errands,
)
from vouch.customers.queries import (
    authorisations_visible_to,
    counts_by_state,
    waiting_assessments,
    waiting_errands,
)
from vouch.customers.terms import AuthorisationState
from vouch.grading import queries as grading
from vouch.grading.models import AssessmentRun, Standing
from vouch.grading.terms import Direction, RunState
from vouch.platform.exchange import queries as imports
from vouch.platform.exchange.models import Import, ImportFile, ImportRow
from vouch.platform.exchange.terms import UNFINISHED, RowState, Verdict
from vouch.platform.identity.actor import Actor

ZERO = Decimal("0.00")
CHANGES = (Direction.UP, Direction.DOWN, Direction.LOST, Direction.GAINED)


@dataclass(frozen=True, slots=True)
class Area:
    """A province: how many customers have a limit there, and the sum of the suggested limits in yuan."""

    name: str
    customers: int
    limit: Decimal


@dataclass(frozen=True, slots=True)
class Glance:
    """The book that the actor sees, and how fresh it is."""

    book: grading.Book
    areas: Sequence[Area]
    as_of: date | None
    assessed_at: datetime | None

    def of_class(self, name: str) -> grading.Line:
        """The line of one class, empty where it has nobody."""
        found = (line for line in self.book.by_class if line.title == name)
        return next(found, grading.Line(name, name, 0, ZERO))

    @property
    def assessed(self) -> int:
        """Customers with an assessment, 资料不足 included."""
        return self.book.total - self.book.not_assessed


def glance(actor: Actor) -> Glance:
    """Totals by class, grade and province; the same number of queries however large the book."""
    seen = grading.standings_visible_to(actor)
    areas = (
        seen.filter(limit__gt=0)
        .exclude(party__enterprise__province="")
        .values("party__enterprise__province")
        .annotate(number=Count("pk"), sum=Sum("limit"))
        .order_by("-sum", "party__enterprise__province")[:8]
    )
    latest = seen.aggregate(as_of=Max("as_of"), at=Max("assessed_at"))
    return Glance(
        book=grading.book(actor),
        areas=[Area(row["party__enterprise__province"], row["number"], row["sum"]) for row in areas],
        as_of=latest["as_of"],
        assessed_at=latest["at"],
    )


def changes(actor: Actor, *, limit: int = 6) -> list[Standing]:
    """The customers whose standing moved last, newest first, with the assessment that moved it."""
    return list(
        grading.standings_visible_to(actor)
        .filter(direction__in=CHANGES)
        .select_related("party", "assessment")
        .order_by("-changed_at", "-pk")[:limit]
    )


@dataclass(frozen=True, slots=True)
class Running:
    """An import that is not finished: its files' mean progress in percent."""

    batch: Import
    name: str
    progress: int


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for somebody."""

    open_rows: int
    failed_jobs: int
    waiting_jobs: int
    unverified: int
    requests: int
    late_requests: int
    errands: int
    late_errands: int
    unreviewed: int
    ending_assessments: int
    imports: Sequence[Running]
    runs: Sequence[AssessmentRun]


def work(actor: Actor, *, today: date) -> Work:
    """Rejected rows, failed jobs, consents to verify, requests of persons, errands, imports and assessments under way."""
    visible = imports.visible_to(actor)
    rows = ImportRow.objects.filter(batch__in=visible, verdict=Verdict.REJECTED, state=RowState.OPEN)
    jobs = ProcrastinateJob.objects.aggregate(
        failed=Count("pk", filter=Q(status="failed")), waiting=Count("pk", filter=Q(status="todo"))
    )
    unfinished = list(visible.filter(status__in=UNFINISHED).order_by("-created_at")[:5])
    files: dict[int, list[ImportFile]] = {}
    for file in ImportFile.objects.filter(batch__in=[batch.pk for batch in unfinished]).order_by("position"):
        files.setdefault(file.batch_id, []).append(file)
    requests = counts_by_state(actor, today=today) if may_open_requests(actor) else {"open": 0, "late": 0}
    errands = waiting_errands(actor, today=today) if may_see_errands(actor) else {"open": 0, "late": 0}
    reviews = waiting_assessments(actor, on=today) if may_review_assessments(actor) else {}
    unverified = authorisations_visible_to(actor).filter(state=AuthorisationState.RECORDED)
    return Work(
        open_rows=rows.count(),
        unverified=unverified.count() if may_open_consent(actor) else 0,
        requests=requests["open"],
        late_requests=requests["late"],
        errands=errands["open"],
        late_errands=errands["late"],
        unreviewed=reviews.get("submitted", 0),
        ending_assessments=reviews.get("ending", 0),
        failed_jobs=jobs["failed"],
        waiting_jobs=jobs["waiting"],
        imports=[_running(batch, files.get(batch.pk, [])) for batch in unfinished],
        runs=list(AssessmentRun.objects.filter(state=RunState.RUNNING).order_by("-started_at")[:3]),
    )


def _running(batch: Import, files: Sequence[ImportFile]) -> Running:
    progress = sum(file.progress for file in files) // len(files) if files else 0
    return Running(batch, "、".join(file.name for file in files), progress)
