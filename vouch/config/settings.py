"""Settings of an installation; what differs between installations comes from the environment.

VOUCH_HOME            where the installation keeps its own (database, keys, files)
DATABASE_URL          your PostgreSQL, signed in as the running role; without it an embedded one is started
DATABASE_OWNER_URL    the same, signed in as the owning role, for ``vouch migrate``
VOUCH_SECRET_KEY      Django's signing key; without it one is made and kept in VOUCH_HOME
VOUCH_HOSTS           names this installation answers to, separated by commas
VOUCH_CIPHER          aes-256-gcm (default) or sm4-gcm
VOUCH_KEY_RING        the vault's outer keys (see docs/vault.md); without it a file in VOUCH_HOME
VOUCH_HEADS_DIR       where signed heads of the ledger are sent (default: heads in VOUCH_HOME; best another machine)
VOUCH_QUIET_HOURS     when ordinary messages wait (21:00-08:00); people may set their own
VOUCH_COURIER_NETWORKS  private networks that messages may go to, separated by commas, e.g. 10.1.0.0/16 (default: none)
VOUCH_COURIER_TIMEOUT seconds that a receiver has to answer (10)
VOUCH_COURIER_HEADS_SECONDS  least time between two heads of the ledger sent by mail and webhook (3600)
VOUCH_LOG_FORMAT      json for a collector (one object a line), plain (default) for people
VOUCH_LOG_LEVEL       WARNING (default): refusals, broken requests, errors; INFO says more
VOUCH_BACKUP_DIR      where scheduled backups go, each in a folder of its own (without it there is no schedule; docs/backup.md)
VOUCH_BACKUP_TIME     when, every day (default 02:30)
VOUCH_BACKUP_KEEP     how many are kept: daily,weekly,monthly (default 7,4,12)
VOUCH_DRILL_DAY       on which day of the month the newest one is restored for trial (default 1; 0 for never)
VOUCH_DEBUG           1 for development
VOUCH_PRODUCTION      1 where others reach it, by https alone (see docs/signing-in.md for this and what follows)
VOUCH_PROXIES         networks of the reverse proxies whose forwarded headers count, e.g. 10.0.0.5,fd00::/8
VOUCH_ORIGINS         origins that may post forms, where they differ from https:// and the names in VOUCH_HOSTS
VOUCH_MFA             optional, required, or the roles that need a second factor, e.g. admin,cro,auditor
VOUCH_IDLE_MINUTES    a session ends after so long without a request (30)
VOUCH_SESSION_HOURS   and after so long in any case (12)
VOUCH_OIDC_ISSUER     single sign-on by OpenID Connect, with VOUCH_OIDC_CLIENT_ID, _CLIENT_SECRET, _NAME and _CLAIM
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from vouch.platform.database.connection import database_settings
from vouch.platform.database.home import home
from vouch.platform.database.secret_files import kept_secret
from vouch.platform.identity.terms import Role

BASE_DIR = Path(__file__).resolve().parents[2]
ASSETS_DIR = BASE_DIR / "node_modules"
VOUCH_HOME = home()


SECRET_KEY = (
    os.environ.get("VOUCH_SECRET_KEY")
    or kept_secret(VOUCH_HOME / "secret-key", lambda: secrets.token_urlsafe(48).encode()).decode()
)
DEBUG = os.environ.get("VOUCH_DEBUG") == "1"
PRODUCTION = os.environ.get("VOUCH_PRODUCTION") == "1"
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("VOUCH_DEBUG 与 VOUCH_PRODUCTION 不能同时为 1。")
if PRODUCTION and not os.environ.get("VOUCH_HOSTS"):
    raise ImproperlyConfigured("生产环境须在 VOUCH_HOSTS 写明访问本系统的域名。")
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("VOUCH_SECRET_KEY 至少 50 个随机字符；不设置时系统自行生成。")
ALLOWED_HOSTS = os.environ.get("VOUCH_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
VOUCH_PROXIES = os.environ.get("VOUCH_PROXIES", "")

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
    "vouch.platform.courier",
    "vouch.platform.exchange",
    "vouch.platform.operations",
    "vouch.parties",
    "vouch.customers",
    "vouch.risk",
    "vouch.policy",
    "vouch.grading",
    "vouch.business",
    "vouch.desk",
    "vouch.demo",
    "vouch.config",
    # Below our rooms, so that the rooms' templates stand before its own.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "vouch.platform.web.proxy.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vouch.platform.web.request.RequestIdMiddleware",
    "vouch.platform.web.privacy.PrivateMiddleware",
    # Before whatever may answer by itself, so that no answer goes without their headers.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "vouch.platform.identity.middleware.ActorMiddleware",
    "vouch.platform.operations.inspection_mode.InspectionMiddleware",
    "vouch.platform.web.faces.FaceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "vouch.platform.identity.middleware.SessionLimitsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vouch.platform.identity.middleware.FirstStepsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
# The library's 300 entries would push out a code that was used, which could then be used again.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "vouch.platform.identity.passwords.Length"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name"), "max_similarity": 0.6},
    },
    {"NAME": "vouch.platform.identity.passwords.NotUsedBefore"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
ACCOUNT_ADAPTER = "vouch.platform.identity.adapter.StaffAccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "vouch.platform.identity.forms.RenewPasswordForm",
    "reauthenticate": "vouch.platform.identity.forms.ConfirmPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# From one address and for one name, however many addresses try it; axes locks a pair of the two after ten.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "60/m/ip,100/15m/key",
    "second_factor": "10/15m/key",
    "reauthenticate": "60/15m/user",
    # A whole office comes from one address, at nine o'clock.
    "login": "300/m/ip",
}
MFA_RATE_LIMITS = {"webauthn_login": "100/m/ip"}
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "vouch.platform.identity.adapter.locked_out"
AXES_CLIENT_IP_CALLABLE = "vouch.platform.identity.adapter.address_of"
AXES_USERNAME_CALLABLE = "vouch.platform.identity.adapter.name_for_limits"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address"]
# The ledger has the sign-ins.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

MFA_ADAPTER = "vouch.platform.identity.second_factor.SealedMFAAdapter"
MFA_FORMS = {
    "authenticate": "vouch.platform.identity.forms.SignInCodeForm",
    "reauthenticate": "vouch.platform.identity.forms.ConfirmCodeForm",
    "activate_totp": "vouch.platform.identity.forms.ActivateAppForm",
    "edit_webauthn": "vouch.platform.identity.forms.KeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A used code is remembered for one period, so codes of other periods must not be taken.
MFA_TOTP_TOLERANCE = 0
# Browsers let keys work on http for localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION


def _second_factor() -> str | frozenset[str]:
    """``required``, ``optional``, or the roles that need one."""
    key_roles = "admin,cro,executive,compliance,auditor,risk_reviewer,release_officer,cashier"
    said = os.environ.get("VOUCH_MFA") or (key_roles if PRODUCTION else "optional")
    if said in {"required", "optional"}:
        return said
    roles = frozenset(part.strip() for part in said.split(","))
    if unknown := roles - set(Role):
        raise ImproperlyConfigured(f"VOUCH_MFA 中有未知的岗位：{'、'.join(sorted(unknown))}")
    return roles


VOUCH_MFA = _second_factor()
VOUCH_IDLE_SECONDS = int(os.environ.get("VOUCH_IDLE_MINUTES") or 30) * 60
VOUCH_SESSION_SECONDS = int(os.environ.get("VOUCH_SESSION_HOURS") or 12) * 3600
VOUCH_ONE_TIME_SECONDS = 72 * 3600

SOCIALACCOUNT_ADAPTER = "vouch.platform.identity.single_sign_on.StaffSocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
VOUCH_OIDC: dict[str, str] = {}
VOUCH_OIDC_TRUSTS_FACTOR = os.environ.get("VOUCH_OIDC_MFA") == "1"
if _issuer := os.environ.get("VOUCH_OIDC_ISSUER"):
    VOUCH_OIDC = {
        "issuer": _issuer,
        "name": os.environ.get("VOUCH_OIDC_NAME") or "统一身份认证",
        "claim": os.environ.get("VOUCH_OIDC_CLAIM") or "preferred_username",
    }
    if PRODUCTION and not _issuer.startswith("https://"):
        raise ImproperlyConfigured("生产环境的 VOUCH_OIDC_ISSUER 须以 https:// 开头。")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "staff",
                "name": VOUCH_OIDC["name"],
                "client_id": os.environ.get("VOUCH_OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("VOUCH_OIDC_CLIENT_SECRET", ""),
                "settings": {
                    "server_url": VOUCH_OIDC["issuer"].rstrip("/"),
                    "fetch_userinfo": False,
                    "oauth_pkce_enabled": True,
                },
            }
        ]
        if VOUCH_OIDC
        else [],
    }
}

SESSION_ENGINE = "vouch.platform.identity.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = VOUCH_SESSION_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    # The prefix makes browsers refuse a cookie that came without https or from another host.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if VOUCH_PROXIES:
        # Believed from the proxies alone: TrustedProxyMiddleware drops everybody else's.
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [
        origin.strip()
        for origin in (
            os.environ.get("VOUCH_ORIGINS")
            or ",".join(f"https://{host.strip()}" for host in ALLOWED_HOSTS if host.strip())
        ).split(",")
    ]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # Browsers follow a form's redirect only to where forms may go: to the single sign-on as well.
        "form-action": [
            SELF,
            *[
                f"{part.scheme}://{part.netloc}"
                for part in [urlsplit(VOUCH_OIDC.get("issuer", ""))]
                if part.netloc
            ],
        ],
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
# Families of letters and forms, the first that has a sign draws it (vouch.platform.web.paper).
PAPER_FONTS = [
    *(name for name in os.environ.get("VOUCH_PAPER_FONTS", "").split(",") if name),
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
]  # fmt: skip
VOUCH_CIPHER = os.environ.get("VOUCH_CIPHER") or "aes-256-gcm"
BACKUP_DIR = os.environ.get("VOUCH_BACKUP_DIR", "")
BACKUP_TIME = os.environ.get("VOUCH_BACKUP_TIME") or "02:30"
BACKUP_KEEP = os.environ.get("VOUCH_BACKUP_KEEP") or "7,4,12"
DRILL_DAY = os.environ.get("VOUCH_DRILL_DAY") or "1"
# Signed papers and credit reports (10 MB at most) stay in memory: below this no upload touches the disk in plain.
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
COURIER_QUIET_HOURS = os.environ.get("VOUCH_QUIET_HOURS") or "21:00-08:00"
COURIER_NETWORKS = [text for text in os.environ.get("VOUCH_COURIER_NETWORKS", "").split(",") if text.strip()]
COURIER_TIMEOUT = float(os.environ.get("VOUCH_COURIER_TIMEOUT") or 10)
COURIER_HEADS_SECONDS = float(os.environ.get("VOUCH_COURIER_HEADS_SECONDS") or 3600)
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
