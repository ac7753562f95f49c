"""The one door for writing.

Every change of state is a function marked ``@action``. The door asks whether the actor may, opens the
transaction, runs the verb, and leaves its entry in the ledger and its reactions in the job queue *in the same
transaction*: either all of it happened or none of it.

    @action("parties.enterprise.registered", may=permissions.may_register)
    def register_enterprise(entry: Entry, *, actor: Actor, at: datetime, details: Details) -> Party:
        party = Party.objects.create(...)
        entry.about("party", party.pk, after={"name": party.name})
        return party

    register_enterprise(actor=request.actor, at=timezone.now(), details=details)
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.platform.database.guard import writing
from vouch.platform.ledger import _protected, _record, models, reactions
from vouch.platform.ledger.merkle import root_hash
from vouch.platform.ledger.terms import EVENT_NAME
from vouch.platform.vault.keys import SubjectKey
from vouch.platform.web.request import request_id

P = ParamSpec("P")
R = TypeVar("R")


class Signer(Protocol):
    """Who stands behind an entry: an id that never changes, and a name as it was at the time."""

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...


class Refused(PermissionDenied):
    """The actor may not do this (无权操作). Pages show it as 403."""


class Entry:
    """What an action says of itself while it runs; written once, when it ends."""

    def __init__(self, event: str) -> None:
        self._event = event
        # Known from the start: protected values are bound to it.
        self._id = uuid4()
        self._subject: tuple[str, str] | None = None
        self._before: Mapping[str, Any] | None = None
        self._after: Mapping[str, Any] | None = None
        self._purpose = ""
        self._bulk: Mapping[str, Any] | None = None
        self._silent = False
        self._added: dict[str, Any] = {}

    def about(
        self,
        kind: str,
        pk: object,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Name the subject and what changed; both sides must be JSON-able."""
        self._subject = (kind, str(pk))
        self._before, self._after = before, after

    def protect(
        self, key: SubjectKey, field: str, *, before: str | None = None, after: str | None = None
    ) -> None:
        """Add a field whose values are kept as ciphertext under the subject's key; call it after ``about``.

        A side that is None is left out. Raises RuntimeError where the entry already has the field on that side.
        """
        if self._subject is None:
            message = f"{self._event}: entry.protect() comes after entry.about()"
            raise RuntimeError(message)
        sides = {"before": dict(self._before or {}), "after": dict(self._after or {})}
        for side, text in (("before", before), ("after", after)):
            if text is None:
                continue
            if field in sides[side]:
                message = f"{self._event}: {side}.{field} is given twice"
                raise RuntimeError(message)
            place = _protected.place_in(self._id, side, field)
            sides[side][field] = _protected.sealed_value(key, text, place=place)
        self._before, self._after = sides["before"] or self._before, sides["after"] or self._after

    def add(self, **values: Any) -> None:
        """Say more of what came of it: what a verb that this one calls has to tell. Before or after ``about``."""
        self._added |= values

    def bulk(
        self, kind: str, pk: object, *, rows: Iterable[bytes], file_sha256: str = "", **counts: int
    ) -> None:
        """Name a chunk of many rows: their counts, the file's hash, and a Merkle root over the rows."""
        leaves = list(rows)
        self._subject = (kind, str(pk))
        self._bulk = {
            "rows": len(leaves),
            **counts,
            "root": root_hash(leaves).hex(),
            "file_sha256": file_sha256,
        }

    def purpose(self, text: str) -> None:
        """Say why (目的)."""
        self._purpose = text

    def nothing(self) -> None:
        """Leave no entry: a repeat that found everything done already."""
        self._silent = True

    def write(self, *, actor: Signer, at: datetime) -> None:
        """Put the entry in the ledger and its reactions in the queue; the door's last step."""
        if self._silent:
            return
        if self._subject is None:
            message = f"{self._event}: an action names its subject with entry.about() or entry.bulk()"
            raise RuntimeError(message)
        kind, pk = self._subject
        values = {
            "id": self._id,
            "at": at,
            # The machine's clock, beside the actor's: set here because the seal covers it.
            "recorded_at": timezone.now(),
            "event": self._event,
            "actor_id": actor.id,
            "actor_label": actor.label,
            "subject_kind": kind,
            "subject_id": pk,
            "before": _record.plain(self._before),
            "after": _record.plain({**(self._after or {}), **self._added} or None),
            "purpose": self._purpose,
            "request_id": request_id.get(),
            "bulk": _record.plain(self._bulk),
        }
        mac = _record.seal(_record.body_of_new(values))
        models.Entry(**values, mac=mac).save(force_insert=True)
        reactions.defer_reactions(self._event, subject_kind=kind, subject_id=pk)


_doors: dict[str, Callable[..., bool]] = {}


def open_to_roles() -> dict[str, Callable[..., bool]]:
    """Event → predicate, of those doors that ask for nothing but the actor."""
    return {
        event: may for event, may in _doors.items() if set(inspect.signature(may).parameters) == {"actor"}
    }


def action(
    event: str, *, may: Callable[..., bool], is_reading: bool = False
) -> Callable[[Callable[Concatenate[Entry, P], R]], Callable[P, R]]:
    """Make a verb of a function whose keyword arguments include ``actor`` and ``at`` (an aware moment).

    ``may`` is a predicate of the room's ``permissions``; it is given the actor and those of the verb's
    arguments that it names. Raises Refused where it says no. An inspection's account (``actor.is_read_only``) is
    refused everything but what ``is_reading``: actions that change nothing but the ledger itself, and sign-in.
    """
    if not EVENT_NAME.match(event):
        message = f"not an event name: {event}"
        raise ValueError(message)
    wanted = tuple(inspect.signature(may).parameters)
    _doors[event] = may

    def decorate(function: Callable[Concatenate[Entry, P], R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            given: dict[str, Any] = dict(kwargs)
            actor, at = given["actor"], given["at"]
            if getattr(actor, "is_read_only", False) and not is_reading:
                raise Refused(_("检查账户只能查看，不能执行任何操作。"))
            if not may(**{name: given[name] for name in wanted}):
                raise Refused(_("您没有执行此操作的权限。"))
            entry = Entry(event)
            with transaction.atomic():
                token = writing.set(True)
                try:
                    result = function(entry, *args, **kwargs)
                    entry.write(actor=actor, at=at)
                finally:
                    writing.reset(token)
            return result

        run.event = event  # type: ignore[attr-defined]
        return run

    return decorate
