from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0005_kinds_and_controllers")]

    operations = [
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("kind", "legal")),
                fields=("enterprise",),
                name="parties_post_one_representative",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("kind", "owner")),
                fields=("enterprise",),
                name="parties_post_one_operator",
            ),
        ),
    ]
