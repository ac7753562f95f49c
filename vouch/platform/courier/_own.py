"""The service's own messages."""

from __future__ import annotations

from vouch.platform.courier.templates import Template
from vouch.platform.courier.terms import Group, Urgency

OWN_TEMPLATES = (
    Template(
        name="courier.strange_sign_in",
        title="您的账号从新地址登录",
        body="{at}，您的账号从网络地址 {address} 登录，此前 90 天内没有用过该地址。\n如果不是您本人，请立即修改密码并通知系统管理员。",
        group=Group.SECURITY,
        urgency=Urgency.URGENT,
        samples={"at": "2026-11-20 10:30", "address": "10.1.2.3"},
    ),
    Template(
        name="courier.access_changed",
        title="您的登录方式有变动：{what}",
        body="{at}，您的账号发生：{what}。\n如果不是您本人所为，也没有请系统管理员办理，请立即通知系统管理员。",
        group=Group.SECURITY,
        urgency=Urgency.URGENT,
        samples={"at": "2026-11-20 10:30", "what": "重置密码"},
    ),
    Template(
        name="courier.jobs_failed",
        title="{count} 项后台任务失败",
        body="以下后台任务多次重试后仍失败：{tasks}。\n请查看运行日志中的原因，处理后重试。",
        group=Group.OPERATIONS,
        samples={"count": "2", "tasks": "grading.reassess（2）"},
    ),
    Template(
        name="courier.test",
        title="测试消息",
        body="这是“{channel}”通道的测试消息，由 {person} 发出。收到即说明通道可用。",
        group=Group.OPERATIONS,
        urgency=Urgency.URGENT,
        samples={"channel": "办公邮箱", "person": "周杰（总部）"},
    ),
    Template(
        name="courier.head",
        title="操作日志树头：{size} 条",
        body=(
            "截至 {at}，操作日志共封存 {size} 条，根哈希以 {root} 开头。\n"
            "附件为已签名的树头，请妥善保存。日后可用 vouch ledger check-proof 以它核对任何一条分录的证明。"
        ),
        group=Group.LEDGER,
        samples={"size": "1024", "root": "0x3f9a62c1", "at": "2026-11-20 10:30"},
    ),
)
