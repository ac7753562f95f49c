"""The drill: a backup restored beside the running installation, in a cluster of its own that is thrown away.

It is the real command in a process of its own, so what is tried is what would be done on the day. The cluster is always the embedded one:
rows travel as text, so a backup of any server can be tried without a right on that server.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from vouch.platform.database.cluster import Cluster
from vouch.platform.database.home import InstallationError
from vouch.platform.identity.actor import Actor
from vouch.platform.operations import actions
from vouch.platform.operations._archive import BackupBroken, Manifest, read_manifest
from vouch.platform.operations._keys_kept import all_keys
from vouch.platform.operations.models import Drill

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "vouch-drill-"
LEFTOVER_SECONDS = 6 * 3600
# What would lead the trial to the real installation.
NOT_PASSED_ON = (
    *(
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "VOUCH_DB_ROLE",
        "VOUCH_HEADS_DIR",
        "VOUCH_BACKUP_DIR",
        "VOUCH_HOME",
    ),
    "VOUCH_LIFELINE",
)
SHOWN_LINES = 5


def run_drill(drill_id: int, *, actor: Actor, clock: Callable[[], datetime]) -> Drill:
    """Restore the drill's backup in a scratch cluster, compare, and note what came of it."""
    drill = actions.start_drill(actor=actor, at=clock(), drill_id=drill_id)
    try:
        figures = _tried(Path(drill.folder))
    except (BackupBroken, InstallationError) as error:
        figures = actions.DrillFigures(causes=[str(error)])
    except OSError as error:
        figures = actions.DrillFigures(
            causes=[f"{error.filename or drill.folder}：{error.strerror or error}"]
        )
    return actions.finish_drill(actor=actor, at=clock(), drill_id=drill_id, figures=figures)


def _tried(folder: Path) -> actions.DrillFigures:
    manifest, _document = read_manifest(folder)
    with _scratch_home() as scratch:
        report = scratch.parent / "report.json"
        done = subprocess.run(
            [sys.executable, "-m", "vouch", "restore", str(folder), "--report", str(report)],
            cwd="/",
            env=_environment(scratch),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            told = (done.stderr.strip() or done.stdout.strip()).splitlines()[-SHOWN_LINES:]
            return actions.DrillFigures(causes=told or [f"恢复命令以 {done.returncode} 退出，没有说明。"])
        found = json.loads(report.read_text(encoding="utf-8"))
    return actions.DrillFigures(
        tables=len(found["tables"]),
        rows=found["rows"],
        ledger_size=found["ledger_size"],
        ledger_root=found["ledger_root"],
        causes=differences(manifest, found),
    )


def differences(manifest: Manifest, found: dict[str, Any]) -> list[str]:
    """What the restored database has otherwise than the manifest, in Chinese."""
    causes = [str(fault) for fault in found["faults"]]
    for table in manifest.tables:
        count = found["tables"].get(table.name)
        if count != table.rows:
            causes.append(f"表 {table.name}：备份 {table.rows} 行，恢复后 {count} 行。")
    if found["ledger_root"] != manifest.ledger_root:
        causes.append(f"操作日志的根：备份 {manifest.ledger_root}，恢复后 {found['ledger_root']}。")
    return causes


def _environment(scratch: Path) -> dict[str, str]:
    """As ours, but towards the scratch cluster; keys go through the environment and touch no disk."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    ours = {
        "VOUCH_HOME": str(scratch),
        "VOUCH_BEATS": "off",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
    }
    return {**inherited, **all_keys(), **ours}


@contextlib.contextmanager
def _scratch_home() -> Iterator[Path]:
    """An empty VOUCH_HOME that a server lent to another user can reach; what killed drills left behind goes too."""
    base = Path(os.environ.get("VOUCH_DRILL_DIR") or tempfile.gettempdir())
    for old in base.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            aged = time.time() - old.stat().st_mtime > LEFTOVER_SECONDS
            if aged and not Cluster(old / "home").is_running():
                shutil.rmtree(old, ignore_errors=True)
    outer = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    outer.chmod(0o711 if os.geteuid() == 0 else 0o700)
    home = outer / "home"
    home.mkdir()
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    try:
        yield home
    finally:
        Cluster(home).stop(patience=1)
        shutil.rmtree(outer, ignore_errors=True)
