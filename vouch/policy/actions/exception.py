"""Exceptions from the institution's own rules: asked for by one person, signed by another, expiring; never from the law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.action import Entry, Refused, action
from vouch.policy import permissions
from vouch.policy.actions.signing import authored, sign
from vouch.policy.actions.version import WrongStateError
from vouch.policy.models import Rule, RuleException
from vouch.policy.terms import SignedState

LONGEST_DAYS = 366
"""A longer one would be another rule, and belongs in the library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionDetails:
    """Whom it lets pass (None: everybody), up to which amount in yuan, from a day until before another, and why."""

    starts_on: date
    ends_on: date
    reason: str
    evidence: str
    party_id: int | None = None
    amount: Decimal | None = None


@action("policy.exception.requested", may=permissions.may_ask_exception)
def request_exception(
    entry: Entry, *, actor: Actor, at: datetime, rule: Rule, details: ExceptionDetails
) -> RuleException:
    """Ask for leave. Raises Refused for a rule of the law, WrongStateError for days that cannot be."""
    if rule.is_statutory:
        words = {"rule": rule, "article": rule.article}
        raise Refused(_("%(rule)s 出自 %(article)s，任何人都不能批准例外。") % words)
    if not details.starts_on < details.ends_on:
        raise WrongStateError(_("例外须有到期日，且晚于起始日。"))
    if (details.ends_on - details.starts_on).days > LONGEST_DAYS:
        raise WrongStateError(_("例外最长一年；长期需要的，请修改规则。"))
    row = RuleException.objects.create(
        rule=rule,
        party_id=details.party_id,
        amount=details.amount,
        starts_on=details.starts_on,
        ends_on=details.ends_on,
        reason=details.reason,
        evidence=details.evidence,
        **authored(actor, at),
    )
    after = {
        "code": rule.code,
        "party_id": details.party_id,
        "amount": None if details.amount is None else str(details.amount),
        "starts_on": str(details.starts_on),
        "ends_on": str(details.ends_on),
        "reason": details.reason,
        "evidence": details.evidence,
    }
    entry.about("rule_exception", row.pk, after=after)
    return row


@action("policy.exception.signed", may=permissions.may_sign_exception)
def sign_exception(
    entry: Entry, *, actor: Actor, at: datetime, row: RuleException, note: str = ""
) -> RuleException:
    """Give leave; by somebody else than who asked."""
    return sign(entry, row, kind="rule_exception", by=(actor, at), to=SignedState.CONFIRMED, note=note)


@action("policy.exception.refused", may=permissions.may_sign_exception)
def refuse_exception(
    entry: Entry, *, actor: Actor, at: datetime, row: RuleException, note: str
) -> RuleException:
    """Give none."""
    return sign(entry, row, kind="rule_exception", by=(actor, at), to=SignedState.REFUSED, note=note)


@action("policy.exception.revoked", may=permissions.may_revoke_exception)
def revoke_exception(entry: Entry, *, actor: Actor, at: datetime, row: RuleException) -> RuleException:
    """End one before its day. Raises WrongStateError where it does not hold."""
    found = RuleException.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if found.state != SignedState.CONFIRMED or found.revoked_at is not None:
        raise WrongStateError(_("该例外没有生效或已撤销。"))
    found.revoked_at, found.revoked_label = at, actor.label
    found.save(update_fields=["revoked_at", "revoked_label"])
    entry.about("rule_exception", found.pk, after={"revoked_at": str(at)})
    return found
