import django.db.models.deletion
from django.db import migrations, models

import vouch.platform.vault.fields


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_saved_mappings"),
        ("vault", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="importfile",
            name="document",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vault.document",
                verbose_name="加密文件",
            ),
        ),
        migrations.AddField(
            model_name="importfile",
            name="dropped_at",
            field=models.DateTimeField(null=True, verbose_name="停止保存时间"),
        ),
        migrations.AddField(
            model_name="importfile",
            name="dropped_because",
            field=models.CharField(blank=True, max_length=200, verbose_name="停止保存原因"),
        ),
        migrations.AddField(
            model_name="importrow",
            name="content",
            field=vouch.platform.vault.fields.SealedField(null=True, verbose_name="各列的值与原始行"),
        ),
        migrations.CreateModel(
            name="ImportMention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "index",
                    vouch.platform.vault.fields.BlindIndexField(
                        db_index=True, max_length=32, verbose_name="证件号码索引"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="exchange.importfile",
                        verbose_name="文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "文件提及",
                "constraints": [
                    models.UniqueConstraint(fields=("file", "index"), name="exchange_importmention_once")
                ],
            },
        ),
    ]
