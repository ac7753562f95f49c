"""Notices: drafted, published, superseded by the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from vouch.customers import permissions
from vouch.customers.models import Notice
from vouch.customers.terms import NOTICE_TRANSITIONS, NoticeState
from vouch.engine.canonical import digest
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, action


class NotNow(ValueError):
    """Its state does not allow this; ``str()`` is the Chinese message."""


class WrongEntry(ValueError):
    """What was entered cannot stand; ``field`` names the entry, ``str()`` is the Chinese message."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDetails:
    """What a notice says; ``sensitive_text`` tells necessity and effect (PIPL 30)."""

    title: str
    text: str
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    retention: str
    contact: str
    sensitive_text: str = ""

    @property
    def sha256(self) -> str:
        """The hash over everything that is told."""
        return digest({name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()})


def _apply(notice: Notice, details: NoticeDetails) -> None:
    notice.title, notice.text, notice.sensitive_text = details.title, details.text, details.sensitive_text
    notice.categories, notice.purposes = list(details.categories), list(details.purposes)
    notice.retention, notice.contact, notice.sha256 = details.retention, details.contact, details.sha256


@action("customers.notice.drafted", may=permissions.may_manage_notices)
def draft_notice(entry: Entry, *, actor: Actor, at: datetime, kind: str, details: NoticeDetails) -> Notice:
    """Draft the next version of a kind."""
    newest = Notice.objects.filter(kind=kind).aggregate(newest=Max("version"))["newest"] or 0
    notice = Notice(kind=kind, version=newest + 1, drafted_at=at)
    _apply(notice, details)
    notice.save()
    entry.about("notice", notice.pk, after={"kind": kind, "version": notice.version, "sha256": notice.sha256})
    return notice


@action("customers.notice.revised", may=permissions.may_manage_notices)
def revise_notice(
    entry: Entry, *, actor: Actor, at: datetime, notice: Notice, details: NoticeDetails
) -> Notice:
    """Change a draft. Raises NotNow for one that people were shown."""
    locked = Notice.objects.select_for_update().get(pk=notice.pk)
    if locked.state != NoticeState.DRAFT:
        raise NotNow(_("已发布的告知书不能修改；请起草新版本。"))
    before = locked.sha256
    if before == details.sha256:
        entry.nothing()
        return locked
    _apply(locked, details)
    locked.save()
    entry.about("notice", locked.pk, before={"sha256": before}, after={"sha256": locked.sha256})
    return locked


@action("customers.notice.published", may=permissions.may_manage_notices)
def publish_notice(entry: Entry, *, actor: Actor, at: datetime, notice: Notice) -> Notice:
    """Put a draft in force; the one before it is superseded at the same moment. Raises NotNow.

    Authorisations keep the version that was shown: a new purpose in a new version reaches nobody who has not
    consented anew (PIPL 14).
    """
    # One lock for the kind, in the order of versions.
    rows = {one.pk: one for one in Notice.objects.select_for_update().filter(kind=notice.kind).order_by("pk")}
    locked = rows[notice.pk]
    if NoticeState.PUBLISHED not in NOTICE_TRANSITIONS[locked.state]:
        raise NotNow(_("只有草稿可以发布。"))
    for former in rows.values():
        if former.state == NoticeState.PUBLISHED:
            former.state, former.superseded_at = NoticeState.SUPERSEDED, at
            former.save(update_fields=["state", "superseded_at"])
    locked.state, locked.published_at = NoticeState.PUBLISHED, at
    locked.save(update_fields=["state", "published_at"])
    after = {"state": str(locked.state), "version": locked.version, "sha256": locked.sha256}
    entry.about("notice", locked.pk, before={"state": str(NoticeState.DRAFT)}, after=after)
    return locked
