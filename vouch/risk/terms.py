"""Words of risk assessment."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CardKind(TextChoices):
    """Where a card's points come from (评分卡类型)."""

    EXPERT = "expert", _("专家卡（无违约概率）")
    TRAINED = "trained", _("训练卡")
