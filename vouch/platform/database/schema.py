"""What must be in a database before the first migration: extensions, and the app's rights on what will be created."""

from django.db import ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper

from vouch.platform.database.home import InstallationError

EXTENSIONS = ("pg_trgm", "btree_gist")
OLDEST_SERVER = (15, 0)


def prepare_schema(connection: BaseDatabaseWrapper) -> None:
    """As the owner, repeatable. Rights are granted by default and only on creation, so what a migration takes away stays away."""
    if connection.get_database_version() < OLDEST_SERVER:
        raise InstallationError(f"需要 PostgreSQL {OLDEST_SERVER[0]} 或更高版本。")
    role = connection.ops.quote_name(connection.settings_dict["APP_ROLE"])
    try:
        with connection.cursor() as cursor:
            for extension in EXTENSIONS:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            # A temporary table of the same name hides one of ours from its session: entries would go into it.
            database = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
            for right, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
                cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {right} ON {kind} TO {role}")
    except ProgrammingError as error:
        raise InstallationError(
            f"角色 {connection.settings_dict['USER']} 不能建立数据库结构：{str(error).strip().splitlines()[0]}。"
            "请用 DATABASE_OWNER_URL 指定拥有该数据库的角色。"
        ) from error


def finish_schema(connection: BaseDatabaseWrapper) -> None:
    """As the owner, repeatable: what rooms want done once all tables are there, a function named ``after_migration_…`` each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'after_migration_')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT {connection.ops.quote_name(name)}()")
