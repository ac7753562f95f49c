"""The state of an import, held and changed; shared by this room's actions."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from vouch.platform.exchange.models import Import
from vouch.platform.exchange.terms import TRANSITIONS


class NotNow(ValueError):
    """The import or row is in a state that does not allow this; ``str()`` is the Chinese message."""


def locked_import(pk: int) -> Import:
    """The import, for this transaction alone."""
    return Import.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)


def move(batch: Import, status: str) -> str:
    """Change the state, if that is allowed, and give the former one."""
    before = batch.status
    if status not in TRANSITIONS[before]:
        raise NotNow(
            _("导入 %(id)s 的状态是“%(status)s”，不能执行此操作。")
            % {"id": batch.pk, "status": batch.get_status_display()}
        )
    batch.status = status
    batch.save(update_fields=["status"])
    return before


def counts_of(batch: Import) -> dict[str, int]:
    """The import's figures by name."""
    return {name: getattr(batch, name) for name in ("accepted", "unchanged", "rejected", "warned")}


def journaled(batch: Import) -> None:
    """From here to the end of the transaction, what any table's rows were and become is noted under the import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('vouch.import', %s, true)", [str(batch.pk)])


def unjournaled() -> None:
    """What follows in the transaction is not the import's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('vouch.import', '', true)")
