"""Words of impact assessments (个人信息保护影响评估, PIPL 55 and 56), and of the switch that hangs on one."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcessingActivity(models.TextChoices):
    """What is assessed before it begins: a closed list, each under the item of PIPL 55 that asks for it."""

    CREDIT = "credit", _("查询、使用征信数据")
    BANK = "bank", _("处理银行账户与流水")
    BIOMETRIC = "biometric", _("处理生物识别信息")
    AUTOMATED = "automated", _("自动化评估与评级")
    ENTRUST = "entrust", _("委托处理个人信息")
    PROVIDE = "provide", _("向合作机构提供个人信息")
    PUBLISH = "publish", _("公开个人信息")
    ABROAD = "abroad", _("向境外提供个人信息")
    LISTS = "lists", _("名单筛查")
    SOCIAL = "social", _("社交信息作为组织信号")
    OTHER = "other", _("其他对个人权益有重大影响的处理")


ASKED_BY: Mapping[str, str] = {
    ProcessingActivity.CREDIT: "个人信息保护法55条（一）项：处理敏感个人信息",
    ProcessingActivity.BANK: "个人信息保护法55条（一）项：处理敏感个人信息",
    ProcessingActivity.BIOMETRIC: "个人信息保护法55条（一）项：处理敏感个人信息",
    ProcessingActivity.AUTOMATED: "个人信息保护法55条（二）项：自动化决策",
    ProcessingActivity.ENTRUST: "个人信息保护法55条（三）项：委托处理",
    ProcessingActivity.PROVIDE: "个人信息保护法55条（三）项：向其他处理者提供",
    ProcessingActivity.PUBLISH: "个人信息保护法55条（三）项：公开",
    ProcessingActivity.ABROAD: "个人信息保护法55条（四）项：向境外提供",
    ProcessingActivity.LISTS: "个人信息保护法55条（五）项：其他重大影响",
    ProcessingActivity.SOCIAL: "个人信息保护法55条（五）项：其他重大影响",
    ProcessingActivity.OTHER: "个人信息保护法55条（五）项：其他重大影响",
}
"""The item that asks for an assessment of this activity."""

PER_MATTER = frozenset(
    {
        ProcessingActivity.ENTRUST,
        ProcessingActivity.PROVIDE,
        ProcessingActivity.PUBLISH,
        ProcessingActivity.ABROAD,
        ProcessingActivity.OTHER,
    }
)
"""Activities that are assessed recipient by recipient, or matter by matter; of the others there is one each."""


class AssessmentState(models.TextChoices):
    """How far an assessment is; whether it has expired is a matter of the clock."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待复核")
    REVIEWED = "reviewed", _("已复核")
    SUPERSEDED = "superseded", _("已被替代")
    WITHDRAWN = "withdrawn", _("已撤回")


ASSESSMENT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    AssessmentState.DRAFT: frozenset({AssessmentState.SUBMITTED, AssessmentState.WITHDRAWN}),
    AssessmentState.SUBMITTED: frozenset(
        {AssessmentState.DRAFT, AssessmentState.REVIEWED, AssessmentState.WITHDRAWN}
    ),
    AssessmentState.REVIEWED: frozenset({AssessmentState.SUPERSEDED, AssessmentState.WITHDRAWN}),
    AssessmentState.SUPERSEDED: frozenset(),
    AssessmentState.WITHDRAWN: frozenset(),
}


class AssessmentStanding(models.TextChoices):
    """What an assessment is worth on a day."""

    LIVE = "live", _("有效")
    ENDING = "ending", _("30日内到期")
    ENDED = "ended", _("已到期")
    SUBMITTED = "submitted", _("待复核")
    DRAFT = "draft", _("草稿")
    SUPERSEDED = "superseded", _("已被替代")
    WITHDRAWN = "withdrawn", _("已撤回")


class RiskLevel(models.TextChoices):
    """How large the risk for the persons is (PIPL 56, second item)."""

    LOW = "low", _("低")
    MEDIUM = "medium", _("中")
    HIGH = "high", _("高")


class Conclusion(models.TextChoices):
    """What the assessment comes to."""

    PERMITTED = "permitted", _("可以开展")
    FORBIDDEN = "forbidden", _("不得开展")


ASSESSMENT_YEARS = 3
"""How long an assessment may hold at most before it is made anew: the institution's own figure."""

ASSESSMENT_KEEP_YEARS = 3
"""How long the report is kept at least after it ended (PIPL 56)."""

ASSESSMENT_REMIND_DAYS = (30, 7, 0)
"""So many days before its end those who keep the register are told."""
