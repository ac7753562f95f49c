"""Where a message may go: addresses of the public internet, unless the installation names networks of its own.

The check stands in the connection itself, on the address that is connected to, so that a name that points elsewhere a moment
later does not get past it. Mail servers may be internal, as they usually are, but never link-local (169.254.169.254 hands out the
keys of cloud machines).
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings

from vouch.platform.courier.terms import ChannelKind

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(OSError):
    """A target that this installation does not connect to; ``str()`` is the Chinese message."""


class NoSuchHost(OSError):
    """The name does not resolve."""


def own_networks() -> tuple[Network, ...]:
    """Private networks that messages may go to (VOUCH_COURIER_NETWORKS)."""
    return tuple(ipaddress.ip_network(text.strip()) for text in settings.COURIER_NETWORKS)


def _plain(address: Address) -> Address:
    """An IPv4 address in IPv6 clothes as what it is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def is_own(address: Address) -> bool:
    """Whether the installation names a network that the address is in."""
    plain = _plain(address)
    return any(plain in network for network in own_networks())


def may_connect(address: Address, *, is_mail: bool) -> bool:
    """Whether a message may go to this address."""
    plain = _plain(address)
    if is_own(plain):
        return True
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        return False
    return is_mail or plain.is_global


@dataclass(frozen=True, slots=True)
class Found:
    """One address of a host, ready to connect to."""

    family: int
    address: Address
    place: Any


def resolve(host: str, port: int, *, is_mail: bool = False) -> list[Found]:
    """The host's addresses, all of which must be allowed. Raises NoSuchHost, Forbidden (Chinese)."""
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NoSuchHost(f"域名“{host}”无法解析") from error
    found = [
        Found(family, ipaddress.ip_address(str(place[0]).partition("%")[0]), place)
        for family, _type, _proto, _name, place in infos
    ]
    if not found or not all(may_connect(one.address, is_mail=is_mail) for one in found):
        raise Forbidden(f"不允许向“{host}”发送：它不是公网地址（可由 VOUCH_COURIER_NETWORKS 放行内网网段）")
    return found


def connect(host: str, port: int, *, timeout: float, is_mail: bool = False) -> socket.socket:
    """A connection to an address that was checked. Raises OSError, NoSuchHost, Forbidden."""
    last: OSError = NoSuchHost(f"域名“{host}”无法解析")
    for one in resolve(host, port, is_mail=is_mail):
        sock = socket.socket(one.family, socket.SOCK_STREAM)
        sock.settimeout(timeout)
        try:
            sock.connect(one.place)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last


def read_url(text: str) -> SplitResult:
    """An address to post to. Raises Forbidden (Chinese) for anything but https to a host; http only within own networks."""
    try:
        parts = urlsplit(text.strip())
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise Forbidden("地址格式不正确") from error
    if parts.scheme not in {"https", "http"} or not host or port == 0:
        raise Forbidden("地址应以 https:// 开头，并含有主机名")
    if parts.username or parts.password:
        raise Forbidden("地址中不能含有用户名或密码")
    if any(one.isspace() or ord(one) < 32 for one in text.strip()):
        raise Forbidden("地址中不能有空白")
    if parts.scheme == "http" and not _is_own_host(host, port or 80):
        raise Forbidden("只允许 https 地址（内网网段可由 VOUCH_COURIER_NETWORKS 放行）")
    return parts


def check_url(text: str) -> SplitResult:
    """As ``read_url``, and no name that is known to lead inside; one that does not resolve now is told at sending."""
    parts = read_url(text)
    with contextlib.suppress(NoSuchHost):
        resolve(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    return parts


def _is_own_host(host: str, port: int) -> bool:
    try:
        return all(is_own(one.address) for one in resolve(host, port))
    except OSError:
        return False


_ROBOT_PATHS: dict[str, tuple[str, str]] = {
    # kind: path, the parameter that holds the token ("" where it is the path's last part)
    ChannelKind.WECOM: ("/cgi-bin/webhook/send", "key"),
    ChannelKind.DINGTALK: ("/robot/send", "access_token"),
    ChannelKind.FEISHU: ("/open-apis/bot/v2/hook", ""),
}


def read_robot_url(kind: str, text: str) -> dict[str, str]:
    """``base`` and ``token`` of the address that the service shows for its robot. Raises Forbidden (Chinese)."""
    parts = check_url(text)
    path, parameter = _ROBOT_PATHS[kind]
    if parameter:
        token = parse_qs(parts.query).get(parameter, [""])[0]
        fits = parts.path.rstrip("/") == path
    else:
        head, _slash, token = parts.path.rstrip("/").rpartition("/")
        fits = head == path
    if not fits or not token.replace("-", "").replace("_", "").isalnum() or not token.isascii():
        raise Forbidden("不是该机器人的 Webhook 地址，请从群设置中完整复制")
    return {"base": f"{parts.scheme}://{parts.netloc}", "token": token}
