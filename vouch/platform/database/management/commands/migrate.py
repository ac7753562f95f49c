"""Django's `migrate`, as the schema's owner."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from vouch.platform.database.connection import as_owner
from vouch.platform.database.schema import finish_schema, prepare_schema


class Command(migrate.Command):
    """The app's role owns nothing, so it cannot migrate; and what the owner creates, the app must be able to use."""

    help = "升级数据库结构（以 vouch_owner 身份运行）。例：vouch migrate"

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        with as_owner(alias):
            prepare_schema(connections[alias])
            super().handle(*args, **options)
            call_command("createcachetable", database=alias, verbosity=options["verbosity"])
            finish_schema(connections[alias])
