"""Invented impact assessments: some in force, one that ends soon, and one of social information that waits for its review."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from vouch.customers.actions import (
    AssessmentDetails,
    draft_assessment,
    review_assessment,
    submit_assessment,
)
from vouch.customers.terms import Conclusion, DataClass, ProcessingActivity, RiskLevel
from vouch.demo.actions.consent import Cast

Report = tuple[ProcessingActivity, str, int, int | None, AssessmentDetails]


def _details(
    *, until: datetime, level: RiskLevel, categories: tuple[str, ...], **texts: str
) -> AssessmentDetails:
    return AssessmentDetails(
        **texts,
        categories=categories,
        is_lawful=True,
        is_proper=True,
        is_necessary=True,
        risk_level=level,
        is_fitting=True,
        conclusion=Conclusion.PERMITTED,
        valid_until=timezone.localdate(until),
    )


def _reports(at: datetime) -> list[Report]:
    """Activity, matter, how many days ago it was drafted and reviewed (None: it waits), and what it says."""
    soon, late = at + timedelta(days=20), at + timedelta(days=300)
    credit = _details(
        until=late, level=RiskLevel.HIGH, categories=(DataClass.IDENTITY, DataClass.CREDIT),
        purpose="保前审查、保后管理中判断客户及其法定代表人的还款能力和意愿。",
        manner="经书面授权，由客户经理上传征信机构出具的报告；加密保存，按用途逐次查阅，授权到期即销毁。",
        grounds="征信业管理条例18、28条；不查询不能判断代偿风险；只查询与担保业务有关的主体。",
        effect="查询记录可能影响信息主体今后的融资；报告内容泄露可能造成歧视或财产损失。",
        risk="内部人员无授权查阅、报告外泄。发生可能性低，后果严重。",
        measures="没有有效授权一律不能读取；查阅须写明用途并记入操作日志；分级权限、加密、到期销毁。",
    )  # fmt: skip
    grading = _details(
        until=soon, level=RiskLevel.MEDIUM, categories=(DataClass.IDENTITY, DataClass.INCOME, DataClass.TAX),
        purpose="用评分卡对客户评级，给出额度和费率建议。",
        manner="系统按已发布的政策计算，结论由风险经理复核；客户可以要求说明并由人工重新评估。",
        grounds="个人信息保护法24条；评级结果不作为拒绝的唯一依据。",
        effect="评级影响额度和费率，可能造成不合理的差别待遇。",
        risk="数据不准或模型偏差。可能性中，后果中等。",
        measures="理由可解释、可重算；人工复核和申诉渠道；每年验证模型。",
    )  # fmt: skip
    bank = _details(
        until=late, level=RiskLevel.MEDIUM, categories=(DataClass.IDENTITY, DataClass.CREDIT),
        purpose="向放款银行提供担保客户的基本情况和担保意向。",
        manner="经客户单独同意，按银行要求的字段加密传输。",
        grounds="个人信息保护法23条，逐个接收方取得单独同意；只提供放款所需字段。",
        effect="接收方保存的信息可能被用于其他目的。",
        risk="传输泄露、接收方超范围使用。可能性低，后果中等。",
        measures="合同约定用途和保存期限；每次提供留痕；撤回同意后停止提供并通知接收方。",
    )  # fmt: skip
    social = _details(
        until=late, level=RiskLevel.LOW, categories=(),
        purpose="从企业的公开页面了解其经营是否活跃，作为保后管理的线索。",
        manner="客户经理查看官方账号、店铺、招聘、投诉和报道页面后登记数字；不抓取，不登录，不记录任何自然人。",
        grounds="公开信息；只记企业；不作为授信的决定依据，影响决定的须另行核实。",
        effect="不处理个人信息；误记时可能涉及评论人、员工的姓名。",
        risk="误记个人信息、评价失真。可能性中，后果轻。",
        measures="登记时检查证件号码、电话和档案中的姓名并拒绝；默认关闭；评估到期自动停止。",
    )  # fmt: skip
    return [
        (ProcessingActivity.CREDIT, "", 65, 60, credit),
        (ProcessingActivity.AUTOMATED, "", 345, 343, grading),
        (ProcessingActivity.PROVIDE, "江州银行", 50, 45, bank),
        (ProcessingActivity.SOCIAL, "", 3, None, social),
    ]


def invent_assessments(cast: Cast, *, at: datetime) -> None:
    """Written by 王芳, reviewed by 林慧."""
    for activity, matter, drafted, reviewed, details in _reports(at):
        begun = at - timedelta(days=drafted)
        one = draft_assessment(
            actor=cast.verifier, at=begun, activity=activity, matter=matter, details=details
        )
        submit_assessment(actor=cast.verifier, at=begun, assessment=one)
        if reviewed is not None:
            then = at - timedelta(days=reviewed)
            review_assessment(actor=cast.handler, at=then, assessment=one, note="同意")
