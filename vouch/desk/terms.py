"""Words of the desk."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Panel(TextChoices):
    """The parts of a customer's page."""

    JUDGEMENT = "judgement", _("评估结论")
    CLASS = "class", _("分类")
    FILE = "file", _("档案")
    FACTS = "facts", _("指标")
    INVOICES = "invoices", _("发票")
    IDENTITY = "identity", _("登记信息")
    RELATIONS = "relations", _("关系")
    GUARANTEES = "guarantees", _("担保")
    LIMITS = "limits", _("额度")
    BUILDING = "building", _("楼栋")
    CONSENT = "consent", _("授权与征信")
    HISTORY = "history", _("历史")


class SearchKind(TextChoices):
    """What the search finds (搜索)."""

    NUMBER = "number", _("号码相符")
    CUSTOMER = "customer", _("客户")
    PERSON = "person", _("个人")
    GUARANTEE = "guarantee", _("担保业务")
    BUILDING = "building", _("楼栋")


NOT_ASSESSED = "未评估"
INSUFFICIENT = "资料不足"
CLASSES = ("优质", "一般", "高风险", INSUFFICIENT)


class Gathering(TextChoices):
    """What the whole book's links form (担保圈与集团)."""

    CIRCLES = "circles", _("担保圈")
    CHAINS = "chains", _("担保链")
    HUBS = "hubs", _("担保集中户")
    GROUPS = "groups", _("集团")


class Fate(TextChoices):
    """How a guarantor whose net assets are not known is taken in the question who falls."""

    FALLS = "falls", _("视为无力代偿")
    STANDS = "stands", _("视为能够代偿")


SMALLEST_CHAIN = 4
"""So many firms that answer for one another in a row are a chain (担保链)."""

SMALLEST_HUB = 4
"""Whoever has guarantees with so many others, given and received, is a hub."""
