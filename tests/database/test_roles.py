"""Two roles: what the app may do, what only the owner may, and whose address is used."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.db.transaction import atomic

from vouch.platform.database import cluster
from vouch.platform.database.connection import as_owner, database_settings, owner_connection
from vouch.platform.database.copy import copy_rows
from vouch.platform.database.home import InstallationError
from vouch.platform.identity.models import Unit
from vouch.platform.ledger.testing import writing


def one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE ledger_entry (a int)",
        "ALTER TABLE identity_unit ADD COLUMN a int",
        "DROP TABLE identity_unit",
        "ALTER TABLE identity_unit DISABLE TRIGGER ALL",
        "SET ROLE vouch_owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_app_owns_nothing_and_cannot_change_the_schema(statement: str) -> None:
    with pytest.raises(ProgrammingError), atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_app_may_not_truncate_but_read_and_write_rows() -> None:
    with writing(), pytest.raises(ProgrammingError), atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE identity_unit CASCADE")
    for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        assert one(f"SELECT has_table_privilege('identity_unit', '{right}')")


@pytest.mark.django_db(transaction=True)
def test_as_owner_speaks_as_the_owner_and_then_as_the_app_again() -> None:
    app = one("SELECT current_user")
    with as_owner():
        assert one("SELECT current_user") != app
        assert one("SELECT tableowner FROM pg_tables WHERE tablename = 'identity_unit'") == one(
            "SELECT current_user"
        )
    assert one("SELECT current_user") == app


@pytest.mark.django_db(transaction=True)
def test_flushing_passes_the_triggers_that_forbid_it_and_leaves_them_in_place() -> None:
    forbid = """
        CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
        CREATE TRIGGER forbid BEFORE TRUNCATE OR DELETE OR UPDATE ON identity_unit EXECUTE FUNCTION forbid();
    """
    with owner_connection() as owner:
        owner.execute(forbid)
    try:
        with writing():
            Unit.objects.create(name="一部", code="ONE")
        call_command("flush", interactive=False, verbosity=0)
        assert Unit.objects.count() == 0
        assert one("SELECT tgenabled FROM pg_trigger WHERE tgname = 'forbid'") == "O"
    finally:
        with owner_connection() as owner:
            owner.execute("DROP FUNCTION forbid CASCADE")


@pytest.mark.django_db
def test_copy_appends_rows_and_keeps_none_where_one_is_bad() -> None:
    before = Unit.objects.count()
    with writing():
        head = Unit.objects.get(parent=None) if before else Unit.objects.create(name="总部", code="HQ")
        rows = [("一部\t\\x", "ONE", head.pk), ("二部\n'", "TWO", head.pk)]
        assert copy_rows(Unit, ["name", "code", "parent_id"], rows) == 2
        assert Unit.objects.get(code="ONE").name == "一部\t\\x"
        assert Unit.objects.get(code="TWO").name == "二部\n'"
        count = Unit.objects.count()
        with pytest.raises(Exception, match="duplicate key"), atomic():
            copy_rows(
                Unit, ["name", "code", "parent_id"], [("三部", "THREE", head.pk), ("又", "ONE", head.pk)]
            )
    assert Unit.objects.count() == count


def test_without_an_address_the_embedded_database_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("VOUCH_DB_ROLE", raising=False)
    settings = database_settings()
    assert (settings["USER"], settings["NAME"], settings["PASSWORD"]) == (cluster.APP, cluster.DATABASE, "")
    assert settings["OWNER"]["USER"] == cluster.OWNER
    monkeypatch.setenv("VOUCH_DB_ROLE", "owner")
    assert database_settings()["USER"] == cluster.OWNER


def test_your_own_server_is_used_with_its_two_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOUCH_DB_ROLE", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://runs:p%40ss@db.example:6432/risk?sslmode=require")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owns:secret@db.example:6432/risk")
    settings = database_settings()
    assert {key: settings[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "runs",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "NAME": "risk",
    }
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert (settings["OWNER"]["USER"], settings["APP_ROLE"]) == ("owns", "runs")


@pytest.mark.parametrize("address", ["mysql://a:hunter2@b/c", "postgresql://a:hunter2@b", "nonsense"])
def test_a_wrong_address_is_refused_in_plain_words_without_its_password(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(InstallationError, match="DATABASE_URL") as refused:
        database_settings()
    assert "hunter2" not in str(refused.value)
