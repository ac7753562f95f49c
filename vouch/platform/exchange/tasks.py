"""Imports in the background."""

from __future__ import annotations

import logging

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.courier.actions import notify
from vouch.platform.exchange import actions
from vouch.platform.exchange.importer import importers
from vouch.platform.exchange.queries import actor_called, import_numbered, submitter_of
from vouch.platform.exchange.running import Busy, run_import, take_back
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.identity.actor import system_actor
from vouch.platform.jobs.beat import DAY, beat
from vouch.platform.jobs.task import task

logger = logging.getLogger(__name__)


@task("exchange.run_import", queue="imports", retries=5)
def run_import_job(*, import_id: int) -> None:
    """Run an import that a page has queued, or go on with one whose worker died."""
    batch = import_numbered(import_id)
    try:
        run_import(import_id, actor=submitter_of(batch), clock=timezone.now)
    except Busy:
        # Whoever holds it finishes it; if that process dies, the rescue brings this job back.
        return
    except (OperationalError, InterfaceError):
        # The database went away: the job is tried again, and goes on from the last chunk.
        raise
    except (PermissionDenied, ObjectDoesNotExist):
        _give_up(import_id, _("提交人已没有导入的权限。"))
    except Exception:
        # Tried again it would fail again; the page says so, and whoever repairs it can go on from here.
        logger.exception("import %s failed", import_id)
        _give_up(import_id, _("程序出错，已处理的行保留；请联系管理员后重试。"))


@task("exchange.undo_import", queue="imports", retries=5)
def undo_import_job(*, import_id: int, actor_id: str) -> None:
    """Undo an import for whoever has ordered it; a worker that died has changed nothing, and the next one begins anew."""
    try:
        take_back(import_id, actor=actor_called(actor_id), clock=timezone.now)
    except Busy:
        return
    except (OperationalError, InterfaceError):
        raise
    except (actions.Moved, IntegrityError):
        _leave(import_id, _("撤销时仍有人在修改这些数据，没有撤销任何内容；请稍后再试。"))
    except (PermissionDenied, ObjectDoesNotExist):
        _leave(import_id, _("要求撤销的人已没有导入的权限，没有撤销任何内容。"))
    except Exception:
        logger.exception("undo of import %s failed", import_id)
        _leave(import_id, _("程序出错，没有撤销任何内容；请联系管理员。"))


@beat("exchange.forget_journals", seconds=DAY)
def forget_old_journals() -> None:
    """Imports of more than 90 days ago can no longer be undone."""
    actions.forget_journals(actor=system_actor("retention"), at=timezone.now())


@task("exchange.tell_submitter")
def tell_submitter(*, subject_id: str) -> None:
    """Tell whoever started an import from a page that it has ended; a run on the command line has told already."""
    batch = import_numbered(int(subject_id))
    submitter, ended_at = submitter_of(batch), batch.finished_at
    if submitter.user_id is None or ended_at is None:
        return
    known = importers().get(batch.kind)
    values = {"kind": str(known.title) if known else batch.kind, "number": str(batch.pk)}
    template = "exchange.import_failed"
    if batch.status == ImportStatus.DONE:
        template = "exchange.import_finished"
        values |= {"accepted": str(batch.accepted), "rejected": str(batch.rejected)}
    notify(
        at=timezone.now(),
        recipients=[submitter.user_id],
        template=template,
        subject=("import", str(batch.pk)),
        values=values,
        # A failed import may be run again, and end again.
        stable_id=f"import:{batch.pk}:{ended_at:%Y%m%d%H%M%S}",
    )


def _give_up(import_id: int, problem: str) -> None:
    actions.finish_import(
        actor=system_actor("import"), at=timezone.now(), batch=import_numbered(import_id), problem=problem
    )


def _leave(import_id: int, problem: str) -> None:
    actions.fail_undo(
        actor=system_actor("import"), at=timezone.now(), batch=import_numbered(import_id), problem=problem
    )
