"""Words of the rights of persons (个人信息主体权利), their clocks, and how long what must be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestKind(models.TextChoices):
    """What a person may ask for."""

    ACCESS = "access", _("查阅、复制")
    CORRECT = "correct", _("更正、补充")
    DELETE = "delete", _("删除")
    RESTRICT = "restrict", _("限制处理")
    WITHDRAW = "withdraw", _("撤回同意")
    EXPLAIN = "explain", _("解释说明（自动化决策）")
    REVIEW = "review", _("人工复核（自动化决策）")
    OBJECT = "object", _("征信异议")


class RequestState(models.TextChoices):
    """How far a request is."""

    RECEIVED = "received", _("已受理")
    VERIFIED = "verified", _("身份已核实")
    IN_PROGRESS = "in_progress", _("办理中")
    ANSWERED = "answered", _("已答复")
    REFUSED = "refused", _("已拒绝")


REQUEST_TRANSITIONS: Mapping[str, frozenset[str]] = {
    RequestState.RECEIVED: frozenset({RequestState.VERIFIED, RequestState.REFUSED}),
    RequestState.VERIFIED: frozenset({RequestState.IN_PROGRESS, RequestState.REFUSED}),
    RequestState.IN_PROGRESS: frozenset({RequestState.ANSWERED, RequestState.REFUSED}),
    RequestState.ANSWERED: frozenset(),
    RequestState.REFUSED: frozenset(),
}
OPEN_STATES = (RequestState.RECEIVED, RequestState.VERIFIED, RequestState.IN_PROGRESS)


class RequestChannel(models.TextChoices):
    """How a request came in."""

    COUNTER = "counter", _("现场")
    PHONE = "phone", _("电话")
    MAIL = "mail", _("邮件或信函")
    ONLINE = "online", _("线上")


class Unit(models.TextChoices):
    """What a clock counts."""

    WORKING = "working", _("工作日")
    CALENDAR = "calendar", _("日")


class Outcome(models.TextChoices):
    """How a request was answered, so that the lists tell without opening the sealed text."""

    NONE = "", _("未答复")
    FULFILLED = "fulfilled", _("已满足")
    RESTRICTED = "restricted", _("改为限制处理")
    ERASED = "erased", _("已删除")
    UPHELD = "upheld", _("复核维持原结论")
    CHANGED = "changed", _("复核变更结论")
    REFUSED = "refused", _("不予满足")


class RefusalReason(models.TextChoices):
    """Why a request is not met; the law wants the reason told (PIPL 50)."""

    NOT_THE_PERSON = "not_the_person", _("不能核实申请人身份")
    STATUTORY = "statutory", _("法律、行政法规规定不予提供或应当保密")
    RETENTION = "retention", _("法定保存期限未届满")
    OTHERS = "others", _("将损害他人合法权益")
    UNFOUNDED = "unfounded", _("经核查信息无误或无此信息")


REVIEW_OUTCOMES = (Outcome.UPHELD, Outcome.CHANGED)
"""How a human review ends; no other request ends so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long a request may take. ``is_law`` says that the number stands in the law and nobody may prolong it."""

    days: int
    unit: Unit
    source: str
    is_law: bool = False


CLOCKS: Mapping[str, Clock] = {
    # PIPL 50 and 网络数据安全管理条例 23 say "及时" and give no number: these figures are the institution's to set.
    RequestKind.ACCESS: Clock(
        days=15, unit=Unit.WORKING, source="个人信息保护法45、50条（及时）；期限为本机构自定"
    ),
    RequestKind.CORRECT: Clock(
        days=15, unit=Unit.WORKING, source="个人信息保护法46、50条（及时）；期限为本机构自定"
    ),
    RequestKind.DELETE: Clock(days=15, unit=Unit.WORKING, source="个人信息保护法47、50条；期限为本机构自定"),
    RequestKind.RESTRICT: Clock(
        days=15, unit=Unit.WORKING, source="个人信息保护法44、50条；期限为本机构自定"
    ),
    RequestKind.WITHDRAW: Clock(
        days=3, unit=Unit.WORKING, source="个人信息保护法15条（便捷撤回）；期限为本机构自定"
    ),
    RequestKind.EXPLAIN: Clock(
        days=15, unit=Unit.WORKING, source="个人信息保护法24、48、50条；期限为本机构自定"
    ),
    RequestKind.REVIEW: Clock(days=15, unit=Unit.WORKING, source="个人信息保护法24、50条；期限为本机构自定"),
    RequestKind.OBJECT: Clock(
        days=20, unit=Unit.CALENDAR, source="征信业管理条例25条（收到异议之日起20日内）", is_law=True
    ),
}
"""The clocks that an installation begins with; those of no law may be changed on the page of clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """One row of the retention matrix: what is kept, how many years after what, and by which article."""

    title: str
    years: int
    after: str
    source: str


RETENTION: Mapping[str, Retention] = {
    "cdd": Retention(
        title="客户身份资料与交易信息",
        years=10,
        after="业务关系或交易结束",
        source="反洗钱法34条（本机构作为政策执行）",
    ),
    "consent": Retention(
        title="授权与对外提供记录",
        years=3,
        after="授权终止",
        source="个人信息保护法56条、网络数据安全管理条例12条",
    ),
}
