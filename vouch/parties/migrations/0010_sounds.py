import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0009_sites")]

    operations = [
        migrations.AddField(
            model_name="party",
            name="sound_text",
            field=models.TextField(blank=True, default="", verbose_name="拼音检索文本"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["sound_text"], name="parties_party_sound_idx", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
