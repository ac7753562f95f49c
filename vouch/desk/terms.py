"""Words of the desk."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Panel(TextChoices):
    """The parts of a customer's page."""

    JUDGEMENT = "judgement", _("评估结论")
    FILE = "file", _("档案")
    FACTS = "facts", _("指标")
    INVOICES = "invoices", _("发票")
    IDENTITY = "identity", _("登记信息")
    BUILDING = "building", _("楼栋")
    CONSENT = "consent", _("授权与征信")
    HISTORY = "history", _("历史")


NOT_ASSESSED = "未评估"
INSUFFICIENT = "资料不足"
CLASSES = ("优质", "一般", "高风险", INSUFFICIENT)
