from django.db import migrations, models


class Migration(migrations.Migration):
    """Every reading that is there was made by the first rule, and is read again by the next run of the job."""

    dependencies = [
        ("parties", "0012_address_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="addressreading",
            name="rule",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="识别规则"),
            preserve_default=False,
        ),
    ]
