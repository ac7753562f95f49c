"""Where an installation keeps its own: database, keys, files."""

import os
from pathlib import Path


class InstallationError(RuntimeError):
    """This installation cannot run as it is; the message (Chinese) says what to do. The command line prints it and exits 1."""


def home() -> Path:
    """The folder, made if missing: VOUCH_HOME, else the user's data directory, for root /var/lib/vouch.

    Raises InstallationError where it cannot be made.
    """
    if given := os.environ.get("VOUCH_HOME"):
        folder = Path(given).expanduser().absolute()
    elif os.geteuid() == 0:
        folder = Path("/var/lib/vouch")
    else:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        folder = Path(data) / "vouch"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            # root lends the database to another user, who must be able to pass through
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise InstallationError(
            f"数据目录不可用：{folder}（{error.strerror}）。请检查权限，或用环境变量 VOUCH_HOME 另行指定。"
        ) from error
    return folder
