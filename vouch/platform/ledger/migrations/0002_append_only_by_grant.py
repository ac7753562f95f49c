"""The role that runs the product may add entries and read them, and nothing else."""

from django.db import migrations


def forbid_changes(apps, schema_editor):
    role = schema_editor.connection.settings_dict["APP_ROLE"]
    if role == schema_editor.connection.settings_dict["OWNER"]["USER"]:
        return  # an owner cannot be kept from its own table; the trigger still stands
    schema_editor.execute(
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_entry FROM {schema_editor.quote_name(role)}"
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(forbid_changes, migrations.RunPython.noop)]
