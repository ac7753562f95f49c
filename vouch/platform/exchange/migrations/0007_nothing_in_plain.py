from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_seal_what_was_kept")]

    operations = [
        migrations.RemoveField(model_name="importrow", name="cells"),
        migrations.RemoveField(model_name="importrow", name="raw"),
    ]
