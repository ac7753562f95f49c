"""What two persons must sign before it holds: one enters it, another confirms or sends it back."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.policy.terms import SIGNED_TRANSITIONS, SignedState


class Signed(models.Model):
    """The two signatures; people are named by id and label, as the ledger names them."""

    state = models.CharField(_("状态"), max_length=10, choices=SignedState, default=SignedState.PROPOSED)
    author_id = models.CharField(_("录入人编号"), max_length=80)
    author_label = models.CharField(_("录入人"), max_length=160)
    proposed_at = models.DateTimeField(_("录入时间"))
    signer_id = models.CharField(_("确认人编号"), max_length=80, blank=True)
    signer_label = models.CharField(_("确认人"), max_length=160, blank=True)
    signed_at = models.DateTimeField(_("确认时间"), null=True)
    signer_note = models.CharField(_("确认意见"), max_length=200, blank=True)

    class Meta:
        abstract = True


SIGNATURE = frozenset({"state", "signer_id", "signer_label", "signed_at", "signer_note"})
"""The only fields that change after a row was entered."""


def two_persons(name: str, *, own: Q | None = None) -> list[models.CheckConstraint]:
    """Constraints of a signed table: known states, and a second person behind whatever is confirmed.

    ``own`` narrows the second to rows that the institution enters itself; what ships with the product has the installation alone.
    """
    confirmed = Q(state=SignedState.CONFIRMED) & (own if own is not None else Q())
    return [
        models.CheckConstraint(condition=Q(state__in=SignedState.values), name=f"{name}_state_known"),
        models.CheckConstraint(
            condition=Q(state=SignedState.PROPOSED) ^ Q(signed_at__isnull=False),
            name=f"{name}_signed_has_moment",
        ),
        models.CheckConstraint(
            condition=~confirmed | (~Q(signer_id="") & ~Q(signer_id=F("author_id"))),
            name=f"{name}_two_persons",
        ),
    ]


def kept_as_entered(*content: str) -> list[pgtrigger.Trigger]:
    """Triggers of a signed table: nothing is deleted, what was entered stays, states go in order."""
    return [
        pgtrigger.Protect(name="kept_for_good", operation=pgtrigger.Delete),
        pgtrigger.Protect(name="content_is_fixed", operation=pgtrigger.UpdateOf(*content)),  # type: ignore[no-untyped-call]
        pgtrigger.FSM(
            name="states_in_order",
            field="state",
            transitions=[
                (before, after) for before, afters in SIGNED_TRANSITIONS.items() for after in sorted(afters)
            ],
        ),
        # What was signed once keeps its signature.
        pgtrigger.Protect(
            name="signature_is_fixed",
            operation=pgtrigger.UpdateOf("signer_id", "signer_label", "signed_at", "signer_note"),  # type: ignore[no-untyped-call]
            condition=~pgtrigger.Q(old__state=SignedState.PROPOSED),
        ),
    ]
