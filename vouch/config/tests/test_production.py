"""Production settings: what Django checks before a deployment, and what an installation is told when it is set up wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCTION = {"VOUCH_PRODUCTION": "1", "VOUCH_HOSTS": "vouch.example.com"}
SHOW = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=lambda kept: sorted(kept)))
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"VOUCH_MFA", "VOUCH_DEBUG"}}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**clean, "DJANGO_SETTINGS_MODULE": "vouch.config.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def shown(*names: str, **environment: str) -> dict[str, object]:
    done = run("-c", SHOW, *names, **environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_the_deployment_check_finds_nothing() -> None:
    done = run("-m", "vouch", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_the_same_check_has_warnings_without_them() -> None:
    done = run("-m", "vouch", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode != 0
    assert "security.W" in done.stderr


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"VOUCH_PRODUCTION": "1"}, "VOUCH_HOSTS"),
        (PRODUCTION | {"VOUCH_DEBUG": "1"}, "VOUCH_DEBUG"),
        (PRODUCTION | {"VOUCH_MFA": "admin,chief"}, "chief"),
        (PRODUCTION | {"VOUCH_OIDC_ISSUER": "http://id.example.com"}, "https://"),
        (PRODUCTION | {"VOUCH_SECRET_KEY": "short"}, "VOUCH_SECRET_KEY"),
    ],
)
def test_what_would_be_unsafe_does_not_start(environment: dict[str, str], word: str) -> None:
    done = run("-m", "vouch", "check", **environment)
    assert done.returncode != 0
    assert word in done.stderr


def test_production_asks_the_powerful_for_a_second_factor_and_a_trial_nobody() -> None:
    needed = shown("VOUCH_MFA", **PRODUCTION)["VOUCH_MFA"]
    assert isinstance(needed, list)
    assert {"admin", "cro", "compliance", "auditor"} <= set(needed)
    assert shown("VOUCH_MFA")["VOUCH_MFA"] == "optional"
    assert shown("VOUCH_MFA", **PRODUCTION, VOUCH_MFA="required")["VOUCH_MFA"] == "required"


def test_forwarded_https_is_believed_only_where_a_proxy_is_named() -> None:
    name = "SECURE_PROXY_SSL_HEADER"
    assert shown(name, **PRODUCTION)[name] is None
    assert shown(name, **PRODUCTION, VOUCH_PROXIES="10.0.0.5")[name] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_forms_may_lead_to_the_single_sign_on_alone() -> None:
    policy = shown(
        "CONTENT_SECURITY_POLICY", **PRODUCTION, VOUCH_OIDC_ISSUER="https://id.example.com/realms/guarantee"
    )["CONTENT_SECURITY_POLICY"]
    assert isinstance(policy, dict)
    assert policy["DIRECTIVES"]["form-action"] == ["'self'", "https://id.example.com"]


ASK = """
import json, sys
import django
django.setup()
from django.test import Client
answers = []
for kept in json.loads(sys.argv[1]):
    answer = Client(headers={"host": "vouch.example.com"}).get("/sign-in/", **kept)
    cookies = [morsel.OutputString() for morsel in answer.cookies.values()]
    answers.append([answer.status_code, dict(answer.headers), cookies])
print(json.dumps(answers))
"""


def test_only_https_is_answered_and_a_proxy_is_believed_by_its_address() -> None:
    asked = [
        {},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"},
        {"REMOTE_ADDR": "10.0.0.5", "HTTP_X_FORWARDED_PROTO": "https"},
    ]
    done = run("-c", ASK, json.dumps(asked), **PRODUCTION, VOUCH_PROXIES="10.0.0.5")
    assert done.returncode == 0, done.stderr
    plain, stranger, proxied = json.loads(done.stdout)
    for refused in (plain, stranger):
        assert refused[0] == 301
        assert refused[1]["Location"] == "https://vouch.example.com/sign-in/"
    assert proxied[0] == 200
    assert proxied[1]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    [cookie] = proxied[2]
    assert cookie.startswith("__Host-csrf=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert word in cookie
    assert "Domain" not in cookie
