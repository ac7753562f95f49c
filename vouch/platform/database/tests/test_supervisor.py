"""The supervisor against real servers, real processes and kill -9."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from vouch.platform.database import cluster as places
from vouch.platform.database.cluster import Cluster
from vouch.platform.database.home import InstallationError, home

ROOT = Path(__file__).resolve().parents[4]

HOLDER = """
import sys
from vouch.platform.database import supervisor
with supervisor.hold():
    print("holding", flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that holds the server of a home until it is let go or killed."""

    def __init__(self, folder: Path) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER],
            cwd=ROOT,
            env={**environment, "VOUCH_HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for_database(self) -> Holder:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "holding\n", self.process.communicate()[1]
        return self

    def let_go(self) -> None:
        self.process.communicate(input="", timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


Hold = Callable[[], Holder]


@pytest.fixture
def hold(fresh_home: Path) -> Iterator[Hold]:
    """Start holders of the fresh home; those left are killed at the end, which stops the server."""
    holders: list[Holder] = []

    def start() -> Holder:
        holders.append(Holder(fresh_home))
        return holders[-1]

    yield start
    for holder in holders:
        if holder.process.returncode is None:
            holder.kill()
    eventually(lambda: not Cluster(fresh_home).is_running())


def eventually(condition: Callable[[], bool], *, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def connect(folder: Path, *, role: str = places.APP) -> psycopg.Connection:
    return psycopg.connect(
        host=str(Cluster(folder).socket),
        user=role,
        dbname=places.DATABASE,
        autocommit=True,
        connect_timeout=5,
    )


def answers(folder: Path) -> bool:
    with contextlib.suppress(psycopg.OperationalError), connect(folder) as connection:
        return connection.execute("SELECT true").fetchone() == (True,)
    return False


def server_id(folder: Path) -> int:
    return int((Cluster(folder).data / "postmaster.pid").read_text(encoding="utf-8").split()[0])


def test_eight_cold_starts_at_once_give_one_server(fresh_home: Path, hold: Hold) -> None:
    holders = [hold() for _ in range(8)]
    for holder in holders:
        holder.wait_for_database()
    log = Cluster(fresh_home).log.read_text(encoding="utf-8")
    assert log.count("ready to accept connections") == 1
    with connect(fresh_home) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (places.APP,)
    for holder in holders[:-1]:
        holder.let_go()
    assert answers(fresh_home)
    holders[-1].let_go()
    assert not Cluster(fresh_home).is_running()


def test_the_server_stops_although_its_last_holder_was_killed_with_9(fresh_home: Path, hold: Hold) -> None:
    first, second = hold().wait_for_database(), hold().wait_for_database()
    first.kill()
    time.sleep(0.5)
    assert answers(fresh_home)
    second.kill()
    eventually(lambda: not Cluster(fresh_home).is_running())
    hold().wait_for_database().let_go()


def test_a_server_killed_with_9_comes_back_with_everything_that_was_committed(
    fresh_home: Path, hold: Hold
) -> None:
    hold().wait_for_database()
    with connect(fresh_home, role=places.OWNER) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    killed = server_id(fresh_home)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: answers(fresh_home) and server_id(fresh_home) != killed)
    with connect(fresh_home, role=places.OWNER) as connection:
        assert connection.execute("SELECT count(*), sum(n) FROM kept").fetchone() == (1000, 500500)


def test_a_stale_process_id_that_belongs_to_another_program_now_does_not_stop_the_start(
    fresh_home: Path, hold: Hold
) -> None:
    hold().wait_for_database().let_go()
    cluster = Cluster(fresh_home)
    user = cluster.server_user
    as_server: dict[str, Any] = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    )
    with subprocess.Popen(["sleep", "60"], **as_server) as stranger:
        stale = cluster.data / "postmaster.pid"
        stale.write_text(f"{stranger.pid}\n{cluster.data}\n1\n5432\n{cluster.socket}\n\n  1 1\nready\n")
        if user:
            os.chown(stale, user.pw_uid, user.pw_gid)
        hold().wait_for_database().let_go()
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_whose_keeper_was_killed_is_taken_over_by_the_next_holder(
    fresh_home: Path, hold: Hold
) -> None:
    holder = hold().wait_for_database()
    found = subprocess.run(
        ["pgrep", "-f", f"vouch.platform.database.keeper {fresh_home}"],
        capture_output=True,
        text=True,
        check=True,
    )
    os.kill(int(found.stdout), signal.SIGKILL)
    assert answers(fresh_home)
    second = hold().wait_for_database()
    assert answers(fresh_home)
    second.let_go()
    holder.let_go()
    assert not Cluster(fresh_home).is_running()


def test_nobody_else_can_reach_the_data(fresh_home: Path, hold: Hold) -> None:
    hold().wait_for_database()
    cluster = Cluster(fresh_home)
    for folder in (cluster.folder, cluster.data, cluster.socket):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with connect(fresh_home) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
    access = (cluster.data / "pg_hba.conf").read_text(encoding="utf-8").split("\n")
    assert [line for line in access if line] == ["local all all peer map=vouch"]
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        connect(fresh_home, role="pg_monitor")


def test_letters_beyond_ascii_are_letters(fresh_home: Path, hold: Hold) -> None:
    hold().wait_for_database()
    with connect(fresh_home, role=places.OWNER) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute(
            "SELECT similarity('融资担保有限公司', '担保公司') > 0, upper('é')"
        ).fetchone()
    assert row == (True, "É")


def test_a_path_too_long_for_a_socket_gets_a_short_one_elsewhere(fresh_home: Path) -> None:
    deep = fresh_home.joinpath(*["a-rather-long-name-for-a-folder"] * 4)
    deep.mkdir(parents=True)
    holder = Holder(deep).wait_for_database()
    try:
        assert answers(deep)
        socket = Cluster(deep).socket
        assert deep not in socket.parents
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    finally:
        holder.let_go()
    socket.rmdir()


def test_a_home_that_cannot_be_made_says_so_in_plain_words(
    fresh_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = fresh_home / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("VOUCH_HOME", str(in_the_way / "below"))
    with pytest.raises(InstallationError, match=r"数据目录不可用.*VOUCH_HOME"):
        home()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another user")
def test_root_is_told_when_the_servers_user_cannot_reach_the_home(fresh_home: Path) -> None:
    closed = fresh_home / "closed"
    closed.mkdir(mode=0o700)
    holder = Holder(closed / "home")
    error = holder.process.communicate(timeout=30)[1]
    assert holder.process.returncode == 1
    assert "无法进入" in error
    assert str(closed) in error
