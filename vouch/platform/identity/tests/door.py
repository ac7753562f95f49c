"""Through the door as people come: a name, a password, a code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from datetime import datetime
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from vouch.platform.identity.actions import add_factor, set_password
from vouch.platform.identity.actor import system_actor
from vouch.platform.identity.models import User
from vouch.platform.identity.queries import actor_of
from vouch.platform.identity.second_factor import secrets_of

PASSWORD = "right-one-for-the-door-1"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


def code_of(secret: str, *, at: float | None = None, period: int = 30) -> str:
    """The six digits of RFC 6238."""
    counter = int(time.time() if at is None else at) // period
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def wrong_code() -> str:
    """Not the code of now, nor of a moment around it."""
    good = {code_of(SECRET, at=time.time() + shift) for shift in (-30, 0, 30)}
    return next(code for code in ("111111", "222222", "333333", "444444") if code not in good)


def give_password(user: User, *, at: datetime, password: str = PASSWORD, one_time: bool = False) -> None:
    set_password(actor=system_actor("test"), at=at, user=user, password=password, one_time=one_time)


def sign_in(client: Client, username: str, password: str = PASSWORD, **headers: str) -> HttpResponse:
    """The answer to name and password, redirects followed."""
    form = {"login": username, "password": password}
    return client.post("/sign-in/", form, follow=True, headers=headers)  # type: ignore[return-value]


def answer(client: Client, code: str) -> HttpResponse:
    """The answer to a code in the second step."""
    return client.post("/sign-in/second-step/", {"code": code}, follow=True)  # type: ignore[return-value]


def is_in(client: Client) -> bool:
    """Whether the home page opens."""
    return client.get("/").status_code == 200


def enrol_app(user: User, *, at: datetime, secret: str = SECRET) -> None:
    """An authenticator app, as the page would have enrolled it."""

    def keep() -> None:
        with secrets_of(user.pk):
            Authenticator.objects.create(
                user=user, type="totp", data={"secret": get_adapter().encrypt(secret)}
            )

    with context.request_context(RequestFactory().get("/")):
        add_factor(actor=actor_of(user), at=at, user=user, kind="totp", this="", enrol=keep)


def confirm(client: Client, password: str = PASSWORD, *, asked: Any = None) -> HttpResponse:
    """Say the password again, as sensitive steps ask; ``asked`` is the answer that led there, and goes on from there."""
    where = "/account/confirm/" if asked is None else asked["Location"]
    return client.post(where, {"password": password}, follow=True)  # type: ignore[return-value]


def text_of(response: Any) -> str:
    """The page's words, without its marks."""
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def whole_database() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)
