"""Someone who may do anything to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from vouch.platform.database import cluster, supervisor
from vouch.platform.database.connection import owner_connection

TABLES = ("ledger_entry", "ledger_leaf", "ledger_block", "ledger_head")


@contextmanager
def attacker() -> Iterator[psycopg.Connection[Any]]:
    """The database's superuser with triggers off (on a server of one's own: the owner, who can do the same)."""
    if supervisor.uses_own_server():
        with owner_connection() as link:
            for table in TABLES:
                link.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield link
            link.rollback()
        return
    place = connection.settings_dict
    with psycopg.connect(dbname=place["NAME"], host=place["HOST"], user=cluster.SUPERUSER) as link:
        link.execute("SET session_replication_role = replica")
        yield link
        link.rollback()
