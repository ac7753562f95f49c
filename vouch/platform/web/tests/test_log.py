from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client, RequestFactory

from vouch.platform.web.log import JsonLines
from vouch.platform.web.request import request_id

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    text = JsonLines().format(record)
    assert "\n" not in text
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_a_line_cannot_be_forged_by_what_it_says() -> None:
    record = logging.LogRecord("vouch", logging.WARNING, "", 0, "名称：%s", ('甲\n{"level":"INFO"}',), None)
    assert line_of(record)["message"] == '名称：甲\n{"level":"INFO"}'


def test_a_refused_request_is_logged_with_its_actor_and_without_its_query(
    client: Client, staff: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(staff["liqiang"], backend=BACKEND)
    with caplog.at_level(logging.WARNING, logger="django.request"):
        answer = client.get("/policies/999999/", {"q": "110101199003071233"})
        [record] = [one for one in caplog.records if getattr(one, "status_code", None) == answer.status_code]
        found = line_of(record)
    assert answer.status_code == 404
    assert found["actor"] == f"user:{staff['liqiang'].pk}"
    assert found["path"] == "/policies/999999/"
    assert found["address"] == "127.0.0.1"
    assert "110101199003071233" not in json.dumps(found)


def test_an_error_is_logged_under_the_id_of_its_request() -> None:
    error = ValueError("坏了")
    record = logging.LogRecord(
        "vouch", logging.ERROR, "", 0, "失败", (), (ValueError, error, error.__traceback__)
    )
    token = request_id.set("abcd")
    try:
        found = line_of(record)
    finally:
        request_id.reset(token)
    assert found["request_id"] == "abcd"
    assert "ValueError: 坏了" in str(found["error"])


def test_a_record_about_something_else_than_a_request_is_a_line_too() -> None:
    record = logging.LogRecord("django.server", logging.INFO, "", 0, "谁", (), None)
    record.request = object()
    assert line_of(record)["message"] == "谁"


def test_browsers_keep_no_copy_of_a_page(client: Client, staff: dict[str, Any]) -> None:
    client.force_login(staff["liqiang"], backend=BACKEND)
    assert "no-store" in client.get("/").headers["Cache-Control"]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "FOO"])
def test_methods_that_nobody_serves_are_refused(client: Client, method: str) -> None:
    answer = client.generic(method, "/")
    assert answer.status_code == 405


def test_a_request_is_known_by_what_it_was_before_anybody_signed_in() -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "x", (), None)
    record.request = RequestFactory().get("/sign-in/?next=/a")
    assert "actor" not in line_of(record)
