"""Who asks, where a proxy stands in front: its headers count only where it is named as trusted.

``VOUCH_PROXIES`` lists the networks of the proxies, separated by commas. From anybody else the headers are dropped,
so that nobody chooses the address that lock-outs, limits and the ledger see, or claims to have come by https.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADERS = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT"),
    *("HTTP_FORWARDED", "HTTP_X_REAL_IP"),
)

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(text: str) -> Networks:
    """``10.0.0.0/8, ::1`` as networks. Raises ValueError."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _is_in(address: str, trusted: Networks) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)


def client_address(peer: str, forwarded_for: str, trusted: Networks) -> str:
    """The nearest address that is no trusted proxy; what stands to the left of it anybody may have written."""
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",")]):
        if not _is_in(address, trusted):
            break
        try:
            address = str(ip_address(hop))
        except ValueError:
            break
    return address


class TrustedProxyMiddleware:
    """Puts the client's address where everything else looks for it, and drops the headers of strangers. Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._trusted = networks(settings.VOUCH_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve."""
        peer = request.META.get("REMOTE_ADDR", "")
        if _is_in(peer, self._trusted):
            request.META["REMOTE_ADDR"] = client_address(
                peer, request.META.get("HTTP_X_FORWARDED_FOR", ""), self._trusted
            )
        else:
            for header in HEADERS:
                request.META.pop(header, None)
        return self._get_response(request)
