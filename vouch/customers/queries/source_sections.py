"""The sections of the file that tell of public records, guarantees given, collateral and lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vouch.customers.permissions import may_open_file
from vouch.customers.queries.collateral import told_of_collateral
from vouch.customers.queries.guarantees import told_of_guarantees
from vouch.customers.queries.records import told_of_records
from vouch.customers.queries.sections import Section
from vouch.customers.queries.watching import told_of_hits

SECTIONS = (
    Section(
        name="records",
        title=_("公共记录"),
        icon="gavel",
        url_name="customers:records",
        order=50,
        may=may_open_file,
        tell=told_of_records,
        unit=_("条"),
    ),
    Section(
        name="guarantees",
        title=_("对外担保"),
        icon="shield-share",
        url_name="customers:guarantees",
        order=60,
        may=may_open_file,
        tell=told_of_guarantees,
        unit=_("笔"),
    ),
    Section(
        name="collateral",
        title=_("抵质押物"),
        icon="home-shield",
        url_name="customers:collateral",
        order=70,
        may=may_open_file,
        tell=told_of_collateral,
        unit=_("件"),
    ),
    Section(
        name="lists",
        title=_("名单筛查"),
        icon="user-exclamation",
        url_name="customers:hits_of",
        order=80,
        may=may_open_file,
        tell=told_of_hits,
        unit=_("条"),
    ),
)
