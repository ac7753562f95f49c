"""One message over one channel, by Apprise: builds its plugin, sends, and says what came of it."""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyFormat
from apprise.attachment.memory import AttachMemory
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email import NotifyEmail
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from django.conf import settings

from vouch.platform.courier import _targets
from vouch.platform.courier._wire import Call, calling
from vouch.platform.courier.terms import ChannelKind

APP = "Vouch 担保"
ASSET = AppriseAsset(
    app_id="Vouch", app_desc="Vouch", secure_logging=True, async_mode=False, http_redirects=False
)
# What the services take: WeCom 2048 bytes of text, the others about 20,000.
ROBOT_BYTES = {ChannelKind.WECOM: 2000, ChannelKind.DINGTALK: 18_000, ChannelKind.FEISHU: 18_000}


@dataclass(frozen=True, slots=True)
class Content:
    """What is said: title, body, the files that go with it (name → text), and fields for systems."""

    title: str
    body: str
    files: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Over what, and to whom: the channel's kind and its opened configuration, and the mailboxes or phones."""

    kind: str
    config: Mapping[str, Any]
    to: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Empty ``cause``: it was taken. See ``_wire.Call`` for the rest."""

    cause: str = ""
    is_final: bool = False
    is_ours: bool = True


class _WeCom(NotifyWeComBot):  # type: ignore[misc]  # Apprise has no types
    request_rate_per_sec = 0


class _DingTalk(NotifyDingTalk):  # type: ignore[misc]
    request_rate_per_sec = 0

    def get_signature(self) -> tuple[str, str]:
        """Apprise quotes the signature, and then requests quotes it again; DingTalk wants it quoted once."""
        stamp, quoted = super().get_signature()
        return stamp, NotifyDingTalk.unquote(quoted)


class _Feishu(NotifyFeishu):  # type: ignore[misc]
    request_rate_per_sec = 0


def send(target: Target, content: Content, *, message_id: str) -> Outcome:
    """Send once. Never raises for what the other side does; the outcome says it in Chinese."""
    call = Call(message_id=message_id, timeout=settings.COURIER_TIMEOUT)
    try:
        plugin = BUILDERS[ChannelKind(target.kind)](target, content, call)
    except _targets.Forbidden as error:
        return Outcome(str(error), is_final=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        return Outcome("通道配置不完整或格式不正确，请管理员检查", is_final=True)
    body = _body(target, content, message_id)
    files = AppriseAttachment(asset=ASSET)
    for name, text in content.files.items():
        files.add(AttachMemory(content=text.encode(), name=name, mimetype="application/json", asset=ASSET))
    service = Apprise(asset=ASSET)
    service.add(plugin)
    with calling(call):
        taken = service.notify(
            body=body,
            title=content.title,
            body_format=NotifyFormat.TEXT,
            attach=files
            if content.files and target.kind in {ChannelKind.SMTP, ChannelKind.WEBHOOK}
            else None,
        )
    if taken and not call.cause:
        return Outcome()
    return Outcome(call.cause or "发送失败，原因不明", is_final=call.is_final, is_ours=call.is_ours)


def _body(target: Target, content: Content, message_id: str) -> str:
    """Readers of mail and robots tell a repeat by the number at the end; systems by a field."""
    if target.kind == ChannelKind.WEBHOOK:
        return content.body
    tail = f"\n\n（消息编号 {message_id[:8]}）"
    limit = ROBOT_BYTES.get(ChannelKind(target.kind))
    if limit is None:
        return content.body + tail
    # A robot has no title of its own: it goes above the text.
    room = limit - len(tail.encode()) - len(content.title.encode()) - 2
    whole = content.body.encode()
    if len(whole) <= room:
        return content.body + tail
    return whole[: room - 3].decode(errors="ignore") + "…" + tail


def _smtp(target: Target, _content: Content, call: Call) -> Any:
    config = target.config
    mode = {"ssl": "ssl", "starttls": "starttls", "plain": "insecure"}[config["security"]]
    if not target.to:
        raise ValueError
    return NotifyEmail(
        smtp_host=config["host"],
        host=config["sender"].partition("@")[2],
        port=int(config["port"]),
        user=config.get("user") or None,
        password=config.get("password") or None,
        from_addr=f"{APP} <{config['sender']}>",
        targets=list(target.to),
        secure_mode=mode,
        secure=mode != "insecure",
        headers={"X-Vouch-Message-Id": call.message_id},
        format=NotifyFormat.TEXT,
        asset=ASSET,
    )


def _robot(plugin: type[Any], path: str, **of_config: str) -> Any:
    def build(target: Target, _content: Content, _call: Call) -> Any:
        given = {name: target.config[key] for name, key in of_config.items() if target.config.get(key)}
        if target.kind == ChannelKind.DINGTALK and target.to:
            given["targets"] = list(target.to)
        # An institution that runs the service itself has it under a name of its own.
        at = type(plugin.__name__, (plugin,), {"notify_url": target.config["base"] + path})
        return at(asset=ASSET, format=NotifyFormat.TEXT, **given)

    return build


def _webhook(target: Target, content: Content, call: Call) -> Any:
    parts = _targets.read_url(target.config["url"])
    call.key = secret_key(target.config.get("secret", ""))
    host = parts.hostname or ""
    return NotifyJSON(
        host=f"[{host}]" if ":" in host else host,
        port=parts.port,
        fullpath=(parts.path or "/"),
        params={name: values[-1] for name, values in parse_qs(parts.query).items()},
        secure=parts.scheme == "https",
        payload={"id": call.message_id, **content.fields},
        asset=ASSET,
    )


def secret_key(text: str) -> bytes:
    """The signing key of a webhook: base64 after ``whsec_`` as Standard Webhooks writes it, else the text itself."""
    if text.startswith("whsec_"):
        return binascii.a2b_base64(text.removeprefix("whsec_"), strict_mode=True)
    return text.encode()


BUILDERS: dict[ChannelKind, Any] = {
    ChannelKind.SMTP: _smtp,
    ChannelKind.WECOM: _robot(_WeCom, "/cgi-bin/webhook/send?key={key}", key="token"),
    ChannelKind.DINGTALK: _robot(
        _DingTalk,
        "/robot/send?access_token={token}",
        token="token",  # noqa: S106 - names of settings
        secret="secret",  # noqa: S106
    ),
    ChannelKind.FEISHU: _robot(_Feishu, "/open-apis/bot/v2/hook/{token}", token="token"),  # noqa: S106
    ChannelKind.WEBHOOK: _webhook,
}
