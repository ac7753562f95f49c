"""Where the database is and as whom we speak to it: Django's settings, and the owner's role for set-up work.

`vouch_app` runs the product and owns nothing; `vouch_owner` owns the schema and migrates. With DATABASE_URL (the app's role)
and DATABASE_OWNER_URL (the owner's) the institution's own PostgreSQL is used, else the embedded one.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.conninfo import conninfo_to_dict

from vouch.platform.database import cluster, guard
from vouch.platform.database.home import InstallationError, home

ENGINE = "vouch.platform.database.postgresql"
POOL = {"min_size": 1, "max_size": 16, "timeout": 20}
CREDENTIALS = ("USER", "PASSWORD", "HOST", "PORT")


def database_settings() -> dict[str, Any]:
    """Django's DATABASES["default"]. VOUCH_DB_ROLE=owner speaks as the owner throughout."""
    app = _from_url(os.environ["DATABASE_URL"]) if os.environ.get("DATABASE_URL") else _embedded(cluster.APP)
    owner = app
    if not os.environ.get("DATABASE_URL"):
        owner = _embedded(cluster.OWNER)
    elif os.environ.get("DATABASE_OWNER_URL"):
        owner = _from_url(os.environ["DATABASE_OWNER_URL"])
    spoken = owner if os.environ.get("VOUCH_DB_ROLE") == "owner" else app
    return {
        **spoken,
        "ENGINE": ENGINE,
        "OPTIONS": {**spoken["OPTIONS"], "pool": dict(POOL)},
        "CONN_HEALTH_CHECKS": True,  # the pool then offers no connection of a server that has restarted
        "OWNER": {key: owner[key] for key in CREDENTIALS},
        "APP_ROLE": app["USER"],
    }


def _embedded(role: str) -> dict[str, Any]:
    socket = cluster.Cluster(home()).socket
    return {
        "NAME": cluster.DATABASE,
        "USER": role,
        "PASSWORD": "",
        "HOST": str(socket),
        "PORT": "",
        "OPTIONS": {},
    }


def _from_url(url: str) -> dict[str, Any]:
    """Raises InstallationError (Chinese) for what is not a PostgreSQL address; never shows the password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise InstallationError(
            "DATABASE_URL 或 DATABASE_OWNER_URL 不是有效的 PostgreSQL 地址，应形如 "
            "postgresql://用户:口令@主机:5432/数据库"
        ) from None
    if not parts.get("dbname") or not parts.get("user"):
        raise InstallationError(
            "DATABASE_URL 缺少用户名或数据库名，应形如 postgresql://用户:口令@主机:5432/数据库"
        )
    return {
        "NAME": str(parts.pop("dbname")),
        "USER": str(parts.pop("user")),
        "PASSWORD": str(parts.pop("password", "")),
        "HOST": str(parts.pop("host", "")),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
    }


@contextlib.contextmanager
def as_owner(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Inside, the connection speaks as the schema's owner, and the guard lets it write. For migrations and test set-up."""
    connection = cast("DatabaseWrapper", connections[alias])
    settings = connection.settings_dict
    before: dict[str, Any] = {key: settings[key] for key in (*CREDENTIALS, "OPTIONS")}
    connection.close()
    connection.close_pool()
    settings.update(settings["OWNER"])
    settings["OPTIONS"] = {key: value for key, value in before["OPTIONS"].items() if key != "pool"}
    token = guard.writing.set(True)
    try:
        yield
    finally:
        guard.writing.reset(token)
        connection.close()
        settings.update(before)


def owner_connection(alias: str = DEFAULT_DB_ALIAS) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of its own as the schema's owner, to the database the alias points to now; the caller closes it."""
    return _connection_of_its_own(alias, connections[alias].settings_dict["OWNER"])


def app_connection(alias: str = DEFAULT_DB_ALIAS) -> "psycopg.Connection[tuple[Any, ...]]":
    """The same as the running role: for a transaction that goes on beside those of Django."""
    return _connection_of_its_own(alias, connections[alias].settings_dict)


def _connection_of_its_own(
    alias: str, credentials: Mapping[str, Any]
) -> "psycopg.Connection[tuple[Any, ...]]":
    settings = connections[alias].settings_dict
    options = {key: value for key, value in settings["OPTIONS"].items() if key != "pool"}
    given = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    named = {name: credentials[key] for name, key in given.items() if credentials[key]}
    return psycopg.connect(dbname=settings["NAME"], **named, **options)
