"""Materials (资料): what something was learned from. Every material value hangs on one and takes its provenance from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.customers.terms import (
    CONFIDENCE_OF,
    Confidence,
    Finding,
    MaterialKind,
    MaterialState,
    Origin,
    VerificationMeans,
)
from vouch.platform.web.subjects import Watched

WORD = 12


class Material(Watched):
    """One thing that we learned from: a file, a form, a visit (资料). What it says is never changed; a newer one takes its place.

    ``as_of`` is the day of which it speaks, ``known_at`` the moment from which we knew it: a question as of an earlier
    day counts it from ``known_at`` on, until ``ended_at``.
    """

    subject_kind = "material"

    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="materials", verbose_name=_("客户"), db_index=False
    )
    kind = models.CharField(_("资料种类"), max_length=WORD, choices=MaterialKind)
    origin = models.CharField(_("来源"), max_length=WORD, choices=Origin)
    as_of = models.DateField(_("所属日期"))
    known_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("登记人")
    )
    authorisation = models.ForeignKey(
        "customers.Authorisation",
        models.PROTECT,
        related_name="materials",
        null=True,
        blank=True,
        verbose_name=_("所依据的授权"),
    )
    document = models.ForeignKey(
        "vault.Document", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("原件")
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(
        _("状态"), max_length=WORD, choices=MaterialState, default=MaterialState.IN_FORCE
    )
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, related_name="replaces", null=True, blank=True, verbose_name=_("更新为")
    )
    end_reason = models.CharField(_("撤回理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("资料")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=MaterialState.IN_FORCE, ended_at=None)
                | (~Q(state=MaterialState.IN_FORCE) & Q(ended_at__isnull=False)),
                name="customers_material_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("known_at")),
                name="customers_material_ended_after",
            ),
            models.CheckConstraint(
                condition=Q(state=MaterialState.SUPERSEDED, replaced_by__isnull=False)
                | (~Q(state=MaterialState.SUPERSEDED) & Q(replaced_by=None)),
                name="customers_material_superseded_by_one",
            ),
        ]
        indexes: ClassVar = [
            # A customer's file: by kind, the newest first; the facts of one customer or of all.
            models.Index(fields=["party", "kind", "-as_of"], name="customers_material_of_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of}"

    @property
    def base_confidence(self) -> Confidence:
        """As its origin has it, before anybody verified it."""
        return CONFIDENCE_OF[Origin(self.origin)]


class Verification(models.Model):
    """Somebody held a material against something else, and what was found (核实)."""

    material = models.ForeignKey(
        Material, models.PROTECT, related_name="verifications", verbose_name=_("资料")
    )
    at = models.DateTimeField(_("核实时间"))
    by = models.ForeignKey(
        "identity.User", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("核实人")
    )
    means = models.CharField(_("核实方式"), max_length=WORD, choices=VerificationMeans)
    finding = models.CharField(_("核实结论"), max_length=WORD, choices=Finding)
    note = models.CharField(_("核实说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("资料核实")

    def __str__(self) -> str:
        return f"{self.material_id}: {self.get_finding_display()}"
