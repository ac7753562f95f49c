"""A whole import taken back: ordered by a person, done by a job in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from vouch.platform.database.copy import copy_rows
from vouch.platform.exchange import permissions
from vouch.platform.exchange._tables import asked, key_of, quoted
from vouch.platform.exchange.actions.state import NotNow, locked_import, move
from vouch.platform.exchange.models import Import, ImportChange, KeptRecord
from vouch.platform.exchange.terms import JOURNAL_DAYS, ImportStatus
from vouch.platform.exchange.undoing import (
    Plan,
    TablePlan,
    derived_of,
    is_as_left,
    is_journaled,
    passing_of,
    plan_undo,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.jobs.defer import defer
from vouch.platform.ledger.action import Entry, action


class Moved(RuntimeError):
    """Rows changed between the look at them and the undo; it is tried again."""


@action("exchange.undo.ordered", may=permissions.may_run)
def order_undo(entry: Entry, *, actor: Actor, at: datetime, batch: Import, reason: str) -> None:
    """Have the import undone by the worker. Raises NotNow where it cannot be."""
    locked = locked_import(batch.pk)
    if locked.is_dry_run:
        raise NotNow(_("试运行没有写入任何数据，无需撤销。"))
    if not reason.strip():
        raise NotNow(_("请写明撤销的理由。"))
    if not is_journaled(locked):
        raise NotNow(
            _("这次导入没有可撤销的改动：没有写入任何行，或已超过 %(days)d 天的撤销期限。")
            % {"days": JOURNAL_DAYS}
        )
    before = move(locked, ImportStatus.UNDOING)
    locked.undo_reason, locked.undo_counts = reason.strip()[:200], {"was": before}
    if before == ImportStatus.DONE:
        # Left by an undo that failed; of an import that failed, it is the import's own.
        locked.problem = ""
    locked.save(update_fields=["undo_reason", "undo_counts", "problem"])
    defer("exchange.undo_import", lock=f"import:{locked.pk}", import_id=locked.pk, actor_id=actor.id)
    entry.about("import", locked.pk, before={"status": before}, after={"status": locked.status})
    entry.purpose(locked.undo_reason)


@action("exchange.import.undone", may=permissions.may_run)
def undo_import(entry: Entry, *, actor: Actor, at: datetime, batch: Import) -> Import:
    """Put every row back that is still as the import left it, and name those that stay. All of it or nothing.

    Raises Moved and IntegrityError where somebody was at work on the rows meanwhile.
    """
    locked = locked_import(batch.pk)
    before = move(locked, ImportStatus.UNDONE)
    _tell(locked, 0)
    plan = plan_undo(locked)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    passing = _delete_passing(plan)
    # First what goes, so that what is set back finds its place free; the keys between rows are held together at the end.
    for place, table in enumerate(plan.tables, start=1):
        _delete(plan, table)
        _tell(locked, 10 + 40 * place // len(plan.tables))
    renewed: dict[str, list[str]] = {}
    for place, table in enumerate(plan.tables, start=1):
        renewed[table.name] = _set_back(plan, table)
        _put_back(plan, table)
        _tell(locked, 50 + 45 * place // len(plan.tables))
    for name, keys in renewed.items():
        derived = derived_of(name)
        if derived is not None and keys:
            derived.renew(keys)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # They held; what follows in the transaction is checked at its end again, as always.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    counts = {name: plan.total(name) for name in ("deleted", "restored", "put_back", "gone")}
    by_table = {
        one.title: one.deleted + one.restored + one.put_back
        for one in plan.tables
        if one.deleted or one.restored or one.put_back
    }
    locked.undone_at, locked.undone_by = at, actor.label
    locked.undo_counts = {**counts, "kept": plan.kept_rows, "tables": by_table}
    locked.save(update_fields=["undone_at", "undone_by", "undo_counts"])
    kept = ((locked.pk, *one.record, one.label[:300], one.reason[:300], one.rows) for one in plan.kept)
    if plan.kept:
        copy_rows(KeptRecord, ("batch_id", "table_name", "row_key", "label", "reason", "row_count"), kept)
    ImportChange.objects.filter(batch=locked).delete()
    entry.about(
        "import",
        locked.pk,
        before={"status": before},
        after={"status": locked.status, **locked.undo_counts, "passing": passing},
    )
    entry.purpose(locked.undo_reason)
    return locked


@action("exchange.undo.failed", may=permissions.may_run)
def fail_undo(entry: Entry, *, actor: Actor, at: datetime, batch: Import, problem: str) -> None:
    """The undo did not come about: the import is what it was before, with the reason."""
    locked = locked_import(batch.pk)
    before = move(locked, locked.undo_counts.get("was", ImportStatus.DONE))
    locked.problem, locked.undo_counts = problem, {}
    locked.save(update_fields=["problem", "undo_counts"])
    entry.about(
        "import", locked.pk, before={"status": before}, after={"status": locked.status, "problem": problem}
    )


@action("exchange.journals.forgotten", may=permissions.may_forget)
def forget_journals(entry: Entry, *, actor: Actor, at: datetime) -> int:
    """Forget what imports changed that ended too long ago; gives how many. They cannot be undone any more."""
    old = Import.objects.filter(finished_at__lt=at - timedelta(days=JOURNAL_DAYS), status__in=_ENDED)
    found = [
        pk for pk in old.values_list("pk", flat=True) if ImportChange.objects.filter(batch_id=pk).exists()
    ]
    if not found:
        entry.nothing()
        return 0
    ImportChange.objects.filter(batch_id__in=found).delete()
    entry.about("imports", "", after={"batches": found})
    return len(found)


_ENDED = (ImportStatus.DONE, ImportStatus.FAILED)
_OWN = "j.batch_id = %s AND j.table_name = %s AND NOT (j.row_key = ANY(%s))"


def forget_images(rows: Mapping[str, Iterable[object]]) -> None:
    """Throw away what journals and undos noted of these rows (table → keys); for use inside the action that erases them.

    An undo then passes over them: they stay as they are, and so does what names them.
    """
    for table, keys in rows.items():
        named = {"table_name": table, "row_key__in": [str(key) for key in keys]}
        ImportChange.objects.filter(**named).delete()
        KeptRecord.objects.filter(**named).update(label="")


def _delete_passing(plan: Plan) -> int:
    """What the machine guessed of rows that go, and nobody has judged, goes before them; gives how many.

    Where somebody judges one at this moment it stays, and the key that names the other end breaks the undo off.
    """
    count = 0
    for key, table, condition in passing_of(plan):
        child, column, (pk, _kind) = quoted(key.child), quoted(key.column), key_of(key.child)
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {child} AS c WHERE ({condition}) AND c.{column} IN ("  # noqa: S608 - names of our own tables
                f" SELECT j.row_key::{table.key_type} FROM exchange_importchange AS j"
                " WHERE j.batch_id = %s AND j.table_name = %s AND NOT (j.row_key = ANY(%s)) AND j.before IS NULL)"
                " AND NOT EXISTS (SELECT FROM exchange_importchange AS own WHERE own.batch_id = %s"
                f" AND own.table_name = %s AND own.row_key = c.{quoted(pk)}::text)",
                [plan.batch.pk, table.name, sorted(table.kept), plan.batch.pk, key.child],
            )
            count += cursor.rowcount
    return count


def _delete(plan: Plan, table: TablePlan) -> None:
    name, key, kind = _names(table)
    _done(
        f"DELETE FROM {name} AS t USING exchange_importchange AS j"  # noqa: S608 - names of our own tables
        f" WHERE t.{key} = j.row_key::{kind} AND j.before IS NULL AND {_OWN} AND {is_as_left(table.name)}",
        plan, table, expected=table.deleted,
    )  # fmt: skip


def _set_back(plan: Plan, table: TablePlan) -> list[str]:
    """Give rows the values from before; gives the keys of those whose derived columns were gathered anew since.

    A column that came since keeps what it says now.
    """
    if not table.restored:
        return []
    name, key, kind = _names(table)
    whose = f"t.{key} = j.row_key::{kind} AND j.before IS NOT NULL AND {_OWN} AND {is_as_left(table.name)}"
    derived, renewed = derived_of(table.name), []
    if derived is not None:
        other = " OR ".join(
            f"to_jsonb(t) -> '{one}' IS DISTINCT FROM j.after -> '{one}'" for one in derived.columns
        )
        found = asked(
            f"SELECT j.row_key FROM {name} AS t, exchange_importchange AS j WHERE {whose} AND ({other})",  # noqa: S608
            [plan.batch.pk, table.name, sorted(table.kept)],
        )
        renewed = [row_key for (row_key,) in found]
    columns = ", ".join(_columns(table))
    _done(
        f"UPDATE {name} AS t SET ({columns}) ="  # noqa: S608 - names of our own tables
        f" (SELECT {columns} FROM jsonb_populate_record(t, j.before))"
        f" FROM exchange_importchange AS j WHERE {whose}",
        plan, table, expected=table.restored,
    )  # fmt: skip
    return renewed


def _put_back(plan: Plan, table: TablePlan) -> None:
    if not table.put_back:
        return
    name, _key, _kind = _names(table)
    columns = ", ".join(_columns(table))
    _done(
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM exchange_importchange AS j,"  # noqa: S608 - our own tables
        f" LATERAL jsonb_populate_record(NULL::{name}, j.before) AS old"
        " WHERE j.batch_id = %s AND j.table_name = %s AND NOT (j.row_key = ANY(%s))"
        " AND j.before IS NOT NULL AND j.after IS NULL",
        plan, table, expected=table.put_back,
    )  # fmt: skip


def _done(statement: str, plan: Plan, table: TablePlan, *, expected: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [plan.batch.pk, table.name, sorted(table.kept)])
        if cursor.rowcount != expected:
            message = f"{table.name}: {cursor.rowcount} rows instead of {expected}"
            raise Moved(message)


def _names(table: TablePlan) -> tuple[str, str, str]:
    return quoted(table.name), quoted(table.key), table.key_type


def _columns(table: TablePlan) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [quoted(table.name)],
        )
        return [quoted(name) for (name,) in cursor.fetchall()]


def _tell(batch: Import, percent: int) -> None:
    """How far it is, for other sessions: of a transaction they see nothing but its name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('application_name', %s, true)", [f"vouch undo {batch.pk} {percent}"]
        )
