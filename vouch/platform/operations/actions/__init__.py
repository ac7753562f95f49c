"""What may be done to the installation itself."""

from vouch.platform.operations.actions.backup import (
    BackupFigures,
    DrillFigures,
    WrongState,
    advance_backup,
    finish_backup,
    finish_drill,
    note_removed,
    note_restored,
    order_backup,
    order_drill,
    start_backup,
    start_drill,
)
from vouch.platform.operations.actions.keys import rotate_keys

__all__ = [
    "BackupFigures", "DrillFigures", "WrongState", "advance_backup", "finish_backup", "finish_drill", "note_removed",
    "note_restored", "order_backup", "order_drill", "rotate_keys", "start_backup", "start_drill",
]  # fmt: skip
