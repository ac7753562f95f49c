"""Words of social information as organisational signals: what a firm's public pages show, and never a person's."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignalKind(models.TextChoices):
    """What a public page shows of an organisation."""

    ACCOUNT = "account", _("官方账号")
    RATING = "rating", _("店铺评分")
    HIRING = "hiring", _("在招岗位")
    COMPLAINT = "complaint", _("投诉")
    NEWS = "news", _("媒体提及")


class Tone(models.TextChoices):
    """How a mention in the news sounds (倾向)."""

    POSITIVE = "positive", _("正面")
    NEUTRAL = "neutral", _("中性")
    NEGATIVE = "negative", _("负面")


class SeenHow(models.TextChoices):
    """How the observation was made (观察方式)."""

    PAGE = "page", _("查看公开页面")
    ON_SITE = "on_site", _("客户现场出示")
    PROVIDER = "provider", _("数据服务商提供")


SIGNAL_NEEDS: Mapping[str, tuple[str, ...]] = {
    SignalKind.ACCOUNT: ("last_post_on",),
    SignalKind.RATING: ("rating", "rating_most", "count"),
    SignalKind.HIRING: ("count",),
    SignalKind.COMPLAINT: ("count",),
    SignalKind.NEWS: ("tone",),
}
"""Kind → the values that it has; the others stay empty."""

SIGNAL_MONTHS = 12
"""Observations older than this no longer count in the facts (months)."""
