"""Every institution has a head office; its name can be changed later."""

from django.db import migrations


def open_head_office(apps, schema_editor):
    apps.get_model("identity", "Unit").objects.get_or_create(
        parent=None, defaults={"code": "HQ", "name": "总部"}
    )


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [migrations.RunPython(open_head_office, migrations.RunPython.noop)]
