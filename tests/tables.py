"""Every row of every table, for holding two moments against each other; not collected itself."""

from __future__ import annotations

from django.db import connection

OF_THE_IMPORT = ("ledger_", "exchange_", "procrastinate_", "django_")
"""What an undo leaves alone: the ledger, the import's own record, jobs, and what the framework keeps for itself."""

OWN = "subject_kind NOT IN ('import', 'import_file', 'import_row')"
OF_THE_VAULT = {
    "vault_datakey": OWN,
    "vault_document": OWN,
    "vault_chunk": f"document_id IN (SELECT id FROM vault_document WHERE {OWN})",
}
"""The import's own record is encrypted there: its files, and the keys of its rows."""


def all_rows() -> dict[str, set[str]]:
    """Table → its rows as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        names = [name for (name,) in cursor.fetchall() if not name.startswith(OF_THE_IMPORT)]
        found = {}
        for name in names:
            cursor.execute(
                f'SELECT to_jsonb(t)::text FROM "{name}" AS t WHERE {OF_THE_VAULT.get(name, "true")}'
            )
            found[name] = {text for (text,) in cursor.fetchall()}
    return found


def differences(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, set[str]]:
    """Table → rows that are in one of the two only."""
    return {name: before[name] ^ after[name] for name in before if before[name] != after[name]}
