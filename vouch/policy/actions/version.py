"""Verbs of policy: drafted by one person, reviewed and published by another, retired, never edited."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from vouch.engine import policy_file, scorecard_file
from vouch.engine.canonical import FileError, read_yaml
from vouch.engine.facts import catalogue
from vouch.platform.identity.actor import Actor, system_actor
from vouch.platform.ledger.action import Entry, action
from vouch.policy import permissions, queries
from vouch.policy.actions.gate import pass_gate
from vouch.policy.models import PolicyVersion
from vouch.policy.terms import TRANSITIONS, PolicyState
from vouch.risk import queries as risk
from vouch.risk.actions import register_scorecard

LIBRARY = Path(__file__).resolve().parents[1] / "library"
"""Policies that ship with the product, each beside its card."""


class WrongStateError(ValueError):
    """The version is not in a state from which this may follow; ``str()`` is the Chinese message."""


@action("policy.version.drafted", may=permissions.may_draft)
def draft_policy(entry: Entry, *, actor: Actor, at: datetime, document: bytes) -> PolicyVersion:
    """Take in a policy file as a draft; the same content again is the same version.

    Its card is either in the file or registered already. Raises vouch.engine.canonical.FileError, which names
    every fault, facts that nobody answers and a version number that is taken included.
    """
    cards = {row.sha256: risk.card_of(row) for row in risk.scorecards()}
    policy = policy_file.read(document, cards=cards, catalogue=catalogue)
    known = queries.version_with(policy.sha256)
    if known is not None:
        entry.nothing()
        return known
    if PolicyVersion.objects.filter(identifier=policy.id, version=policy.version).exists():
        taken = _("%(policy)s 的第 %(version)s 版已经存在且内容不同；修改请写成新的版本号") % {
            "policy": policy.id,
            "version": policy.version,
        }
        raise FileError(policy.title, [taken])
    card = register_scorecard(actor=actor, at=at, document=scorecard_file.write(policy.card))
    row = PolicyVersion.objects.create(
        identifier=policy.id,
        version=policy.version,
        title=policy.title,
        kind=policy.applies_to,
        sha256=policy.sha256,
        document=document.decode("utf-8-sig"),
        scorecard=card,
        author_id=actor.id,
        author_label=actor.label,
        drafted_at=at,
    )
    after = {"identifier": row.identifier, "version": row.version, "sha256": row.sha256, "state": row.state}
    entry.about("policy", row.pk, after=after)
    return row


@action("policy.version.reviewed", may=permissions.may_review)
def review_policy(entry: Entry, *, actor: Actor, at: datetime, version: PolicyVersion) -> PolicyVersion:
    """Confirm that a draft says what it should; by somebody other than its author."""
    row = _moved(entry, version, to=PolicyState.REVIEWED)
    row.reviewer_id, row.reviewer_label, row.reviewed_at = actor.id, actor.label, at
    row.save(update_fields=["state", "reviewer_id", "reviewer_label", "reviewed_at"])
    return row


@action("policy.version.published", may=permissions.may_publish)
def publish_policy(
    entry: Entry,
    *,
    actor: Actor,
    at: datetime,
    version: PolicyVersion,
    effective_at: datetime | None = None,
) -> PolicyVersion:
    """Publish a reviewed version, in force at once or from a later moment; the one before judges until then.

    It passes the gate first. Raises WrongStateError, GateRefused.
    """
    begins = effective_at or at
    if begins < at:
        raise WrongStateError(_("生效时间不能早于现在。"))
    # One whose moment has come judges already: begun by the job later, it would retire what is published now.
    for due in queries.due_versions(at=at).filter(kind=version.kind).exclude(pk=version.pk):
        begin_policy(actor=system_actor("policy"), at=at, version=due)
    is_later = begins > at
    row = _moved(entry, version, to=PolicyState.SCHEDULED if is_later else PolicyState.PUBLISHED)
    pass_gate(entry, queries.proposal_of(row), actor=actor, at=at)
    if is_later:
        waiting = PolicyVersion.objects.filter(kind=row.kind, state=PolicyState.SCHEDULED).first()
        if waiting is not None:
            raise WrongStateError(_("%(policy)s 正在等待生效，请先停用它。") % {"policy": waiting})
    else:
        _retire_before(row, actor=actor, at=at)
    row.publisher_id, row.publisher_label, row.published_at = actor.id, actor.label, at
    row.effective_at = begins
    row.save(update_fields=["state", "publisher_id", "publisher_label", "published_at", "effective_at"])
    return row


@action("policy.version.began", may=permissions.may_begin)
def begin_policy(entry: Entry, *, actor: Actor, at: datetime, version: PolicyVersion) -> PolicyVersion:
    """Let a version whose moment has come stand as the one in force, and retire the one before as of that moment.

    The question which policy is in force does not wait for this. A repeat changes nothing.
    """
    held = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    if held.state != PolicyState.SCHEDULED or held.effective_at is None or held.effective_at > at:
        entry.nothing()
        return held
    row = _moved(entry, version, to=PolicyState.PUBLISHED)
    _retire_before(row, actor=actor, at=held.effective_at)
    row.save(update_fields=["state"])
    return row


@action("policy.version.rolled_back", may=permissions.may_draft)
def roll_back(entry: Entry, *, actor: Actor, at: datetime, version: PolicyVersion) -> PolicyVersion:
    """Take an earlier version's content as a draft under the next number: reviewed and published by others like any draft."""
    if version.state not in {PolicyState.RETIRED, PolicyState.PUBLISHED} or version.published_at is None:
        raise WrongStateError(_("只能回退到曾经发布过的版本。"))
    row = draft_policy(actor=actor, at=at, document=queries.as_next(version).encode())
    entry.about("policy", row.pk, after={"version": row.version, "rolled_back_to": version.version})
    return row


def _retire_before(row: PolicyVersion, *, actor: Actor, at: datetime) -> None:
    """Retire the version in force for the same kind of customer, if there is one."""
    before = (
        PolicyVersion.objects.select_for_update().filter(kind=row.kind, state=PolicyState.PUBLISHED).first()
    )
    if before is not None:
        retire_policy(actor=actor, at=at, version=before)


@action("policy.version.retired", may=permissions.may_retire)
def retire_policy(entry: Entry, *, actor: Actor, at: datetime, version: PolicyVersion) -> PolicyVersion:
    """Take a version out of use; what was decided under it still replays."""
    row = _moved(entry, version, to=PolicyState.RETIRED)
    row.retired_at = at
    row.save(update_fields=["state", "retired_at"])
    return row


def install_shipped_policies(*, actor: Actor, at: datetime) -> list[PolicyVersion]:
    """Take in the policies that ship with the product, and put one in force where none is.

    An institution that has a policy in force decides for itself: a newer shipped version stays its draft.
    """
    installed = []
    for file in sorted(LIBRARY.glob("*.scorecard.yaml")):
        register_scorecard(actor=actor, at=at, document=file.read_bytes())
    for file in sorted(LIBRARY.glob("*.policy.yaml")):
        source = read_yaml(file.read_bytes(), name=file.name)
        known = queries.versions().filter(identifier=source["id"], version=source["version"]).first()
        row = known or draft_policy(actor=actor, at=at, document=file.read_bytes())
        in_force = PolicyVersion.objects.filter(kind=row.kind, state=PolicyState.PUBLISHED).exists()
        if row.state == PolicyState.DRAFT and not in_force:
            row = review_policy(actor=actor, at=at, version=row)
            row = publish_policy(actor=actor, at=at, version=row)
        installed.append(row)
    return installed


def _moved(entry: Entry, version: PolicyVersion, *, to: str) -> PolicyVersion:
    """The version, locked and with its new state, not yet saved; raises WrongStateError."""
    row = PolicyVersion.objects.select_for_update(of=("self",)).select_related("scorecard").get(pk=version.pk)
    if to not in TRANSITIONS[row.state]:
        message = _("%(policy)s 目前是“%(state)s”，不能改为“%(to)s”。") % {
            "policy": row,
            "state": row.get_state_display(),
            "to": PolicyState(to).label,
        }
        raise WrongStateError(message)
    entry.about("policy", row.pk, before={"state": row.state}, after={"state": to, "sha256": row.sha256})
    row.state = to
    return row
