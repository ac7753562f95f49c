"""Pages of jobs: what runs, waits and failed, and what runs by the clock (后台任务)."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from vouch.platform.identity.request import StaffRequest
from vouch.platform.jobs import queries
from vouch.platform.jobs.actions import WrongState
from vouch.platform.jobs.terms import JobState, task_title
from vouch.platform.operations.actions import jobs as actions
from vouch.platform.operations.forms import JobFilter
from vouch.platform.operations.permissions import may_manage_jobs, may_see_operations
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond


def _arguments(job: Any) -> str:
    """They are ids: protected values are never given to a job."""
    return json.dumps(job.args, ensure_ascii=False) if job.args else ""


def _lasts(job: Any) -> str:
    """How far a running job is, or where a failed one broke, as text for the file."""
    progress = getattr(job, "progress", None)
    return f"{progress.done}/{progress.total}" if progress else getattr(job, "fault", "")


JOBS = Table(
    name="jobs",
    title=gettext_lazy("后台任务"),
    default_sort="-pk",
    empty=gettext_lazy("没有符合条件的任务。"),
    hint=gettext_lazy("完成的任务保留一周。"),
    columns=(
        Column("pk", gettext_lazy("编号"), Kind.NUMBER, sort="pk"),
        Column("task_name", gettext_lazy("任务"), sort="task_name", value=lambda job: task_title(job.task_name)),
        Column("status", gettext_lazy("状态"), sort="status", value=lambda job: str(JobState(job.status).label), template="operations/jobs/status_cell.html"),
        Column("hand", gettext_lazy("操作"), value=lambda _job: "", template="operations/jobs/hand_cell.html"),
        Column("progress", gettext_lazy("进度或原因"), value=_lasts, template="operations/jobs/progress_cell.html"),
        Column("lock", gettext_lazy("对象"), Kind.CODE, on_phone=False),
        Column("queue_name", gettext_lazy("队列"), sort="queue_name", on_phone=False),
        Column("attempts", gettext_lazy("已试"), Kind.NUMBER, sort="attempts", unit="次", on_phone=False),
        Column("enqueued_at", gettext_lazy("入队"), Kind.MOMENT, sort="enqueued_at", on_phone=False),
        Column("scheduled_at", gettext_lazy("最早执行"), Kind.MOMENT, sort="scheduled_at", on_phone=False),
        Column("changed_at", gettext_lazy("最近变动"), Kind.MOMENT, sort="changed_at", on_phone=False),
        Column("args", gettext_lazy("参数"), value=_arguments, on_phone=False),
    ),
)  # fmt: skip


@face(may=may_see_operations)
@require_GET
def jobs(request: StaffRequest) -> HttpResponseBase:
    """Every job that is still known; the list asks again by itself."""
    filters = JobFilter(request.GET)
    filters.is_valid()
    wanted = filters.cleaned_data
    rows = queries.jobs_where(
        status=wanted.get("status", ""),
        task=wanted.get("task", ""),
        queue=wanted.get("queue", ""),
        text=wanted.get("q", ""),
    )
    listing = JOBS.listing(rows, request.GET, filters)
    if not request.GET.get("export"):
        queries.with_progress([cells[0].row for cells in listing.lines])
    may_manage = may_manage_jobs(request.actor)
    request.may_manage_jobs = may_manage  # type: ignore[attr-defined]  # the cells ask for it
    return respond(request, listing, "operations/jobs/list.html", {"load": queries.load(), "tab": "jobs"})


@face(may=may_see_operations)
@require_GET
def load(request: StaffRequest) -> HttpResponse:
    """The tiles alone, which ask again by themselves."""
    return render(request, "operations/jobs/load.html", {"load": queries.load()})


@face(may=may_manage_jobs)
@require_POST
def retry(request: StaffRequest, pk: int) -> HttpResponse:
    """Run a failed job again (重试)."""
    try:
        actions.retry_job(actor=request.actor, at=timezone.now(), job_id=pk)
        messages.success(request, _("任务 %d 已放回队列。") % pk)
    except WrongState as error:
        messages.error(request, str(error))
    return redirect("operations:jobs")


@face(may=may_manage_jobs)
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Not run a waiting job (取消)."""
    try:
        actions.cancel_job(actor=request.actor, at=timezone.now(), job_id=pk)
        messages.success(request, _("任务 %d 已取消。") % pk)
    except WrongState as error:
        messages.error(request, str(error))
    return redirect("operations:jobs")


SCHEDULES = Table(
    name="schedules",
    title=gettext_lazy("定时任务"),
    default_sort="name",
    empty=gettext_lazy("没有定时任务。"),
    columns=(
        Column("title", gettext_lazy("任务"), sort="name", value=lambda one: task_title(one.name)),
        Column("name", gettext_lazy("名称"), Kind.CODE, sort="name", on_phone=False),
        Column("rhythm", gettext_lazy("周期"), Kind.CODE, value=lambda one: one.rhythm if " " in one.rhythm else _("每 %s 秒") % one.rhythm),
        Column("last_run_at", gettext_lazy("上次运行"), Kind.MOMENT, sort="last_run_at"),
        Column("took", gettext_lazy("用时"), Kind.NUMBER, sort="took", unit="秒", on_phone=False),
        Column("fault", gettext_lazy("结果"), value=lambda one: one.fault or ("" if one.last_run_at is None else _("正常"))),
    ),
)  # fmt: skip


@face(may=may_see_operations)
@require_GET
def schedules(request: StaffRequest) -> HttpResponseBase:
    """What runs by the clock, with its last run (定时任务)."""
    listing = SCHEDULES.listing(queries.schedules(), request.GET)
    return respond(request, listing, "operations/jobs/schedules.html", {"tab": "schedules"})
