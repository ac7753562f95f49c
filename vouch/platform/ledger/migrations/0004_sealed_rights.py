"""Entries from before the seals are taken over as they stand; the new tables are append-only by grant too."""

from django.db import migrations

from vouch.platform.ledger import _record


def seal_what_is_there(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT {_record.SELECT} FROM ledger_entry e WHERE e.mac = ''::bytea")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor.fetchall()]
        if not rows:
            return
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        for row in rows:
            cursor.execute(
                "UPDATE ledger_entry SET mac = %s WHERE id = %s", [_record.seal(_record.body(row)), row["id"]]
            )
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")


def forbid_changes(apps, schema_editor):
    role = schema_editor.connection.settings_dict["APP_ROLE"]
    if role == schema_editor.connection.settings_dict["OWNER"]["USER"]:
        return  # an owner cannot be kept from its own table; the trigger still stands
    for table in ("ledger_leaf", "ledger_block", "ledger_head"):
        schema_editor.execute(
            f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {table}"
            f" FROM {schema_editor.quote_name(role)}"
        )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_sealed")]

    operations = [
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
        migrations.RunPython(forbid_changes, migrations.RunPython.noop),
    ]
