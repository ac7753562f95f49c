"""The running role owns no table and so may not ANALYZE one; this function may, and can do nothing else."""

from django.db import migrations

CREATE = """
CREATE FUNCTION exchange_refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
BEGIN
    FOR known IN
        SELECT tables.relname FROM pg_class AS tables
        WHERE tables.relnamespace = 'public'::regnamespace AND tables.relkind = 'r'
          AND tables.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    LOOP
        EXECUTE format('ANALYZE %I', known.relname);
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION exchange_refresh_statistics()")]
