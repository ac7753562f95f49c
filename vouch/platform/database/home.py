"""Where an installation keeps what is its own: the embedded database, keys, imported files."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The installation's folder: ``VOUCH_HOME``, else the user's data folder (for root ``/var/lib/vouch``).

    Made on first use, closed to everyone else.
    """
    named = os.environ.get("VOUCH_HOME")
    if named:
        folder = Path(named).expanduser()
    elif os.geteuid() == 0:
        folder = Path("/var/lib/vouch")
    else:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        folder = Path(data) / "vouch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
