"""The connections under Apprise's plugins: checked, timed, read to their answer, and asked why they failed.

Apprise's plugins call ``requests`` and ``smtplib`` by those names and tell no more than True or False. What stands here takes the
place of the two names in the four plugins' own modules, nowhere else: it connects only where ``_targets`` allows, follows no
redirect, takes a robot's refusal (HTTP 200 with an error code) for what it is, signs webhooks, and notes the cause.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import requests
from apprise.plugins import custom_json, dingtalk, feishu, wecombot
from apprise.plugins.email import base as email_base
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from vouch.platform.courier import _targets

ANSWER_MAX = 64 * 1024
# Addresses and tokens stand in what these say of their work.
for _name in ("apprise", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(slots=True)
class Call:
    """One sending: what it needs from us, and what came of it.

    ``is_final``: trying again would change nothing. ``is_ours``: the channel is at fault, not this recipient.
    """

    message_id: str
    timeout: float
    key: bytes = b""
    cause: str = ""
    is_final: bool = False
    is_ours: bool = True

    def failed(self, cause: str, *, is_final: bool = False, is_ours: bool = True) -> None:
        """Note the first cause; what follows from it says less."""
        if not self.cause:
            self.cause, self.is_final, self.is_ours = cause, is_final, is_ours


_call: ContextVar[Call | None] = ContextVar("courier_call", default=None)


@contextmanager
def calling(call: Call) -> Iterator[Call]:
    """While a plugin sends."""
    token = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(token)


def _now() -> Call:
    call = _call.get()
    if call is None:
        message = "a plugin of Apprise was used outside courier._sending"
        raise RuntimeError(message)
    return call


# --- HTTP


def _connected(connection: HTTPConnection) -> socket.socket:
    try:
        return _targets.connect(connection.host, connection.port or 443, timeout=_now().timeout)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, str(error)) from error
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def _answered(response: requests.Response, *, until: float) -> bytes:
    """What the server said, up to a limit of size and of time."""
    read = bytearray()
    for piece in response.iter_content(4096):
        read += piece
        if len(read) > ANSWER_MAX:
            break
        if time.monotonic() > until:
            raise requests.ReadTimeout
    return bytes(read)


def _request(method: str, url: str, **given: Any) -> requests.Response:
    """In the place of ``requests.request``. Raises requests.RequestException, which the plugins take for a failure."""
    call = _now()
    try:
        _targets.read_url(url)
        headers = dict(given.get("headers") or {}) | _signature(call, given.get("data"))
        with requests.Session() as session:
            session.trust_env = False  # no proxy, no .netrc: what is connected to is what was checked
            session.mount("https://", _Adapter())
            session.mount("http://", _Adapter())
            response = session.request(
                method,
                url,
                data=given.get("data"),
                params=given.get("params"),
                headers=headers,
                auth=given.get("auth"),
                timeout=call.timeout,
                allow_redirects=False,
                stream=True,
            )
            response._content = _answered(response, until=time.monotonic() + call.timeout)  # noqa: SLF001
    except _targets.Forbidden as error:
        call.failed(str(error), is_final=True)
        raise requests.ConnectionError(str(error)) from error
    except requests.RequestException as error:
        _note_http(call, error)
        raise
    except ValueError as error:
        call.failed("地址格式不正确", is_final=True)
        raise requests.RequestException(str(error)) from error
    _judge(call, response)
    return response


def _note_http(call: Call, error: requests.RequestException) -> None:
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, _targets.Forbidden):
            return call.failed(str(chain), is_final=True)
        if isinstance(chain, _targets.NoSuchHost):
            return call.failed(str(chain))
        if isinstance(chain, ssl.SSLError):
            return call.failed("对方的证书无效或加密连接失败")
        if isinstance(chain, requests.Timeout | TimeoutError):
            return call.failed(f"对方在 {call.timeout:g} 秒内没有回应")
        if isinstance(chain, ConnectionRefusedError):
            return call.failed("对方拒绝连接")
        nested = chain.args[0] if chain.args and isinstance(chain.args[0], BaseException) else None
        nested = getattr(chain, "reason", None) if nested is None else nested
        chain = (
            chain.__cause__ or (nested if isinstance(nested, BaseException) else None) or chain.__context__
        )
    return call.failed("连接中断")


def _judge(call: Call, response: requests.Response) -> None:
    """Refusals in the status, and in the body of a 200, as the three robots give them. Raises RequestException."""
    status = response.status_code
    if not 200 <= status < 300:
        passing = status in {408, 425, 429} or status >= 500
        call.failed(f"对方返回 HTTP {status}", is_final=not passing)
        return
    try:
        said = json.loads(response.content)
    except ValueError:
        return
    if not isinstance(said, Mapping):
        return
    code = next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), 0)
    if isinstance(code, int) and not isinstance(code, bool) and code != 0 and _is_robot(response.url):
        words = str(said.get("errmsg") or said.get("msg") or "")[:120]
        # Too many at once; anything else stays wrong until somebody changes the channel.
        passing = code in {45009, 130101, 11232, 99991400, 410100}
        call.failed(f"对方拒绝（{code}）：{words}", is_final=not passing)
        raise requests.RequestException(words)


def _is_robot(url: str) -> bool:
    return any(mark in url for mark in ("/cgi-bin/webhook/send", "/robot/send", "/open-apis/bot/"))


def _signature(call: Call, body: Any) -> dict[str, str]:
    """The headers of standardwebhooks.com: the id by which a receiver drops repeats, and its proof."""
    stamp = str(int(time.time()))
    headers = {
        "webhook-id": call.message_id,
        "webhook-timestamp": stamp,
        "X-Vouch-Message-Id": call.message_id,
    }
    if call.key:
        text = body if isinstance(body, bytes) else str(body or "").encode()
        signed = f"{call.message_id}.{stamp}.".encode() + text
        headers["webhook-signature"] = (
            "v1," + base64.b64encode(hmac.new(call.key, signed, hashlib.sha256).digest()).decode()
        )
    return headers


_http = SimpleNamespace(
    codes=requests.codes,
    RequestException=requests.RequestException,
    request=_request,
    post=lambda url, **given: _request("POST", url, **given),
)


# --- SMTP


class _Mail(smtplib.SMTP):
    """A mail connection that checks where it goes and notes what the server refused."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _targets.connect(host, port, timeout=_now().timeout, is_mail=True)

    def __init__(self, host: str, port: int, *args: Any, **kwargs: Any) -> None:
        with _noting():
            super().__init__(host, port, *args, **kwargs | {"timeout": _now().timeout})

    def starttls(self, *args: Any, **kwargs: Any) -> Any:
        with _noting():
            return super().starttls(*args, **kwargs)

    def login(self, *args: Any, **kwargs: Any) -> Any:
        with _noting():
            return super().login(*args, **kwargs)

    def sendmail(self, *args: Any, **kwargs: Any) -> Any:
        with _noting():
            return super().sendmail(*args, **kwargs)


class _SecureMail(_Mail, smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = _targets.connect(host, port, timeout=_now().timeout, is_mail=True)
        return self.context.wrap_socket(plain, server_hostname=host)


@contextmanager
def _noting() -> Iterator[None]:
    """Note why the server would not, and let the plugin see it fail."""
    call = _now()
    try:
        yield
    except _targets.Forbidden as error:
        call.failed(str(error), is_final=True)
        raise
    except _targets.NoSuchHost as error:
        call.failed(str(error))
        raise
    except smtplib.SMTPAuthenticationError as error:
        call.failed(f"邮件服务器不接受用户名或密码（{error.smtp_code}）")
        raise
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _said in error.recipients.values()), 0)
        call.failed(f"邮件服务器拒绝收件地址（{code}）", is_final=code >= 500, is_ours=False)
        raise
    except smtplib.SMTPResponseException as error:
        final = error.smtp_code >= 500
        call.failed(f"邮件服务器拒绝（{error.smtp_code}）", is_final=final, is_ours=not final)
        raise
    except smtplib.SMTPNotSupportedError:
        call.failed("邮件服务器不支持所设的加密或登录方式")
        raise
    except ssl.SSLError:
        call.failed("邮件服务器的证书无效或加密连接失败")
        raise
    except TimeoutError:
        call.failed(f"邮件服务器在 {call.timeout:g} 秒内没有回应")
        raise
    except (OSError, smtplib.SMTPException) as error:
        call.failed(
            "邮件服务器拒绝连接" if isinstance(error, ConnectionRefusedError) else "与邮件服务器的连接中断"
        )
        raise


_mail = SimpleNamespace(SMTP=_Mail, SMTP_SSL=_SecureMail, SMTPException=smtplib.SMTPException)

for _module in (custom_json, dingtalk, feishu, wecombot):
    _module.requests = _http
email_base.smtplib = _mail
