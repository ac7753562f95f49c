"""The processes below `vouch run`: `python -m vouch.platform.operations._child web PORT | worker`."""

import os
import sys

from django.core.management import execute_from_command_line
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from vouch.platform.database import supervisor
from vouch.platform.operations._lifeline import children_follow_us, follow_parent

ADDRESS = "127.0.0.1"


def serve(port: int) -> None:
    """The web server. WSGI: Django answers several times slower under ASGI."""
    children_follow_us()
    Server(
        "vouch.config.wsgi:application",
        address=ADDRESS,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("VOUCH_WEB_WORKERS", "2")),
        blocking_threads=4,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
    ).serve()


def main() -> None:
    follow_parent()
    if sys.argv[1] == "web":
        serve(int(sys.argv[2]))
    else:
        with supervisor.hold():
            execute_from_command_line(["vouch", "worker"])


if __name__ == "__main__":
    main()
