"""The graph between parties: kin, shareholders, posts, controllers; from and to, with source."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vouch.parties.models.dated import Dated, days_in_order, rate_of_one
from vouch.parties.models.party import Party
from vouch.parties.terms import ControlBasis, Currency, Kin, PostKind
from vouch.platform.vault.fields import SealedField


class Kinship(Dated):
    """What one person is to another (亲属关系), written once and read from both sides.

    A relative whom we do not know as a party has a sealed name, under the key of the person whose file it stands in.
    """

    person = models.ForeignKey(Party, models.CASCADE, related_name="kinships", verbose_name=_("个人"))
    relative = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="kin_of", verbose_name=_("亲属")
    )
    name = SealedField(_("亲属姓名"), null=True)
    kin = models.CharField(_("亲属关系"), max_length=12, choices=Kin)

    class Meta:
        verbose_name = _("亲属关系")
        constraints: ClassVar = [
            days_in_order("parties_kinship_days_in_order"),
            models.CheckConstraint(condition=~Q(person=F("relative")), name="parties_kinship_of_two"),
            models.UniqueConstraint(
                fields=["person", "relative", "kin"],
                condition=Q(ended_at=None) & ~Q(relative=None),
                name="parties_kinship_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.get_kin_display()}"


class Shareholding(Dated):
    """A share in an organisation (股东出资). ``rate`` is a fraction; amounts in whole units of the currency."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="shareholdings", verbose_name=_("企业"))
    holder = models.ForeignKey(
        Party, models.SET_NULL, null=True, blank=True, related_name="shares", verbose_name=_("股东")
    )
    # As it was written; empty where the holder is a party whose own name says it.
    holder_name = models.CharField(_("股东名称"), max_length=200, blank=True)
    holder_code = models.CharField(_("股东代码"), max_length=18, blank=True)
    rate = models.DecimalField(_("持股比例"), max_digits=7, decimal_places=6, null=True, blank=True)
    subscribed = models.DecimalField(_("认缴出资额"), max_digits=18, decimal_places=2, null=True, blank=True)
    paid_in = models.DecimalField(_("实缴出资额"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("币种"), max_length=3, choices=Currency, default=Currency.CNY)

    class Meta:
        verbose_name = _("股东出资")
        constraints: ClassVar = [
            days_in_order("parties_shareholding_days_in_order"),
            rate_of_one("parties_shareholding_rate"),
            models.CheckConstraint(
                condition=(Q(subscribed=None) | Q(subscribed__gte=0)) & (Q(paid_in=None) | Q(paid_in__gte=0)),
                name="parties_shareholding_amounts",
            ),
            models.CheckConstraint(
                condition=Q(holder=None) | ~Q(holder=F("party")), name="parties_shareholding_of_two"
            ),
            models.UniqueConstraint(
                fields=["party", "holder"],
                condition=Q(ended_at=None) & ~Q(holder=None),
                name="parties_shareholding_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.rate}"


class Post(Dated):
    """What a person is in an organisation, e.g. its legal representative (任职)."""

    enterprise = models.ForeignKey(Party, models.CASCADE, related_name="people", verbose_name=_("企业"))
    person = models.ForeignKey(
        Party, models.CASCADE, null=True, blank=True, related_name="posts", verbose_name=_("个人")
    )
    person_name = models.CharField(_("姓名"), max_length=100, blank=True)
    kind = models.CharField(_("任职"), max_length=20, choices=PostKind)

    class Meta:
        verbose_name = _("任职")
        constraints: ClassVar = [
            days_in_order("parties_post_days_in_order"),
            models.UniqueConstraint(
                fields=["person", "enterprise", "kind"],
                condition=Q(ended_at=None),
                name="parties_post_once",
            ),
            models.CheckConstraint(condition=~Q(person=F("enterprise")), name="parties_post_of_two_parties"),
            # It has one at a time.
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(ended_at=None, kind=PostKind.LEGAL_REPRESENTATIVE),
                name="parties_post_one_representative",
            ),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(ended_at=None, kind=PostKind.OWNER),
                name="parties_post_one_operator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.enterprise_id}"


class Control(Dated):
    """Who decides in the end (实际控制人), by what, and with which share where that is known."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="controls", verbose_name=_("企业"))
    controller = models.ForeignKey(
        Party, models.SET_NULL, null=True, blank=True, related_name="controlled", verbose_name=_("实际控制人")
    )
    controller_name = models.CharField(_("实际控制人名称"), max_length=200, blank=True)
    basis = models.CharField(_("控制依据"), max_length=12, choices=ControlBasis)
    rate = models.DecimalField(_("控制比例"), max_digits=7, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("实际控制关系")
        constraints: ClassVar = [
            days_in_order("parties_control_days_in_order"),
            rate_of_one("parties_control_rate"),
            models.CheckConstraint(
                condition=Q(controller=None) | ~Q(controller=F("party")), name="parties_control_of_two"
            ),
            models.UniqueConstraint(
                fields=["party", "controller"],
                condition=Q(ended_at=None) & ~Q(controller=None),
                name="parties_control_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.get_basis_display()}"
