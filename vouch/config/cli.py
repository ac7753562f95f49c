"""The ``vouch`` command: Django's commands and ours, with a database behind those that need one."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

WITHOUT_DATABASE = frozenset(
    # doctor starts it by itself, to say what is wrong where it does not start
    {"doctor", "train", "score", "policy", "check-proof", "help", "--help", "-h", "--version", "version"}
)
# A partner checks a proof on a machine that has no database of ours.
PARTS_WITHOUT_DATABASE = frozenset({("ledger", "check-proof")})


def main() -> None:
    """Start the database where the command needs one, then let Django run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    # Matrices here are narrow: more BLAS threads only wait for one another, minutes long on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if command == "migrate":
        os.environ["VOUCH_DB_ROLE"] = "owner"

    # Django and the supervisor are slow to load; --help and errors of usage need neither.
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from vouch.platform.database.home import InstallationError
    from vouch.platform.database.supervisor import hold

    part = (command, sys.argv[2] if len(sys.argv) > 2 else "")
    # A backup is checked where it lies, on a machine without a database too.
    only_checks = command == "restore" and "--check" in sys.argv
    needs_no_database = (
        command in WITHOUT_DATABASE or part in PARTS_WITHOUT_DATABASE or only_checks or "--help" in sys.argv
    )
    try:
        with nullcontext() if needs_no_database else hold():
            execute_from_command_line(sys.argv)
    except InstallationError as error:
        sys.exit(str(error))
    except ProgrammingError as error:
        if not isinstance(error.__cause__, (UndefinedTable, UndefinedColumn)):
            raise
        sys.exit("数据库中还没有这项操作所需的表或字段：请先运行 vouch migrate，再重新执行。")
