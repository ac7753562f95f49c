"""What the database does by itself a minute after a load, done at once, so that a measurement is of a table as it is in use."""

from __future__ import annotations

import contextlib

from vouch.platform.database.connection import owner_connection


def vacuum_and_analyze() -> None:
    """Every table's statistics and visibility map; as the owner, because the running role may not: it would only be warned."""
    with contextlib.closing(owner_connection()) as connection:
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
