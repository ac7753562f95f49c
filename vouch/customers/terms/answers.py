"""Words of the rating sheet's questions (评级问卷)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Round(models.TextChoices):
    """Who answers: those who bring the customer first, then risk management, each for themselves (评级轮次)."""

    FIRST = "first", _("初评")
    SECOND = "second", _("复评")
