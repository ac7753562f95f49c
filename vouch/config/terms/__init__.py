"""The ledger's events, subjects and fields in the words that people read; a test holds the list complete."""

from __future__ import annotations

from django.utils.functional import Promise

from vouch.config.terms.events import EVENT_TITLES
from vouch.config.terms.fields import FIELD_TITLES
from vouch.parties.terms import PROTECTED
from vouch.platform.identity.terms import FieldClass

__all__ = [
    "EVENT_TITLES", "FIELD_TITLES", "READ_EVENTS", "SUBJECT_TITLES", "TASK_TITLES", "VALUE_TITLES",
]  # fmt: skip

SUBJECT_TITLES: dict[str, str] = {
    "courier_notice": "通知",
    "message": "消息",
    "delivery": "投递",
    "channel": "消息通道",
    "wording": "消息文案",
    "party": "客户",
    "duplicate": "疑似重复",
    "duplicates": "疑似重复（批量）",
    "merge": "客户合并",
    "working_list": "工作清单",
    "addresses": "地址识别（批量）",
    "building": "楼栋",
    "site": "园区、楼盘或市场",
    "bulk_assignment": "批量分派",
    "authorisation": "授权",
    "credit_report": "信用报告",
    "impact_assessment": "影响评估",
    "source_switch": "来源开关",
    "social_signal": "社交信号",
    "material": "资料",
    "staged_file": "待确认文件",
    "staged_files": "待确认文件",
    "guarantee": "担保业务",
    "errand": "补资料任务",
    "errands": "补资料任务（批量）",
    "collateral": "抵质押物",
    "watch_list": "名单",
    "watch_hit": "名单命中",
    "notice": "告知书",
    "rights_clock": "办理期限",
    "rights_request": "个人权利请求",
    "persons": "个人名单",
    "key_ring": "密钥环",
    "api_key": "接口密钥",
    "witness": "外送树头",
    "backup": "备份",
    "drill": "恢复演练",
    "inspection": "监管检查",
    "job": "后台任务",
    "import": "导入批次",
    "imports": "导入批次（多个）",
    "saved_mapping": "列对应",
    "import_row": "待处理行",
    "scorecard": "评分卡",
    "policy": "政策版本",
    "policy_version": "政策版本",
    "assessment": "评估",
    "override": "人工调整",
    "letter": "函件",
    "assessment_run": "评估批次",
    "run": "评估批次",
    "unit": "机构",
    "user": "员工",
    "rights_change": "权限变更",
    "delegation": "代理",
    "hand_over": "工作交接",
}

TASK_TITLES: dict[str, str] = {
    "parties.find_duplicates": "查找疑似重复客户",
    "parties.look_after_import": "导入后查找疑似重复客户",
    "parties.look_every_day": "每日查找疑似重复客户",
    "parties.read_address": "识别客户地址",
    "parties.read_addresses": "识别全部客户地址",
    "parties.read_addresses_every_day": "每日识别客户地址",
    "customers.forget_staged": "清理待确认文件",
    "customers.keep_errands": "了结已补齐的任务并提醒",
    "customers.remind_of_assessments": "提醒影响评估到期",
    "customers.remove_expired_reports": "销毁到期信用报告",
    "customers.settle_errands": "资料登记后了结任务",
    "customers.screen_party": "按名单筛查客户",
    "customers.screen_import": "按名单筛查导入的客户",
    "customers.screen_list": "按名单筛查全部客户",
    "customers.end_hits": "结束到期的名单命中",
    "courier.deliver": "投递消息",
    "courier.failures": "查看投递失败",
    "courier.heads": "查看树头外送",
    "courier.notify": "发出通知",
    "courier.sweep": "投递到点的消息",
    "courier.tell_of_access": "通知账户变更",
    "courier.tell_of_sign_in": "通知登录情况",
    "exchange.run_import": "导入数据",
    "exchange.undo_import": "撤销导入",
    "exchange.forget_journals": "清除过期的导入改动记录",
    "exchange.tell_submitter": "通知提交人导入结果",
    "grading.reassess": "重新评估客户",
    "grading.reassess_of_material": "资料变动后重新评估",
    "grading.reassess_of_collateral": "担保物变动后重新评估",
    "grading.reassess_of_report": "收到信用报告后重新评估",
    "grading.reassess_of_authorisation": "授权变动后重新评估",
    "grading.reassess_of_request": "撤回同意后重新评估",
    "grading.reassess_of_hit": "名单命中处理后重新评估",
    "grading.reassess_of_signal": "社交信号撤回后重新评估",
    "grading.reassess_import": "导入后重新评估",
    "grading.reassess_list": "名单筛查后重新评估",
    "grading.assess_due": "按检查频率重新评估",
    "grading.end_overrides": "结束到期的人工调整",
    "grading.continue_run": "批量评估",
    "identity.forget_answers": "清理已答复的请求",
    "identity.forget_drafts": "清理过期草稿",
    "identity.tidy_sessions": "清理过期会话",
    "jobs.tidy": "清理旧任务",
    "ledger.seal": "封存日志并外送树头",
    "operations.back_up": "备份",
    "operations.drill": "恢复演练",
    "operations.schedule": "按计划下达备份与演练",
}
"""Task or beat → what a person reads."""

READ_EVENTS: frozenset[str] = frozenset(
    {
        "parties.person.revealed",
        "parties.paper.read",
        "parties.persons.read",
        "customers.material.opened",
        "customers.report.opened",
        "customers.certificate.revealed",
        "customers.authorisation.shown",
        "customers.package.fetched",
        "exchange.import.read",
        "grading.letter.opened",
    }
)
"""Events of looking at protected values: every room that shows some in plain names its own here."""

VALUE_TITLES: dict[str, str | Promise] = {
    **{one.value: one.label for one in FieldClass},
    **{name: one.title for name, one in PROTECTED.items()},
}
"""Values of entries that are words of the program."""
