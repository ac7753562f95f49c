"""What people enter about messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.engine.identifiers import PhoneKind, judge_phone
from vouch.platform.courier._targets import Forbidden, check_url, read_robot_url
from vouch.platform.courier.models import Channel, Preference
from vouch.platform.courier.templates import BODY_MAX, TITLE_MAX, Template, Text, check_text
from vouch.platform.courier.terms import (
    CARRIED,
    MANDATORY,
    ChannelKind,
    DeliveryState,
    Group,
    NoticeError,
)  # fmt: skip

TO_MAX = 20
CARRIED_CHOICES = [(str(group), group.label) for group in CARRIED]


class MessageFilter(forms.Form):
    """One's own messages."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("unread", gettext_lazy("未读")),
            ("read", gettext_lazy("已读")),
        ],
    )
    group = forms.ChoiceField(
        label=gettext_lazy("类别"), required=False, choices=[("", gettext_lazy("全部")), *CARRIED_CHOICES]
    )


class DeliveryFilter(forms.Form):
    """The log."""

    q = forms.CharField(
        label=gettext_lazy("收件人或消息编号"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), *DeliveryState.choices],
    )
    channel = forms.ChoiceField(label=gettext_lazy("通道"), required=False)
    group = forms.ChoiceField(
        label=gettext_lazy("类别"), required=False, choices=[("", gettext_lazy("全部")), *Group.choices]
    )
    since = forms.DateField(
        label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, channels: list[Channel]) -> None:
        super().__init__(data)
        choices = [(str(channel.pk), channel.name) for channel in channels]
        self.fields["channel"].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    """Where a person wants to be reached."""

    mail = forms.EmailField(
        label=gettext_lazy("邮箱"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("留空则不发邮件，消息仍在站内。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("用于在钉钉群消息中 @ 您；系统不发短信。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_mail(self) -> str:
        """Mail servers take ASCII addresses."""
        mail: str = self.cleaned_data["mail"].strip()
        if not mail.isascii():
            raise forms.ValidationError(_("邮箱只能含有英文字母、数字和符号。"))
        return mail

    def clean_phone(self) -> str:
        """A mobile number in its normal form."""
        text: str = self.cleaned_data["phone"].strip()
        if not text:
            return ""
        judged = judge_phone(text)
        if judged.kind is not PhoneKind.MOBILE:
            raise forms.ValidationError(_("不是大陆手机号。"))
        return judged.value


class PreferenceForm(forms.Form):
    """When and with what a person does not want to be disturbed."""

    own_hours = forms.BooleanField(label=gettext_lazy("使用自己的免打扰时段"), required=False)
    quiet_from = forms.TimeField(
        label=gettext_lazy("开始"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_to = forms.TimeField(
        label=gettext_lazy("结束"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    rests = forms.BooleanField(label=gettext_lazy("非工作日也免打扰"), required=False)
    muted = forms.MultipleChoiceField(
        label=gettext_lazy("不要发到站外的类别"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        choices=[(str(group), group.label) for group in CARRIED if group not in MANDATORY],
        help_text=gettext_lazy("安全类消息必须送达，不能退订。退订只停止邮件，站内仍可查看。"),
    )

    def __init__(self, data: Any, *, preference: Preference, house: tuple[time, time]) -> None:
        has_own = preference.quiet_from is not None
        initial = {
            "own_hours": has_own,
            "quiet_from": preference.quiet_from if has_own else house[0],
            "quiet_to": preference.quiet_to if has_own else house[1],
            "rests": preference.rests,
            "muted": preference.muted,
        }
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Own hours need both ends."""
        found = super().clean() or {}
        if found.get("own_hours") and not self.errors and None in {found["quiet_from"], found["quiet_to"]}:
            self.add_error("quiet_from", _("请填写开始和结束时间。"))
        return found

    @property
    def hours(self) -> tuple[time, time] | None:
        """The person's own, or None for the institution's."""
        found = self.cleaned_data
        return (found["quiet_from"], found["quiet_to"]) if found["own_hours"] else None


class ChannelForm(forms.Form):
    """What every channel has; ``config()`` gives the rest, with secrets kept where they were left blank."""

    SECRETS: ClassVar[tuple[str, ...]] = ()

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("转发的消息类别"),
        required=False,
        choices=CARRIED_CHOICES,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        help_text=gettext_lazy("勾选的类别每条都会发到这个通道一次。"),
    )

    def __init__(
        self, data: Any = None, *, kind: str, config: Mapping[str, Any], initial: Any = None
    ) -> None:
        self.kind, self.old = kind, config
        super().__init__(data, initial=initial)
        for name in self.SECRETS:
            # An address is there once the channel is; the others may have been left out.
            if config.get(name) or (config and name == "url"):
                self.fields[name].required = False
                self.fields[name].help_text = _("已设置，不再显示；留空则不变。")
        # What a message is comes before what it carries.
        self.order_fields([name for name in self.fields if name not in {"groups", "carries_heads"}])

    def config(self) -> dict[str, Any]:
        """The channel's configuration."""
        raise NotImplementedError


class SmtpForm(ChannelForm):
    """A mail server."""

    host = forms.CharField(label=gettext_lazy("SMTP 服务器"), max_length=120)
    port = forms.IntegerField(label=gettext_lazy("端口"), min_value=1, max_value=65535, initial=465)
    security = forms.ChoiceField(
        label=gettext_lazy("加密方式"),
        choices=[
            ("ssl", "SSL/TLS（465）"),
            ("starttls", "STARTTLS（587）"),
            ("plain", gettext_lazy("不加密（仅限内网）")),
        ],
    )
    user = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码或授权码"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sender = forms.EmailField(label=gettext_lazy("发件地址"), max_length=120)
    to = forms.CharField(
        label=gettext_lazy("固定收件人"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("每行一个；转发消息或发送树头时必填。个人消息总是发到本人邮箱。"),
    )
    carries_heads = forms.BooleanField(
        label=gettext_lazy("把操作日志的签名树头发给固定收件人（每小时至多一次）"), required=False
    )

    SECRETS = ("password",)

    def clean_host(self) -> str:
        """A name or an address, nothing that the mail library would take for more."""
        host: str = self.cleaned_data["host"].strip()
        if not host.isascii() or not all(one.isalnum() or one in ".-:" for one in host):
            raise forms.ValidationError(_("不是主机名。"))
        return host

    def clean_to(self) -> list[str]:
        """Addresses, one a line."""
        found = [
            line.strip() for line in self.cleaned_data["to"].replace("，", "\n").split("\n") if line.strip()
        ]
        if len(found) > TO_MAX:
            raise forms.ValidationError(_("最多 %d 个收件人。") % TO_MAX)
        for one in found:
            EmailValidator(_("“%s”不是邮箱地址。") % one)(one)
        return found

    def config(self) -> dict[str, Any]:
        """As ``_sending`` reads it."""
        names = ("host", "port", "security", "user", "password", "sender", "to")
        found = {name: self.cleaned_data[name] for name in names}
        found["password"] = found["password"] or self.old.get("password", "")
        return found


class RobotForm(ChannelForm):
    """A robot of a WeCom, DingTalk or Feishu group."""

    url = forms.CharField(
        label=gettext_lazy("Webhook 地址"),
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("在群设置的机器人中复制；它含有密钥，保存后不再显示。"),
    )
    secret = forms.CharField(
        label=gettext_lazy("加签密钥"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    SECRETS = ("url", "secret")

    def __init__(
        self, data: Any = None, *, kind: str, config: Mapping[str, Any], initial: Any = None
    ) -> None:
        super().__init__(data, kind=kind, config=config, initial=initial)
        if kind != ChannelKind.DINGTALK:
            del self.fields["secret"]

    def clean_url(self) -> dict[str, str]:
        """The service's host and the robot's token."""
        text: str = self.cleaned_data["url"]
        if not text:
            return {name: self.old[name] for name in ("base", "token")}
        try:
            return read_robot_url(self.kind, text)
        except Forbidden as error:
            raise forms.ValidationError(str(error)) from error

    def config(self) -> dict[str, Any]:
        """As ``_sending`` reads it."""
        secret = self.cleaned_data.get("secret") or self.old.get("secret", "")
        return {**self.cleaned_data["url"], "secret": secret}


class WebhookForm(ChannelForm):
    """A system of the institution's own."""

    url = forms.CharField(
        label=gettext_lazy("接收地址"),
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("https 地址，接收 JSON 的 POST 请求。"),
    )
    secret = forms.CharField(
        label=gettext_lazy("签名密钥"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("设置后按 Standard Webhooks 签名，接收方可验证来源。"),
    )
    carries_heads = forms.BooleanField(
        label=gettext_lazy("发送操作日志的签名树头（每小时至多一次）"), required=False
    )

    SECRETS = ("url", "secret")

    def clean_url(self) -> str:
        """An address that messages may go to."""
        text: str = self.cleaned_data["url"].strip()
        if not text:
            return str(self.old["url"])
        try:
            check_url(text)
        except Forbidden as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def config(self) -> dict[str, Any]:
        """As ``_sending`` reads it."""
        return {
            "url": self.cleaned_data["url"],
            "secret": self.cleaned_data["secret"] or self.old.get("secret", ""),
        }


FORMS: dict[str, type[ChannelForm]] = {
    ChannelKind.SMTP: SmtpForm,
    ChannelKind.WECOM: RobotForm,
    ChannelKind.DINGTALK: RobotForm,
    ChannelKind.FEISHU: RobotForm,
    ChannelKind.WEBHOOK: WebhookForm,
}


class TextForm(forms.Form):
    """The institution's own words for a template."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=TITLE_MAX)
    body = forms.CharField(
        label=gettext_lazy("正文"), max_length=BODY_MAX, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, data: Any = None, *, template: Template, text: Text) -> None:
        self._template = template
        super().__init__(data, initial={"title": text.title, "body": text.body})

    def _checked(self, name: str, longest: int) -> str:
        text: str = self.cleaned_data[name].replace("\r\n", "\n")
        try:
            check_text(text, self._template.samples, longest=longest)
        except NoticeError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean_title(self) -> str:
        """One line, with known values."""
        return self._checked("title", TITLE_MAX)

    def clean_body(self) -> str:
        """Any lines, with known values."""
        return self._checked("body", BODY_MAX)

    @property
    def text(self) -> Text:
        """What was entered."""
        return Text(self.cleaned_data["title"], self.cleaned_data["body"])
