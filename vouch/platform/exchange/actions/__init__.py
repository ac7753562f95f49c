"""What may be done to imports. Everything that an import writes, other rooms' records too, is written in here."""

from vouch.platform.exchange.actions.chunks import (
    Chunk,
    Overtaken,
    Trial,
    finish_file,
    finish_import,
    record_trial,
    start_import,
    take_chunk,
)
from vouch.platform.exchange.actions.delivery import (
    Delivery,
    GivenFile,
    NoTables,
    cancel_import,
    queue_import,
    receive_import,
)
from vouch.platform.exchange.actions.keeping import forget_person
from vouch.platform.exchange.actions.mappings import forget_mapping, save_mapping
from vouch.platform.exchange.actions.reading import read_in_full
from vouch.platform.exchange.actions.rows import StillRejected, accept_row, correct_row, dismiss_row
from vouch.platform.exchange.actions.state import NotNow
from vouch.platform.exchange.actions.undo import (
    Moved,
    fail_undo,
    forget_images,
    forget_journals,
    order_undo,
    undo_import,
)

__all__ = [
    "Chunk",
    "Delivery",
    "GivenFile",
    "Moved",
    "NoTables",
    "NotNow",
    "Overtaken",
    "StillRejected",
    "Trial",
    "accept_row",
    "cancel_import",
    "correct_row",
    "dismiss_row",
    "fail_undo",
    "finish_file",
    "finish_import",
    "forget_images",
    "forget_journals",
    "forget_mapping",
    "forget_person",
    "order_undo",
    "queue_import",
    "read_in_full",
    "receive_import",
    "record_trial",
    "save_mapping",
    "start_import",
    "take_chunk",
    "undo_import",
]
