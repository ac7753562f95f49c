"""What an import changes is written down row by row, so that the whole of it can be taken back."""

import django.db.models.deletion
from django.db import migrations, models

JOURNAL = """
CREATE FUNCTION exchange_journal() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    running bigint := current_setting('vouch.import')::bigint;
    key text := TG_ARGV[0];
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO exchange_importchange AS known (batch_id, table_name, row_key, before, after, is_broken)
        SELECT running, TG_TABLE_NAME, to_jsonb(fresh) ->> key, NULL, to_jsonb(fresh), false FROM fresh
        ON CONFLICT (batch_id, table_name, row_key) DO UPDATE
        SET after = EXCLUDED.after, is_broken = known.is_broken OR known.after IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO exchange_importchange AS known (batch_id, table_name, row_key, before, after, is_broken)
        SELECT running, TG_TABLE_NAME, to_jsonb(former) ->> key, to_jsonb(former), NULL, false FROM former
        ON CONFLICT (batch_id, table_name, row_key) DO UPDATE
        SET after = NULL, is_broken = known.is_broken OR known.after IS DISTINCT FROM EXCLUDED.before;
    ELSE
        INSERT INTO exchange_importchange AS known (batch_id, table_name, row_key, before, after, is_broken)
        SELECT running, TG_TABLE_NAME, one.after ->> key, one.before, one.after, false
        FROM (
            SELECT olds.image AS before, news.image AS after
            FROM (SELECT to_jsonb(former) AS image FROM former) AS olds
            JOIN (SELECT to_jsonb(fresh) AS image FROM fresh) AS news ON olds.image ->> key = news.image ->> key
        ) AS one
        WHERE one.before IS DISTINCT FROM one.after
        ON CONFLICT (batch_id, table_name, row_key) DO UPDATE
        SET after = EXCLUDED.after, is_broken = known.is_broken OR known.after IS DISTINCT FROM EXCLUDED.before;
    END IF;
    RETURN NULL;
END
$$
"""

WATCH = """
CREATE FUNCTION after_migration_watch_tables() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    clause text := 'FOR EACH STATEMENT WHEN (current_setting(''vouch.import'', true) <> '''')'
                   ' EXECUTE FUNCTION exchange_journal(%L)';
BEGIN
    FOR known IN
        SELECT tables.relname AS name, columns.attname AS key
        FROM pg_class AS tables
        JOIN pg_index AS keys ON keys.indrelid = tables.oid AND keys.indisprimary AND keys.indnkeyatts = 1
        JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum = keys.indkey[0]
        WHERE tables.relnamespace = 'public'::regnamespace AND tables.relkind = 'r'
          AND tables.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
          AND tables.relname !~ '^(ledger|exchange|procrastinate|django|auth|account|mfa|socialaccount|axes)_'
          AND tables.relname <> 'vouch_cache'
          AND NOT EXISTS (
              SELECT FROM pg_trigger WHERE tgrelid = tables.oid AND tgname = 'exchange_journal_made'
          )
    LOOP
        EXECUTE format('CREATE TRIGGER exchange_journal_made AFTER INSERT ON %I REFERENCING NEW TABLE AS fresh '
                       || clause, known.name, known.key);
        EXECUTE format('CREATE TRIGGER exchange_journal_changed AFTER UPDATE ON %I REFERENCING OLD TABLE AS former'
                       ' NEW TABLE AS fresh ' || clause, known.name, known.key);
        EXECUTE format('CREATE TRIGGER exchange_journal_gone AFTER DELETE ON %I REFERENCING OLD TABLE AS former '
                       || clause, known.name, known.key);
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_refresh_statistics")]

    operations = [
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table_name", models.CharField(max_length=63, verbose_name="表")),
                ("row_key", models.CharField(max_length=80, verbose_name="行")),
                ("before", models.JSONField(null=True, verbose_name="导入前")),
                ("after", models.JSONField(null=True, verbose_name="导入后")),
                ("is_broken", models.BooleanField(default=False, verbose_name="导入途中被他人修改")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="exchange.import",
                        verbose_name="导入批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入改动",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["batch", "table_name", "row_key"], name="exchange_importchange_one_a_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table_name", models.CharField(max_length=63, verbose_name="表")),
                ("row_key", models.CharField(max_length=80, verbose_name="行")),
                ("label", models.CharField(max_length=300, verbose_name="记录")),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
                ("row_count", models.PositiveIntegerField(default=1, verbose_name="保留行数")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_records",
                        to="exchange.import",
                        verbose_name="导入批次",
                    ),
                ),
            ],
            options={"verbose_name": "撤销时保留的记录"},
        ),
        migrations.AlterField(
            "import",
            "status",
            models.CharField(
                choices=[
                    ("draft", "待确认"),
                    ("waiting", "排队中"),
                    ("running", "进行中"),
                    ("done", "已完成"),
                    ("failed", "失败"),
                    ("cancelled", "已取消"),
                    ("undoing", "撤销中"),
                    ("undone", "已撤销"),
                ],
                default="waiting",
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddField("import", "undone_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
        migrations.AddField(
            "import",
            "undone_by",
            models.CharField(blank=True, default="", max_length=160, verbose_name="撤销人"),
            preserve_default=False,
        ),
        migrations.AddField(
            "import",
            "undo_reason",
            models.CharField(blank=True, default="", max_length=200, verbose_name="撤销理由"),
            preserve_default=False,
        ),
        migrations.AddField("import", "undo_counts", models.JSONField(default=dict, verbose_name="撤销结果")),
        migrations.RunSQL(JOURNAL, "DROP FUNCTION exchange_journal() CASCADE"),
        migrations.RunSQL(WATCH, "DROP FUNCTION after_migration_watch_tables()"),
    ]
