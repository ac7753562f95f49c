"""Who keeps the embedded PostgreSQL running: as long as one holder lives, the server lives.

A holder has a shared flock on `holders.lock`; the kernel drops it however the process ends. One keeper per cluster (a small
detached process, the server's parent) restarts a server that dies, and stops it once it gets that lock exclusively, that is when
the last holder is gone. Starting and leaving happen under `start.lock`, so any number of cold starts give one server.
"""

import atexit
import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from vouch.platform.database import cluster as places
from vouch.platform.database.cluster import Cluster, locked, try_lock
from vouch.platform.database.home import InstallationError, home

START_SECONDS = 60.0

_held: dict[Path, "_Hold"] = {}


class _Hold:
    """This process's share in one server; counted, so nested holds are free."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.count = 0
        self.process = os.getpid()
        self.file = -1
        self.keeper: subprocess.Popen[bytes] | None = None

    def enter(self) -> None:
        self.cluster.make_folders()
        with locked(self.cluster.lock("start")):
            self.file = os.open(self.cluster.lock("holders"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self.file, fcntl.LOCK_SH)  # waits while a keeper is stopping its server
            try:
                if (free := try_lock(self.cluster.lock("keeper"))) is not None:
                    os.close(free)
                    self.cluster.stop()  # a server whose keeper was killed: nobody would restart or stop it
                    self.cluster.prepare()
                    self.keeper = _start_keeper(self.cluster)
                _wait_until_ready(self.cluster, self.keeper)
            except BaseException:
                os.close(self.file)
                raise

    def leave(self) -> None:
        """Let go; the last one waits until the server has stopped."""
        if self.process != os.getpid():  # a forked child shares the lock, it does not own it
            return
        with locked(self.cluster.lock("start")):
            os.close(self.file)
            if (last := try_lock(self.cluster.lock("holders"))) is None:
                return
            os.close(last)
            with locked(self.cluster.lock("keeper")):  # free once the keeper has stopped the server
                self.cluster.stop()  # nothing to do, unless the keeper itself was killed


def _start_keeper(cluster: Cluster) -> "subprocess.Popen[bytes]":
    root = Path(places.__file__).parents[3]
    with cluster.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "vouch.platform.database.keeper", str(cluster.home)],
            env={**os.environ, "PYTHONPATH": str(root)},
            cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,  # Ctrl-C in the terminal is for the holders
        )  # fmt: skip


def admin_connection(cluster: Cluster, *, database: str = "postgres") -> psycopg.Connection:
    """Connect as the cluster's superuser (only to set up roles and databases)."""
    return psycopg.connect(
        host=str(cluster.socket), user=places.SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
    )


def _wait_until_ready(cluster: Cluster, keeper: "subprocess.Popen[bytes] | None") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with admin_connection(cluster) as connection:
                _bootstrap(connection)
                return
        except psycopg.OperationalError as error:
            gone = keeper is not None and keeper.poll() is not None
            if gone or time.monotonic() > deadline:
                raise InstallationError(
                    f"内置数据库没有启动（{cluster.folder}）：{error}\n{cluster.log}:\n{cluster.log_tail()}"
                ) from error
        time.sleep(0.02)


def _bootstrap(connection: psycopg.Connection) -> None:
    """Roles and the database, where missing. The owner may create (test) databases; the app owns nothing."""
    present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role, options in ((places.OWNER, "LOGIN CREATEDB"), (places.APP, "LOGIN")):
        if role not in present:
            connection.execute(sql.SQL("CREATE ROLE {} " + options).format(sql.Identifier(role)))
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [places.DATABASE]).fetchone()
    if found is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(places.DATABASE), sql.Identifier(places.OWNER)
            )
        )


def _try_own_server() -> None:
    try:
        psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10).close()
    except psycopg.ProgrammingError:
        return  # not an address at all: the settings say what one looks like
    except psycopg.OperationalError as error:
        raise InstallationError(
            f"无法连接 DATABASE_URL 指定的数据库：{str(error).strip()}\n请检查地址、用户名、口令与网络。"
        ) from error


def uses_own_server() -> bool:
    """Whether the institution brings its own PostgreSQL."""
    return bool(os.environ.get("DATABASE_URL"))


def start() -> None:
    """Hold the server until `stop` or the end of this process. With a DATABASE_URL, only see that it answers.

    Raises InstallationError where there is no database to work with.
    """
    if uses_own_server():
        _try_own_server()
        return
    folder = home()
    hold = _held.get(folder)
    if hold is None:
        hold = _Hold(Cluster(folder))
        hold.enter()
        _held[folder] = hold
        atexit.register(stop_all)
    hold.count += 1


def stop() -> None:
    """Give back one `start`."""
    hold = _held.get(home())
    if hold is not None:
        hold.count -= 1
        if hold.count <= 0:
            del _held[home()]
            hold.leave()


def stop_all() -> None:
    while _held:
        _held.popitem()[1].leave()


@contextlib.contextmanager
def hold() -> Iterator[None]:
    """`with hold():` the database is there inside."""
    start()
    try:
        yield
    finally:
        stop()
