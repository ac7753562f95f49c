"""Words of identity: the roles of the trade and how far a sign-in sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


class FieldClass(TextChoices):
    """Kinds of values that not everybody may read in full (字段类别)."""

    ORDINARY = "ordinary", _("一般")
    IDENTITY = "identity", _("证件号码")
    PHONE = "phone", _("联系方式")
    ACCOUNT = "account", _("银行账户")
    CREDIT = "credit", _("征信数据")
    INCOME = "income", _("职业与收入")


UNMASKS: Mapping[Role, frozenset[FieldClass]] = {
    # Meets the customer, checks the papers at the table, collects authorisations and statements of income.
    Role.ACCOUNT_MANAGER: frozenset(
        {FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.CREDIT, FieldClass.INCOME}
    ),
    # Pre-reviews what the account managers of the department collected.
    Role.TEAM_LEAD: frozenset({FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.CREDIT, FieldClass.INCOME}),
    # Judges the person behind the firm and cross-checks flows of accounts.
    Role.RISK_REVIEWER: frozenset(
        {
            FieldClass.IDENTITY,
            FieldClass.PHONE,
            FieldClass.ACCOUNT,
            FieldClass.CREDIT,
            FieldClass.INCOME,
        }
    ),
    # Compares owners with certificates of title; needs no credit data for a price.
    Role.APPRAISER: frozenset({FieldClass.IDENTITY, FieldClass.PHONE}),
    # Decides on credit and ability to pay; who it is stands in the brief, numbers are not needed.
    Role.COMMITTEE: frozenset({FieldClass.CREDIT, FieldClass.INCOME}),
    # Writes identity numbers, accounts and addresses for service into contracts.
    Role.LAWYER: frozenset({FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.ACCOUNT}),
    # Compares identity and receiving account with the contract before release.
    Role.RELEASE_OFFICER: frozenset({FieldClass.IDENTITY, FieldClass.ACCOUNT}),
    # Receives fees and pays claims: the account, and nothing else.
    Role.CASHIER: frozenset({FieldClass.ACCOUNT}),
    # Files papers by the identity on them.
    Role.CUSTODIAN: frozenset({FieldClass.IDENTITY}),
    # Calls, visits and looks at fresh credit reports after the guarantee was given.
    Role.INSPECTOR: frozenset({FieldClass.PHONE, FieldClass.CREDIT, FieldClass.INCOME}),
    # Bundles signals by person and reads credit events; does not call.
    Role.MONITOR: frozenset({FieldClass.IDENTITY, FieldClass.CREDIT}),
    # Finds debtors, files suits, traces accounts.
    Role.RECOVERY: frozenset(
        {
            FieldClass.IDENTITY,
            FieldClass.PHONE,
            FieldClass.ACCOUNT,
            FieldClass.CREDIT,
            FieldClass.INCOME,
        }
    ),
    # Answers persons' requests about their own data and checks authorisations against credit reads.
    Role.COMPLIANCE: frozenset({FieldClass.IDENTITY, FieldClass.PHONE, FieldClass.CREDIT}),
    # Answers for single decisions: credit and income, as the committee.
    Role.CRO: frozenset({FieldClass.CREDIT, FieldClass.INCOME}),
    # Steers by totals.
    Role.EXECUTIVE: frozenset(),
    # Checks that papers, accounts and authorisations are those of the person; every look is an entry.
    Role.AUDITOR: frozenset(
        {
            FieldClass.IDENTITY,
            FieldClass.PHONE,
            FieldClass.ACCOUNT,
            FieldClass.CREDIT,
            FieldClass.INCOME,
        }
    ),
    # Calls tenants of the building.
    Role.STEWARD: frozenset({FieldClass.PHONE}),
    # Runs the system, has no business with customers' data.
    Role.ADMIN: frozenset(),
}
"""What each role may read in full; everything else shows masked. A person's exceptions are on the account."""


class Office(TextChoices):
    """Which part of the house a role belongs to; nobody acts in two of them on one matter (前中后台分离)."""

    FRONT = "front", _("前台")
    MIDDLE = "middle", _("中台")
    BACK = "back", _("后台")


OFFICES: Mapping[Role, Office | None] = {
    # Brings customers in and keeps the relation.
    Role.ACCOUNT_MANAGER: Office.FRONT,
    Role.TEAM_LEAD: Office.FRONT,
    Role.STEWARD: Office.FRONT,
    # Judges, decides and watches, independently of who brought the customer.
    Role.RISK_REVIEWER: Office.MIDDLE,
    Role.APPRAISER: Office.MIDDLE,
    Role.COMMITTEE: Office.MIDDLE,
    Role.LAWYER: Office.MIDDLE,
    Role.INSPECTOR: Office.MIDDLE,
    Role.MONITOR: Office.MIDDLE,
    Role.CRO: Office.MIDDLE,
    # Moves money, papers and assets.
    Role.RELEASE_OFFICER: Office.BACK,
    Role.CASHIER: Office.BACK,
    Role.CUSTODIAN: Office.BACK,
    Role.RECOVERY: Office.BACK,
    # Of no office: they steer, supervise or run the system, and hold no other role beside.
    Role.COMPLIANCE: None,
    Role.EXECUTIVE: None,
    Role.AUDITOR: None,
    Role.ADMIN: None,
}


class SignInMeans(TextChoices):
    """How someone proved who they are (登录方式)."""

    PASSWORD = "password", _("密码")
    PASSWORD_CODE = "password_code", _("密码与动态口令")
    PASSWORD_KEY = "password_key", _("密码与安全密钥")
    PASSWORD_RECOVERY = "password_recovery", _("密码与恢复码")
    PASSKEY = "passkey", _("通行密钥")
    SINGLE_SIGN_ON = "single_sign_on", _("统一身份认证")


class EndOfSession(TextChoices):
    """Why a session ended (会话结束原因)."""

    SIGNED_OUT = "signed_out", _("本人退出")
    ENDED_ELSEWHERE = "ended_elsewhere", _("本人在其他设备上结束")
    ENDED_BY_ADMIN = "ended_by_admin", _("管理员结束")
    IDLE = "idle", _("长时间未操作")
    TOO_LONG = "too_long", _("超过最长时限")
    CREDENTIALS_CHANGED = "credentials_changed", _("密码或验证方式变更")
    REPLACED = "replaced", _("同一浏览器重新登录")
    ACCOUNT_CLOSED = "account_closed", _("账户停用")


class ApiScope(TextChoices):
    """What a key of the programming interface may ask for (接口权限); stands among the roles of the key's actor."""

    CUSTOMERS_READ = "api:customers:read", _("查询客户")
    CUSTOMERS_WRITE = "api:customers:write", _("客户建档")
    ASSESSMENTS_READ = "api:assessments:read", _("查询评估")
    LIMITS_READ = "api:limits:read", _("查询额度")
    LIMITS_USE = "api:limits:use", _("使用额度")
    LEDGER_PROVE = "api:ledger:prove", _("取得日志证明")


SCOPE_ROLES: Mapping[str, frozenset[Role]] = {
    # The action that registers asks for a role of the front office, whoever calls it.
    ApiScope.CUSTOMERS_WRITE: frozenset({Role.ACCOUNT_MANAGER}),
}
"""Roles that a scope brings with it, because an action asks for them."""


def offices_of(roles: Iterable[str]) -> frozenset[Office | None]:
    """The offices that these roles belong to; None stands for roles of no office."""
    return frozenset(OFFICES[Role(role)] for role in roles)


def is_same_office(roles: Iterable[str], others: Iterable[str]) -> bool:
    """Whether two people may stand in for one another: one office, or, outside the offices, the same roles."""
    mine, theirs = frozenset(roles), frozenset(others)
    offices = offices_of(mine)
    if not mine or not theirs or offices != offices_of(theirs):
        return False
    return None not in offices or mine == theirs


def roles_fault(roles: Iterable[str]) -> str:
    """Why one person may not hold these roles together, in Chinese; empty where they may."""
    held = sorted({Role(role) for role in roles}, key=Role.values.index)
    if not held:
        return str(_("请至少选择一个岗位。"))
    alone = [role for role in held if OFFICES[role] is None]
    if alone and len(held) > 1:
        return str(_("“%(role)s”须单独任职，不能兼任其他岗位。")) % {"role": alone[0].label}
    first = {office: role for role in reversed(held) if (office := OFFICES[role]) is not None}
    if len(first) > 1:
        (one, other), *_rest = ((a, b) for a in first for b in first if a < b)
        return str(
            _("“%(one)s”属%(one_office)s，“%(other)s”属%(other_office)s：前中后台分离，同一人不能兼任。")
        ) % {
            "one": first[one].label,
            "one_office": Office(one).label,
            "other": first[other].label,
            "other_office": Office(other).label,
        }
    return ""


class ChangeKind(TextChoices):
    """What a change of rights does (权限变更种类)."""

    APPOINT = "appoint", _("员工开户")
    CHANGE = "change", _("调整权限")
    CLOSE = "close", _("销户")
    REOPEN = "reopen", _("恢复账户")
    MOVE_UNIT = "move_unit", _("机构调整上级")


class ChangeState(TextChoices):
    """Where a request to change rights stands (申请状态)."""

    WAITING = "waiting", _("待审批")
    APPLIED = "applied", _("已生效")
    REFUSED = "refused", _("已拒绝")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")


CHANGE_DAYS = 7
"""Days for which a request waits for its second person."""

DELEGATION_DAYS_MAX = 60
"""Days that one delegation may last: a longer absence is a hand-over."""


SYSTEM_TITLES: Mapping[str, str] = {
    "addresses": "地址识别", "assess": "评估", "assessments": "影响评估", "backup": "备份", "courier": "消息", "debts": "信息欠账",
    "demo": "演示", "drill": "演练", "duplicates": "疑似重复", "errands": "补资料", "grading": "评估", "head": "日志封存",
    "identity": "账户", "import": "导入", "install": "安装", "keys": "密钥", "limits": "额度", "overrides": "人工调整",
    "policy": "规则", "restore": "恢复", "retention": "保存期限", "schedule": "定时", "screening": "名单筛查", "staff": "员工",
}  # fmt: skip
"""What the installation is called where it acts by itself; the ledger keeps this label, whatever its reader's language."""
