"""Words of guarantees that a customer has given for others (对外担保)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class GuaranteeKind(models.TextChoices):
    """By what the customer answers for somebody else's debt (担保方式)."""

    SURETY = "surety", _("保证")
    MORTGAGE = "mortgage", _("抵押")
    PLEDGE = "pledge", _("质押")
    JOINT = "joint", _("联保")
    OTHER = "other", _("其他")


class Tie(models.TextChoices):
    """What the one who is guaranteed is to the customer (与客户的关系)."""

    NONE = "none", _("无关联")
    SHAREHOLDER = "shareholder", _("股东或实际控制人")
    SUBSIDIARY = "subsidiary", _("子公司或参股企业")
    SAME_CONTROL = "same_control", _("同一实际控制人")
    RELATIVE = "relative", _("亲属及其企业")
    MUTUAL = "mutual", _("互保企业")
    TRADE = "trade", _("上下游企业")
    UNKNOWN = "unknown", _("不明")


RELATED = frozenset({Tie.SHAREHOLDER, Tie.SUBSIDIARY, Tie.SAME_CONTROL, Tie.RELATIVE})
"""Related parties (关联方) in the sense of 企业会计准则第36号; mutual guarantees and trade alone make none."""
