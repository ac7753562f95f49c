"""The command says in plain words what is missing, and hides nothing that is broken."""

from __future__ import annotations

import sys
from contextlib import nullcontext

import pytest
from django.core import management
from django.db import ProgrammingError
from psycopg import Error
from psycopg.errors import SyntaxError as WrongStatement
from psycopg.errors import UndefinedColumn, UndefinedTable

from vouch.config.cli import main
from vouch.platform.database import supervisor


def run(monkeypatch: pytest.MonkeyPatch, cause: Error) -> None:
    def fail(_arguments: list[str]) -> None:
        raise ProgrammingError("in the database's words") from cause

    monkeypatch.setattr(sys, "argv", ["vouch", "demo"])
    monkeypatch.setattr(management, "execute_from_command_line", fail)
    monkeypatch.setattr(supervisor, "hold", nullcontext)
    main()


@pytest.mark.parametrize("cause", [UndefinedTable(), UndefinedColumn()])
def test_an_installation_without_its_tables_is_told_to_migrate(
    monkeypatch: pytest.MonkeyPatch, cause: Error
) -> None:
    with pytest.raises(SystemExit, match="vouch migrate"):
        run(monkeypatch, cause)


def test_any_other_error_of_the_database_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProgrammingError):
        run(monkeypatch, WrongStatement())
