"""Settings of an installation; what differs between installations comes from the environment.

VOUCH_HOME            where the installation keeps its own (database, keys, files)
DATABASE_URL          your PostgreSQL, signed in as the running role; without it an embedded one is started
DATABASE_OWNER_URL    the same, signed in as the owning role, for ``vouch migrate``
VOUCH_SECRET_KEY      Django's signing key; without it one is made and kept in VOUCH_HOME
VOUCH_HOSTS           names this installation answers to, separated by commas
VOUCH_CIPHER          aes-256-gcm (default) or sm4-gcm
VOUCH_KEY_RING        the vault's outer keys (see docs/vault.md); without it a file in VOUCH_HOME
VOUCH_HEADS_DIR       where signed heads of the ledger are sent (default: heads in VOUCH_HOME; best another machine)
VOUCH_LOG_FORMAT      json for a collector (one object a line), plain (default) for people
VOUCH_LOG_LEVEL       WARNING (default): refusals, broken requests, errors; INFO says more
VOUCH_DEBUG           1 for development
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from vouch.platform.database.connection import database_settings
from vouch.platform.database.home import home

BASE_DIR = Path(__file__).resolve().parents[2]
ASSETS_DIR = BASE_DIR / "node_modules"
VOUCH_HOME = home()


def _secret_key() -> str:
    named = os.environ.get("VOUCH_SECRET_KEY")
    if named:
        return named
    file = VOUCH_HOME / "secret-key"
    try:
        # Opened so that of two processes that start at once only one makes the key.
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text()


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("VOUCH_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("VOUCH_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_htmx",
    "pgtrigger",
    "procrastinate.contrib.django",
    "template_partials",
    "vouch.platform.database",
    "vouch.platform.web",
    "vouch.platform.vault",
    "vouch.platform.jobs",
    "vouch.platform.ledger",
    "vouch.platform.identity",
    "vouch.platform.exchange",
    "vouch.platform.operations",
    "vouch.parties",
    "vouch.customers",
    "vouch.risk",
    "vouch.policy",
    "vouch.grading",
    "vouch.desk",
    "vouch.demo",
    "vouch.config",
    # Below our rooms, so that the rooms' templates stand before its own.
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vouch.platform.web.request.RequestIdMiddleware",
    "vouch.platform.web.privacy.PrivateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "vouch.platform.identity.middleware.ActorMiddleware",
    "vouch.platform.web.faces.FaceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "vouch.config.urls"
WSGI_APPLICATION = "vouch.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vouch.platform.web.navigation.navigation",
            ],
        },
    },
]

DATABASES = {"default": database_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and lock-outs live in the cache, and every process must see the same ones.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
ACCOUNT_ADAPTER = "vouch.platform.identity.adapter.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Who guesses passwords is locked out below, and told for how long; allauth's own limit of five would come first.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip"}
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "identity/locked.html"
AXES_VERBOSE = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "zh-hans"
# English follows with its catalogue; offered before, half of a page would change with the browser's language.
LANGUAGES = [("zh-hans", _("简体中文"))]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VOUCH_HOME / "static"
STATICFILES_DIRS = [
    (name, folder)
    for name, folder in {
        "tabler": ASSETS_DIR / "@tabler" / "core" / "dist",
        "echarts": ASSETS_DIR / "echarts" / "dist",
        "htmx": ASSETS_DIR / "htmx.org" / "dist",
    }.items()
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = True

IMPORTS_DIR = VOUCH_HOME / "imports"
# Where signed heads of the ledger are sent; best a folder of another machine.
LEDGER_HEADS_DIR = Path(os.environ.get("VOUCH_HEADS_DIR") or VOUCH_HOME / "heads")
# How new ciphertexts are made; the old ones say for themselves how they were.
VOUCH_CIPHER = os.environ.get("VOUCH_CIPHER") or "aes-256-gcm"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

LOG_FORMAT = "json" if os.environ.get("VOUCH_LOG_FORMAT") == "json" else "plain"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "vouch.platform.web.log.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": os.environ.get("VOUCH_LOG_LEVEL", "WARNING")},
}
