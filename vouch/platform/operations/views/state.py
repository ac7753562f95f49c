"""Pages of the installation's state: health, keys, backups (运行状态)."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import vouch
from vouch.platform.database.home import InstallationError, home
from vouch.platform.identity.request import StaffRequest
from vouch.platform.operations import actions, queries
from vouch.platform.operations._archive import MANIFEST
from vouch.platform.operations._checks import WITH_DATABASE, WITHOUT_DATABASE
from vouch.platform.operations._finding import ask
from vouch.platform.operations._schedule import folder_of, plan
from vouch.platform.operations.forms import RotationForm
from vouch.platform.operations.models import Backup
from vouch.platform.operations.permissions import may_back_up, may_manage_keys, may_see_operations
from vouch.platform.operations.terms import BackupState
from vouch.platform.vault.ciphers import chosen_cipher
from vouch.platform.vault.queries import key_counts
from vouch.platform.vault.ring import is_from_environment, ring, ring_file
from vouch.platform.vault.terms import VaultError
from vouch.platform.web.columns import Column, Kind
from vouch.platform.web.faces import face
from vouch.platform.web.tables import Table, respond

STARTED = time.time()


@face(may=may_see_operations)
@require_GET
def health(request: StaffRequest) -> HttpResponse:
    """Version and uptime at once; the checks follow, because they take a moment (运行状态)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time(), current_setting('server_version')")
        database_since, server = cursor.fetchone()
    context = {
        "tab": "health",
        "version": vouch.__version__,
        "web_since": datetime.fromtimestamp(STARTED, tz=UTC),
        "database_since": database_since,
        "server": server,
        "home": home(),
    }
    return render(request, "operations/state/health.html", context)


@face(may=may_see_operations)
@require_GET
def findings(request: StaffRequest) -> HttpResponse:
    """What ``vouch doctor`` says, with remedies."""
    found = [finding for check in (*WITHOUT_DATABASE, *WITH_DATABASE) for finding in ask(check)]
    order = {False: 0, None: 1, True: 2}
    context = {
        "findings": sorted(found, key=lambda finding: order[finding.is_good]),
        "bad": sum(finding.is_good is False for finding in found),
        "hints": sum(finding.is_good is None for finding in found),
        "at": timezone.now(),
    }
    return render(request, "operations/state/findings.html", context)


@face(may=may_see_operations)
@require_GET
def keys(request: StaffRequest) -> HttpResponse:
    """The ring's versions with what each wraps, and how many keys were destroyed (密钥)."""
    context: dict[str, Any] = {"tab": "keys", "may_rotate": may_manage_keys(request.actor)}
    try:
        now, counts = ring(), key_counts()
    except (VaultError, InstallationError) as error:
        return render(request, "operations/state/keys.html", {**context, "fault": str(error)}, status=500)
    context |= {
        "versions": [
            {
                "number": number,
                "is_current": number == now.current,
                # Enough to tell two rings apart, nothing to guess a key from.
                "fingerprint": hashlib.sha256(b"fingerprint" + material).hexdigest()[:8],
                "count": counts.by_version.get(number, 0),
            }
            for number, material in sorted(now.materials.items(), reverse=True)
        ],
        "missing": sorted(set(counts.by_version) - set(now.materials)),
        "wrapped": sum(counts.by_version.values()),
        "destroyed": counts.destroyed,
        "cipher": chosen_cipher().name,
        "is_from_environment": is_from_environment(),
        "file": ring_file(),
    }
    return render(request, "operations/state/keys.html", context)


@face(may=may_manage_keys)
@reauthentication_required(allow_get=False)  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def rotate(request: StaffRequest) -> HttpResponse:
    """Add an outer key: who one is, is asked again, and what it means is confirmed (轮换密钥)."""
    form = RotationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.rotate_keys(actor=request.actor, at=timezone.now())
        except (VaultError, InstallationError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("已启用第 %d 版密钥。旧密钥继续用于解密，请尽快备份密钥环。") % version
            )
            return redirect("operations:keys")
    context = {"form": form, "tab": "keys", "current": ring().current}
    return render(
        request, "operations/state/rotate.html", context, status=422 if request.method == "POST" else 200
    )


def _manifest(backup: Backup) -> Path:
    return Path(backup.folder) / MANIFEST


BACKUPS = Table(
    name="backups",
    title=gettext_lazy("备份"),
    default_sort="-ordered_at",
    empty=gettext_lazy("还没有备份。"),
    hint=gettext_lazy("设置 VOUCH_BACKUP_DIR 后按日备份，也可以用 vouch backup 手工备份。"),
    columns=(
        Column("ordered_at", gettext_lazy("下达时间"), Kind.MOMENT, sort="ordered_at"),
        Column("state", gettext_lazy("状态"), sort="state", value=lambda row: row.get_state_display(), template="operations/state/backup_cell.html"),
        Column("folder", gettext_lazy("位置"), on_phone=False),
        Column("tables", gettext_lazy("表"), Kind.NUMBER, sort="tables", on_phone=False),
        Column("rows", gettext_lazy("行"), Kind.NUMBER, sort="rows"),
        Column("size", gettext_lazy("大小"), Kind.NUMBER, sort="size", value=lambda row: round(row.size / 2**20, 1), unit="MiB"),
        Column("has_keys", gettext_lazy("含密钥"), value=lambda row: _("是") if row.has_keys else _("否"), on_phone=False),
        Column("ledger_size", gettext_lazy("日志分录"), Kind.NUMBER, sort="ledger_size", on_phone=False),
        Column("ordered_by", gettext_lazy("下达人"), on_phone=False),
        Column("hand", gettext_lazy("操作"), value=lambda _row: "", template="operations/state/backup_hand_cell.html"),
    ),
)  # fmt: skip


@face(may=may_see_operations, shows=("backup",))
@require_GET
def backups(request: StaffRequest) -> HttpResponseBase:
    """Every backup, and how the drills went (备份)."""
    request.may_back_up = may_back_up(request.actor)  # type: ignore[attr-defined]  # the cells ask for it
    try:
        wanted, fault = plan(), ""
    except InstallationError as error:
        wanted, fault = None, str(error)
    context = {
        "tab": "backups",
        "drills": queries.drills()[:10],
        "plan": wanted,
        "fault": fault,
        "may_back_up": may_back_up(request.actor),
    }
    return respond(
        request, BACKUPS.listing(queries.backups(), request.GET), "operations/state/backups.html", context
    )


@face(may=may_back_up, shows=("backup",))
@require_POST
def back_up_now(request: StaffRequest) -> HttpResponse:
    """Have a worker make a backup (立即备份)."""
    try:
        wanted = plan()
    except InstallationError as error:
        messages.error(request, str(error))
        return redirect("operations:backups")
    now = timezone.localtime()
    if wanted is None:
        messages.error(request, _("请先用 VOUCH_BACKUP_DIR 指定备份目录。"))
    else:
        folder = folder_of(wanted, now).with_name(f"vouch-{now:%Y%m%d-%H%M%S}-{os.urandom(2).hex()}")
        actions.order_backup(actor=request.actor, at=now, folder=str(folder), as_job=True)
        messages.success(request, _("已下达备份，完成后显示在列表中。"))
    return redirect("operations:backups")


@face(may=may_back_up, shows=("backup",))
@require_POST
def drill_now(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Have a worker restore this backup beside the installation and compare (恢复演练)."""
    backup = queries.backups().filter(pk=pk, state=BackupState.DONE).first()
    if backup is None:
        raise Http404
    actions.order_drill(actor=request.actor, at=timezone.now(), folder=backup.folder, as_job=True)
    messages.success(request, _("已下达恢复演练，结果显示在下方。"))
    return redirect("operations:backups")


@face(may=may_see_operations, shows=("backup",))
@require_GET
def manifest(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The signed list of what a backup holds; it tells of files and sums, not of data."""
    backup = queries.backups().filter(pk=pk, state=BackupState.DONE).first()
    if backup is None:
        raise Http404
    try:
        content = _manifest(backup).read_bytes()
    except OSError as error:
        raise Http404(_("备份目录中没有清单，可能已被移走。")) from error
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="manifest-{backup.pk}.json"'
    return response
