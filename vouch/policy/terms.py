"""Words of policy, and the states a version goes through."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PolicyState(TextChoices):
    """Where a version stands (政策状态)."""

    DRAFT = "draft", _("草稿")
    REVIEWED = "reviewed", _("已复核")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


TRANSITIONS: Mapping[str, frozenset[str]] = {
    PolicyState.DRAFT: frozenset({PolicyState.REVIEWED, PolicyState.RETIRED}),
    PolicyState.REVIEWED: frozenset({PolicyState.PUBLISHED, PolicyState.RETIRED}),
    PolicyState.PUBLISHED: frozenset({PolicyState.RETIRED}),
    PolicyState.RETIRED: frozenset(),
}


class CustomerKind(TextChoices):
    """Whom a policy judges (适用对象)."""

    ENTERPRISE = "enterprise", _("企业")
    PERSON = "person", _("个人")
