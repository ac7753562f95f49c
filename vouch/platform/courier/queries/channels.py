"""The institution's channels."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vouch.platform.courier.models import Channel, Delivery
from vouch.platform.courier.queries.log import masked_mail
from vouch.platform.courier.queries.messages import LOST
from vouch.platform.courier.terms import ChannelKind
from vouch.platform.vault.fields import place_of
from vouch.platform.vault.queries import key_of
from vouch.platform.vault.terms import Subject, VaultError

SECURITIES = {"ssl": "SSL/TLS", "starttls": "STARTTLS", "plain": "不加密"}


def channels() -> QuerySet[Channel]:
    """Those in use or paused, by name."""
    return Channel.objects.filter(removed_at=None).order_by("name")


def config_of(channel: Channel) -> dict[str, Any]:
    """The channel's addresses, passwords and tokens. Raises VaultError."""
    key = key_of(Subject("channel", str(channel.pk)))
    config: dict[str, Any] = json.loads(key.open(channel.config or b"", place=place_of(channel, "config")))
    return config


def shown_config(channel: Channel) -> dict[str, str]:
    """What a page may say of the channel: hosts and senders, and of secrets the last four characters."""
    try:
        config = config_of(channel)
    except VaultError:
        return {"状态": _(LOST)}
    if channel.kind == ChannelKind.SMTP:
        shown = {
            _("服务器"): f"{config['host']}:{config['port']}（{SECURITIES[config['security']]}）",
            _("发件地址"): masked_mail(config["sender"]),
            _("用户名"): masked_mail(config["user"]) if config.get("user") else "—",
            _("密码"): "******" if config.get("password") else "—",
        }
        if config.get("to"):
            shown[_("固定收件人")] = "、".join(masked_mail(one) for one in config["to"])
        return shown
    if channel.kind == ChannelKind.WEBHOOK:
        host = config["url"].split("/")[2] if config["url"].count("/") > 1 else "?"
        return {_("地址"): f"{host}/…{config['url'][-4:]}", _("签名密钥"): _tail(config.get("secret"))}
    return {
        _("服务"): config["base"],
        "Token": _tail(config.get("token")),
        _("加签密钥"): _tail(config.get("secret")),
    }


def _tail(secret: str | None) -> str:
    if not secret:
        return "—"
    return f"****{secret[-4:]}" if len(secret) >= 12 else "******"


def last_deliveries() -> dict[int, Delivery]:
    """The newest ended or failed delivery of each channel."""
    rows = Delivery.objects.filter(tried_at__isnull=False).order_by("channel_id", "-tried_at")
    return {row.channel_id: row for row in rows.distinct("channel_id")}


def mail_channel() -> Channel | None:
    """The mail server that personal messages leave by: the oldest in use."""
    return Channel.objects.filter(kind=ChannelKind.SMTP, removed_at=None).order_by("pk").first()
