"""Questions about the installation itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import units_below
from vouch.platform.identity.terms import Scope
from vouch.platform.jobs.queries import Progress
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import history_of
from vouch.platform.operations.models import Backup, Drill, Inspection
from vouch.platform.operations.terms import BackupState, DrillState, InspectionState
from vouch.platform.web.faces import Visible


def backups() -> QuerySet[Backup]:
    """All backups ever ordered, newest first."""
    return Backup.objects.order_by("-ordered_at")


def newest_backup() -> Backup | None:
    """The newest backup that is whole and still there."""
    return Backup.objects.filter(state=BackupState.DONE).order_by("-finished_at").first()


def drills() -> QuerySet[Drill]:
    """All drills, newest first."""
    return Drill.objects.select_related("backup").order_by("-ordered_at")


def newest_passed_drill() -> Drill | None:
    """The newest drill whose restored backup was equal."""
    return Drill.objects.filter(state=DrillState.PASSED).order_by("-finished_at").first()


def inspections() -> QuerySet[Inspection]:
    """Every inspection ever opened, newest first."""
    rows = Inspection.objects.select_related("opened_by", "decided_by", "account", "letter")
    return rows.prefetch_related("units").order_by("-opened_at", "-pk")


def inspection_of(user_id: int) -> Inspection | None:
    """The inspection whose account this is."""
    return Inspection.objects.select_related("account__unit").filter(account_id=user_id).first()


def inspector(inspection: Inspection, account: User) -> Actor:
    """The actor that the account is: the inspection's units with all below, its fields and period, and no role."""
    reached: set[int] = set()
    for unit_id in inspection.units.values_list("pk", flat=True):
        reached |= units_below(unit_id)
    return Actor(
        id=f"user:{account.pk}",
        label=f"{inspection.inspector}（{inspection.authority}，检查）",
        user_id=account.pk,
        roles=frozenset(),
        scope=Scope.UNIT_BELOW,
        unit_ids=frozenset(reached),
        field_classes=frozenset(inspection.field_classes),
        is_read_only=True,
        period=(inspection.period_from, inspection.period_until),
    )


def phase_of(inspection: Inspection, *, at: datetime) -> str:
    """Where the inspection is at a moment, in words."""
    if inspection.state != InspectionState.APPROVED:
        return str(InspectionState(inspection.state).label)
    if at < inspection.starts_at:
        return _("未开始")
    return _("进行中") if at < inspection.ends_at else _("已到期")


def is_open(inspection: Inspection, *, at: datetime) -> bool:
    """Whether the account reads anything at this moment; the last minute is not part of it."""
    return inspection.state == InspectionState.APPROVED and inspection.starts_at <= at < inspection.ends_at


def views_of(inspection: Inspection) -> QuerySet[Entry]:
    """What the account asked for and saw, newest first."""
    return history_of("inspection", inspection.pk).filter(event="operations.inspection.viewed")


@dataclass(frozen=True, slots=True)
class Seen:
    """What an inspection came to so far."""

    requests: int
    refused: int
    exports: int
    subjects: int


def seen_in(inspection: Inspection) -> Seen:
    """Counted over every request's entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH viewed AS (SELECT after FROM ledger_entry WHERE subject_kind = 'inspection' AND subject_id = %s"
            " AND event = 'operations.inspection.viewed')"
            " SELECT count(*), count(*) FILTER (WHERE (after->>'status')::int >= 400),"
            " count(*) FILTER (WHERE (after->>'exported')::boolean),"
            " (SELECT count(DISTINCT one) FROM viewed, jsonb_array_elements_text(after->'subjects') AS one)"
            " FROM viewed",
            [str(inspection.pk)],
        )
        return Seen(*cursor.fetchone())


VISIBLE: Visible = {
    Backup: "备份的登记，不含客户资料；凭岗位进入页面",
    Inspection: "监管检查的登记，不含客户资料；凭岗位进入页面",
    Drill: "恢复演练的登记，不含客户资料；凭岗位进入页面",
}
"""How rows of each table are seen."""


def scheduled_backups() -> QuerySet[Backup]:
    """Those that the schedule made and that are still there, newest first; those made by hand are never removed."""
    return Backup.objects.filter(state=BackupState.DONE, due_at__isnull=False).order_by("-due_at")


def backup_numbered(pk: UUID) -> Backup:
    """Raises Backup.DoesNotExist."""
    return Backup.objects.get(pk=pk)


def drill_numbered(pk: int) -> Drill:
    """Raises Drill.DoesNotExist."""
    return Drill.objects.get(pk=pk)


def is_backup_noted(slot: datetime) -> bool:
    """Whether the backup of this slot was ordered."""
    return Backup.objects.filter(due_at=slot).exists()


def is_drill_noted(slot: datetime) -> bool:
    """Whether the drill of this slot was ordered."""
    return Drill.objects.filter(due_at=slot).exists()


def progress_of_backups(arguments: Sequence[Mapping[str, Any]]) -> list[Progress | None]:
    """How far the backups are that these jobs make, in tables."""
    wanted = [str(one.get("backup_id", "")) for one in arguments]
    rows = {str(row.pk): row for row in Backup.objects.filter(pk__in=[pk for pk in wanted if pk])}
    found = [rows.get(pk) for pk in wanted]
    url = reverse("operations:backups")
    return [Progress(row.tables_done, max(row.tables, 1), url) if row else None for row in found]
