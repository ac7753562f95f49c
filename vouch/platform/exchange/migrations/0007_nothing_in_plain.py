"""The columns go that held rows in plain. A column that is removed leaves its values in the rows until they are written
anew, so the table is: its old file is deleted when this is committed.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_seal_what_was_kept")]

    operations = [
        migrations.RemoveField(model_name="importrow", name="cells"),
        migrations.RemoveField(model_name="importrow", name="raw"),
        migrations.RunSQL(
            [
                "CLUSTER exchange_importrow USING exchange_importrow_pkey",
                "ALTER TABLE exchange_importrow SET WITHOUT CLUSTER",
            ],
            migrations.RunSQL.noop,
        ),
    ]
