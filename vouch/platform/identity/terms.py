"""Words of identity: the roles of the trade and how far a sign-in sees."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

HEAD_OFFICE_CODE = "HQ"


class Role(TextChoices):
    """Who does what in a guarantee institution (岗位)."""

    ACCOUNT_MANAGER = "account_manager", _("客户经理")
    TEAM_LEAD = "team_lead", _("业务部门负责人")
    RISK_REVIEWER = "risk_reviewer", _("风险经理")
    APPRAISER = "appraiser", _("资产评估师")
    COMMITTEE = "committee", _("评审委员")
    LAWYER = "lawyer", _("法务")
    RELEASE_OFFICER = "release_officer", _("放款审核岗")
    CASHIER = "cashier", _("财务")
    CUSTODIAN = "custodian", _("档案管理员")
    INSPECTOR = "inspector", _("保后管理岗")
    MONITOR = "monitor", _("风险监测岗")
    RECOVERY = "recovery", _("追偿岗")
    COMPLIANCE = "compliance", _("合规岗")
    CRO = "cro", _("首席风险官")
    EXECUTIVE = "executive", _("总经理")
    AUDITOR = "auditor", _("内审")
    STEWARD = "steward", _("楼栋管户员")
    ADMIN = "admin", _("系统管理员")


class Scope(TextChoices):
    """Whose customers a sign-in sees (数据范围)."""

    OWN = "own", _("本人")
    UNIT = "unit", _("本机构")
    UNIT_BELOW = "unit_below", _("本机构及下级")
    ALL = "all", _("全部")
