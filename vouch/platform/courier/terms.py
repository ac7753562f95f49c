"""Words of messages."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Group(TextChoices):
    """What a message is about; people opt out by group (消息类别)."""

    SECURITY = "security", _("安全")
    WORK = "work", _("业务")
    OPERATIONS = "operations", _("运行")
    LEDGER = "ledger", _("日志树头")


MANDATORY = frozenset({Group.SECURITY})
"""Nobody opts out of these."""

CARRIED = (Group.SECURITY, Group.WORK, Group.OPERATIONS)
"""What a channel of the institution may carry; heads of the ledger have a switch of their own."""


class Urgency(TextChoices):
    """Urgent ones pass quiet hours (紧急程度)."""

    NORMAL = "normal", _("普通")
    URGENT = "urgent", _("紧急")


class ChannelKind(TextChoices):
    """How a message leaves the house (通道类型)."""

    SMTP = "smtp", _("邮件（SMTP）")
    WECOM = "wecom", _("企业微信机器人")
    DINGTALK = "dingtalk", _("钉钉机器人")
    FEISHU = "feishu", _("飞书机器人")
    WEBHOOK = "webhook", _("系统接口（Webhook）")


ROBOTS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)


class DeliveryState(TextChoices):
    """What becomes of one message on one channel (投递状态)."""

    QUEUED = "queued", _("待发送")
    HELD = "held", _("免打扰，暂缓")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("失败，将重试")
    GIVEN_UP = "given_up", _("已放弃")
    SUPPRESSED = "suppressed", _("已退订，不发送")


TRANSITIONS: dict[str, frozenset[str]] = {
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING}),
    DeliveryState.HELD: frozenset({DeliveryState.SENDING}),
    # Sending again is what the next worker does with what a killed one had in hand.
    DeliveryState.SENDING: frozenset(
        {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.GIVEN_UP, DeliveryState.SENDING}
    ),
    DeliveryState.FAILED: frozenset({DeliveryState.SENDING}),
    DeliveryState.GIVEN_UP: frozenset({DeliveryState.QUEUED}),
    DeliveryState.SENT: frozenset(),
    DeliveryState.SUPPRESSED: frozenset(),
}

WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.FAILED)

BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""How long to wait after each failed attempt; after the last one the delivery is given up."""

DIGEST_FROM = 3
"""From so many waiting messages to one address on, they travel as one."""

DIGEST_MAX = 20
"""So many in one digest; the rest follow in the next."""


class NoticeError(ValueError):
    """A notice that must not go out as it is; ``str()`` is the Chinese message."""


class ProtectedValue(NoticeError):
    """A value looks like an identity number, a phone or an account; those never travel in messages."""


class NotNow(ValueError):
    """The channel or delivery is in no state for this; ``str()`` is the Chinese message."""
