"""Where customers are (楼栋): sites, buildings, their units, who is there as what, and who looks after a building."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.engine.address import LEVEL_TITLES, Level
from vouch.parties.models.dated import Dated, days_in_order
from vouch.parties.models.party import Party
from vouch.parties.terms import OccupancyRole, SiteKind
from vouch.platform.identity.models import User
from vouch.platform.web.subjects import Watched


class Site(models.Model):
    """Several buildings that people speak of as one (园区、楼盘、专业市场)."""

    kind = models.CharField(_("类型"), max_length=10, choices=SiteKind, default=SiteKind.PARK)
    name = models.CharField(_("名称"), max_length=80)
    opened_at = models.DateTimeField(_("登记时间"))
    opened_by = models.CharField(_("登记人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("园区、楼盘或市场")
        constraints: ClassVar = [models.UniqueConstraint(fields=["name"], name="parties_site_name_once")]

    def __str__(self) -> str:
        return self.name


class Building(Watched):
    """A building (楼栋) by the key that the address engine gives every spelling of it.

    ``area`` says within which province and area the key means one building; it is empty where the key itself names a
    city or county. A building that turned out to be another by a second name has ``canonical``, and keeps its rows.
    """

    subject_kind = "building"

    area = models.CharField(_("地区"), max_length=90, blank=True)
    key = models.CharField(_("地址键"), max_length=600)
    name = models.CharField(_("楼栋"), max_length=600)
    site = models.ForeignKey(
        Site,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="buildings",
        verbose_name=_("所属园区或市场"),
    )
    canonical = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="merged",
        verbose_name=_("即"),
    )  # fmt: skip
    unit_total = models.PositiveIntegerField(_("总套数"), null=True, blank=True)
    found_at = models.DateTimeField(_("首次出现时间"))

    class Meta:
        verbose_name = _("楼栋")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "area"], name="parties_building_key_once"),
            models.CheckConstraint(
                condition=Q(canonical=None) | ~Q(canonical=F("id")),
                name="parties_building_merged_into_another",
            ),
        ]
        indexes: ClassVar = [
            # The other names of a building: few.
            models.Index(
                fields=["canonical"], condition=~Q(canonical=None), name="parties_building_canonical_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The building's page, which the desk shows."""
        return reverse("desk:building", args=[self.pk])


class BuildingUnit(models.Model):
    """A door in a building (单元、房间). ``floor`` is None where none can be told, and below ground negative."""

    building = models.ForeignKey(Building, models.CASCADE, related_name="units", verbose_name=_("楼栋"))
    floor = models.SmallIntegerField(_("楼层"), null=True, blank=True)
    label = models.CharField(_("房号"), max_length=60)
    # Alike for the doors that stand above one another.
    column = models.CharField(_("列"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("房间")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["building", "floor", "label"], nulls_distinct=False, name="parties_buildingunit_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class AddressReading(models.Model):
    """How the registered address of an organisation was read (地址识别): how near it came to a door, and how sure that is.

    ``marks`` are what a person said the parts are, [kind, start, end] of ``text``; None where the machine read it.
    """

    party = models.OneToOneField(
        Party, models.CASCADE, related_name="address_reading", verbose_name=_("客户")
    )
    text = models.CharField(_("地址"), max_length=400, blank=True)
    level = models.PositiveSmallIntegerField(_("识别到"))
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="readings", verbose_name=_("楼栋")
    )
    confidence = models.DecimalField(_("把握"), max_digits=4, decimal_places=3)
    doubts = ArrayField(models.TextField(), verbose_name=_("疑点"), default=list)
    marks = models.JSONField(_("人工标注"), null=True, blank=True)
    # Rows of an earlier rule wait to be read again (READING_RULE).
    rule = models.PositiveSmallIntegerField(_("识别规则"))
    read_at = models.DateTimeField(_("识别时间"))
    read_by = models.CharField(_("识别人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("地址识别")
        indexes: ClassVar = [
            # The list of what needs a person's eye, the least certain first.
            models.Index(fields=["confidence", "id"], name="parties_reading_sure_idx"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def level_title(self) -> str:
        """How near it came to a door, in words."""
        return LEVEL_TITLES[Level(self.level)]


class Occupancy(Dated):
    """A customer is in a building, or in one of its units, as something (占用).

    ``is_derived``: found by the machine in the registered address, and found again from it at any time.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="occupancies", verbose_name=_("客户"))
    building = models.ForeignKey(
        Building, models.PROTECT, related_name="occupancies", db_index=False, verbose_name=_("楼栋")
    )
    unit = models.ForeignKey(
        BuildingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="occupancies",
        verbose_name=_("房间"),
    )
    role = models.CharField(_("用途"), max_length=12, choices=OccupancyRole)
    address = models.CharField(_("依据的地址"), max_length=400)
    confidence = models.DecimalField(_("把握"), max_digits=4, decimal_places=3)
    is_derived = models.BooleanField(_("自动识别"), default=False)

    class Meta:
        verbose_name = _("占用")
        constraints: ClassVar = [
            days_in_order("parties_occupancy_days_in_order"),
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(ended_at=None, role=OccupancyRole.REGISTERED),
                name="parties_occupancy_one_registered",
            ),
            models.CheckConstraint(
                condition=Q(role=OccupancyRole.REGISTERED) | Q(is_derived=False),
                name="parties_occupancy_derived_is_registered",
            ),
        ]
        indexes: ClassVar = [
            # Who is or was in a building.
            models.Index(fields=["building", "party"], name="parties_occupancy_in_idx"),
            # Who left one lately.
            models.Index(
                fields=["building", "ends_on"], condition=~Q(ends_on=None), name="parties_occupancy_left_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.building_id}"


class Steward(models.Model):
    """Who looks after a building (楼栋负责人), from and to; one at a time."""

    building = models.ForeignKey(Building, models.CASCADE, related_name="stewards", verbose_name=_("楼栋"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("楼栋负责人"))
    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("终止日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("楼栋负责人")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["building"], condition=Q(ends_on=None), name="parties_steward_one_current"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="parties_steward_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id}: {self.user_id}"


class BuildingLimit(models.Model):
    """How much of the book may stand in one building (楼栋限额); the newest without an end is in force."""

    building = models.ForeignKey(Building, models.CASCADE, related_name="limits", verbose_name=_("楼栋"))
    max_balance = models.DecimalField(
        _("在保余额上限"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    max_customers = models.PositiveIntegerField(_("在保户数上限"), null=True, blank=True)
    starts_on = models.DateField(_("起始日期"))
    ends_on = models.DateField(_("终止日期"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200)
    set_at = models.DateTimeField(_("设定时间"))
    set_by = models.CharField(_("设定人"), max_length=80)

    class Meta:
        verbose_name = _("楼栋限额")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["building"], condition=Q(ends_on=None), name="parties_buildinglimit_one_current"
            ),
            models.CheckConstraint(
                condition=~Q(max_balance=None, max_customers=None), name="parties_buildinglimit_limits"
            ),
            models.CheckConstraint(
                condition=Q(max_balance=None) | Q(max_balance__gte=0),
                name="parties_buildinglimit_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="parties_buildinglimit_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id}"


class BuildingVisit(models.Model):
    """A customer was called on at a building (走访), with a short note; seen by whoever sees the customer."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="building_visits", verbose_name=_("客户"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="visits", verbose_name=_("楼栋"))
    visited_on = models.DateField(_("走访日期"))
    note = models.CharField(_("走访记录"), max_length=200)
    noted_at = models.DateTimeField(_("登记时间"))
    noted_by = models.CharField(_("走访人"), max_length=80)

    class Meta:
        verbose_name = _("楼栋走访")
        indexes: ClassVar = [
            # The last visit to each customer of a building.
            models.Index(fields=["building", "party", "-visited_on"], name="parties_visit_last_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.visited_on}"
