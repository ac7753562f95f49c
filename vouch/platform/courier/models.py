"""Messages, their deliveries, the channels they take, and what people wish for themselves.

Texts and addresses are ciphertext: a person's under their own data key, a channel's under the channel's.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vouch.platform.courier.terms import ChannelKind, DeliveryState, Group, Urgency
from vouch.platform.identity.models import User
from vouch.platform.vault.fields import SealedField


class Message(models.Model):
    """What one person finds under 消息; its id is made of the stable id and the recipient (站内消息)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stable_id = models.CharField(_("消息编号"), max_length=80)
    recipient = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("收件人"), db_index=False
    )
    template = models.CharField(_("模板"), max_length=80)
    group = models.CharField(_("类别"), max_length=20, choices=Group)
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency)
    subject_kind = models.CharField(_("对象类型"), max_length=60, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=80, blank=True)
    content = SealedField(_("正文"))
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True)

    class Meta:
        verbose_name = _("站内消息")
        constraints: ClassVar = [
            # The same notice reaches a person once, however often it is given.
            models.UniqueConstraint(fields=["stable_id", "recipient"], name="courier_message_once"),
        ]
        indexes: ClassVar = [
            # The bell on every page.
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="courier_message_unread_idx"),
            # One's own messages, newest first.
            models.Index(fields=["recipient", "-created_at"], name="courier_message_mine_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.stable_id}"

    def get_absolute_url(self) -> str:
        """The message's own page."""
        return reverse("courier:message", args=[self.pk])


class Channel(models.Model):
    """A way out of the house, for the whole institution (消息通道)."""

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=12, choices=ChannelKind)
    # Addresses, passwords and tokens, as JSON.
    config = SealedField(_("配置"))
    groups = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("转发的消息类别"))
    carries_heads = models.BooleanField(_("发送日志树头"), default=False)
    is_paused = models.BooleanField(_("已暂停"), default=False)
    made_at = models.DateTimeField(_("建立时间"))
    # The log goes on naming it.
    removed_at = models.DateTimeField(_("删除时间"), null=True)

    class Meta:
        verbose_name = _("消息通道")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(removed_at=None), name="courier_channel_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message on one channel, with its state, attempts and cause (投递记录)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stable_id = models.CharField(_("消息编号"), max_length=80)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name=_("通道"))
    # None: to the channel itself (a group's robot, a shared mailbox, a system).
    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("收件人"), db_index=False
    )
    template = models.CharField(_("模板"), max_length=80)
    group = models.CharField(_("类别"), max_length=20, choices=Group)
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency)
    # One job at a time works through a lane.
    lane = models.CharField(_("发送队列"), max_length=40)
    address = SealedField(_("地址"), null=True)
    content = SealedField(_("正文"))
    head_size = models.BigIntegerField(_("树头"), null=True)
    state = models.CharField(_("状态"), max_length=12, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    cause = models.CharField(_("原因"), max_length=300, blank=True)
    # What the receiver sees as the id: one for all the messages of a digest, the same at every attempt.
    batch = models.UUIDField(_("发送编号"), null=True)
    created_at = models.DateTimeField(_("时间"))
    due_at = models.DateTimeField(_("最早发送时间"))
    tried_at = models.DateTimeField(_("最近尝试"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("投递记录")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stable_id", "channel", "recipient"],
                nulls_distinct=False,
                name="courier_delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(recipient=None, address=None) | Q(recipient__isnull=False),
                name="courier_delivery_address_of_recipient",
            ),
        ]
        indexes: ClassVar = [
            # What is due in a lane, and which lanes have anything due.
            models.Index(
                fields=["lane", "due_at"],
                condition=Q(state__in=["queued", "held", "failed", "sending"]),
                name="courier_delivery_due_idx",
            ),
            # The log, newest first, and one state of it.
            models.Index(fields=["-created_at", "id"], name="courier_delivery_log_idx"),
            models.Index(fields=["state", "-created_at"], name="courier_delivery_state_idx"),
            # The newest head that was sent.
            models.Index(
                fields=["-head_size"], condition=Q(head_size__isnull=False), name="courier_delivery_head_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stable_id} → {self.lane}"


class Address(models.Model):
    """Where a person wants to be reached (个人接收地址)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name=_("员工"))
    mail = SealedField(_("邮箱"), null=True)
    phone = SealedField(_("手机号"), null=True)
    changed_at = models.DateTimeField(_("修改时间"))

    class Meta:
        verbose_name = _("个人接收地址")

    def __str__(self) -> str:
        return f"address of user {self.user_id}"


class Preference(models.Model):
    """When a person does not want to be disturbed, and with what (个人消息设置)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name=_("员工"))
    # Both None: as the institution has it.
    quiet_from = models.TimeField(_("免打扰开始"), null=True)
    quiet_to = models.TimeField(_("免打扰结束"), null=True)
    rests = models.BooleanField(_("非工作日免打扰"), default=True)
    muted = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("退订的消息类别"))

    class Meta:
        verbose_name = _("个人消息设置")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="courier_preference_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"preference of user {self.user_id}"


class Wording(models.Model):
    """The institution's own text of a template, by version; the newest counts (消息文案)."""

    template = models.CharField(_("模板"), max_length=80)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"))
    # Back to the text that the product came with.
    is_reset = models.BooleanField(_("恢复默认"), default=False)
    made_at = models.DateTimeField(_("修改时间"))
    made_by = models.CharField(_("修改人"), max_length=160)

    class Meta:
        verbose_name = _("消息文案")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "version"], name="courier_wording_version"),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.version}"
