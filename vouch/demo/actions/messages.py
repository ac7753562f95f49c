"""What the demo's staff find under 消息 on their first day: how the imports ended, and a word to each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vouch.platform.courier.actions import notify, set_addresses
from vouch.platform.exchange.importer import importers
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.terms import ImportStatus
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of

# Whose imports they would be in a real institution.
IMPORT_READERS = ("wangfang", "zhoujie")
ADDRESSES = {"liqiang": "liqiang@jzdb.example", "wangfang": "wangfang@jzdb.example"}


def tell_staff(people: Mapping[str, User], *, at: datetime) -> None:
    """A welcome to everyone, the ends of the imports to those who run the book, and two mail addresses."""
    for username, user in people.items():
        notify(
            at=at,
            recipients=[user.pk],
            template="demo.welcome",
            stable_id=f"demo:welcome:{username}",
            values={"name": user.name},
        )
    readers = [people[name].pk for name in IMPORT_READERS]
    for batch in Import.objects.filter(status=ImportStatus.DONE).order_by("pk"):
        known = importers().get(batch.kind)
        notify(
            at=at,
            recipients=readers,
            template="exchange.import_finished",
            subject=("import", str(batch.pk)),
            stable_id=f"demo:import:{batch.pk}",
            values={
                "kind": str(known.title) if known else batch.kind,
                "number": str(batch.pk),
                "accepted": str(batch.accepted),
                "rejected": str(batch.rejected),
            },
        )
    for username, mail in ADDRESSES.items():
        set_addresses(actor=actor_of(people[username]), at=at, mail=mail, phone="")
