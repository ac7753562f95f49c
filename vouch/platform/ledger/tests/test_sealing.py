"""The sealer: every committed entry gets one place, heads are signed and sent away, proofs hold offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vouch.platform.database.connection import owner_connection
from vouch.platform.ledger import _record, queries
from vouch.platform.ledger._heads import SignedHead, witness
from vouch.platform.ledger._keys import entry_key, signing_key
from vouch.platform.ledger._proof import fault_of
from vouch.platform.ledger.action import Entry as Door
from vouch.platform.ledger.action import Refused, action
from vouch.platform.ledger.actions import Sealer, seal_batch, seal_entries, send_heads_away
from vouch.platform.ledger.models import Block, Entry, Head, Leaf
from vouch.platform.ledger.terms import LedgerBroken
from vouch.platform.ledger.testing import writing
from vouch.platform.ledger.tests.attacker import TABLES, attacker
from vouch.platform.ledger.tests.conftest import Clerk, anyone

pytestmark = pytest.mark.django_db(transaction=True)

Write = Callable[[int], None]
Seal = Callable[[], int]


@action("test.value.kept", may=anyone)
def keep(entry: Door, *, actor: Clerk, at: datetime, value: Any) -> None:
    entry.about("value", 1, before={}, after={"value": value})


def test_entries_get_places_without_gaps_and_a_second_seal_finds_nothing(write: Write, seal: Seal) -> None:
    write(12)
    assert seal() == 12
    assert seal() == 0
    write(3)
    assert seal() == 3
    assert list(Leaf.objects.order_by("number").values_list("number", flat=True)) == list(range(15))
    assert list(Head.objects.order_by("size").values_list("size", flat=True)) == [12, 15]
    assert queries.verification().is_intact


def test_only_the_installation_seals(now: datetime) -> None:
    with pytest.raises(Refused):
        seal_batch(actor=Clerk(), at=now, after=(now, Entry().id))


def test_an_entry_of_an_open_transaction_waits_and_is_sealed_after_its_commit(
    write: Write, seal: Seal
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(1)
            inside.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert inside.wait(10)
    assert seal() == 0
    go_on.set()
    thread.join()
    assert seal() == 1


def test_sealers_at_the_same_time_do_not_get_in_each_others_way(write: Write, now: datetime) -> None:
    write(300)
    counts: list[int] = []

    def run() -> None:
        counts.append(seal_entries(actor=Sealer(), at=now).count)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 300
    assert queries.verification().is_intact


def test_an_entry_without_our_seal_gets_no_place_and_is_named(write: Write, seal: Seal) -> None:
    write(3)
    with writing():
        forged = Entry.objects.create(
            at="2026-01-01T00:00Z",
            event="x.y",
            actor_id="user:1",
            subject_kind="a",
            subject_id="1",
            mac=bytes(32),
        )
    with pytest.raises(CommandError):
        call_command("ledger", "seal")
    assert Leaf.objects.count() == 3
    [finding] = queries.verification().findings
    assert finding.entry == str(forged.pk)


def test_blocks_of_256_leaves_serve_proofs_of_old_and_new_entries(write: Write, seal: Seal) -> None:
    for count in (200, 400, 3):
        write(count)
        seal()
    assert Block.objects.count() == 2
    old = queries.head_of_size(200)
    assert old
    for number in (0, 199, 255, 256, 511, 512, 602):
        entry = Leaf.objects.get(number=number).entry_id
        proof, head = queries.proof_of(entry)
        assert fault_of(proof, head=head.document, key=signing_key().public_key()) == ""
    growth, head = queries.growth_since(old)
    assert fault_of(growth, head=head.document, key=signing_key().public_key()) == ""
    assert queries.verification().is_intact


def test_an_entry_that_waits_for_its_seal_has_no_proof_yet(write: Write) -> None:
    write(1)
    with pytest.raises(queries.NotSealed, match="封存"):
        queries.proof_of(Entry.objects.get().pk)


def test_a_proof_is_not_made_from_a_changed_entry(write: Write, seal: Seal) -> None:
    write(5)
    seal()
    entry = Entry.objects.first()
    assert entry
    with attacker() as link:
        link.execute("UPDATE ledger_entry SET actor_label = 'x' WHERE id = %s", [entry.pk])
        link.commit()
    with pytest.raises(LedgerBroken, match="verify"):
        queries.proof_of(entry.pk)


def test_the_sealer_does_not_build_on_a_ledger_that_was_cut_or_rewritten(write: Write, seal: Seal) -> None:
    write(5)
    seal()
    write(5)
    seal()
    write(1)
    with attacker() as link:
        link.execute("DELETE FROM ledger_leaf WHERE number >= 5")
        link.execute("DELETE FROM ledger_head WHERE size > 5")
        link.commit()
    with pytest.raises(LedgerBroken, match="外送"):
        seal()


def test_what_a_crash_left_half_written_is_sent_again(write: Write, seal: Seal, heads_dir: Path) -> None:
    write(5)
    seal()
    whole = {name: (heads_dir / name).read_bytes() for name in ("heads.jsonl", "leaves.bin")}
    write(5)
    seal()
    both = {name: (heads_dir / name).read_bytes() for name in whole}
    for name, content in whole.items():
        (heads_dir / name).write_bytes(content + both[name][len(content) : len(content) + 50])
    assert queries.verification().is_intact
    assert send_heads_away() == 1
    assert {name: (heads_dir / name).read_bytes() for name in whole} == both
    assert send_heads_away() == 0


def test_sealing_goes_on_when_heads_cannot_be_sent_and_sends_them_later(
    write: Write, seal: Seal, heads_dir: Path
) -> None:
    heads_dir.parent.mkdir(exist_ok=True)
    heads_dir.write_text("a file in the way")
    write(2)
    with pytest.raises(OSError, match="exists"):
        seal()
    heads_dir.unlink()
    assert witness().last_head() is None
    write(2)
    seal()
    head = witness().last_head()
    assert head
    assert head.size == 4
    assert queries.verification().is_intact


@pytest.mark.parametrize("table", TABLES)
def test_the_running_role_may_add_and_read_and_nothing_else(table: str, write: Write, seal: Seal) -> None:
    write(300)
    seal()
    with writing(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == connection.settings_dict["APP_ROLE"]
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
        column = "id" if table == "ledger_entry" else "root" if table == "ledger_head" else "number"
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
def test_the_owner_is_stopped_by_triggers(table: str, write: Write, seal: Seal) -> None:
    write(300)
    seal()
    column = "id" if table == "ledger_entry" else "root" if table == "ledger_head" else "number"
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with owner_connection() as owner, pytest.raises(Exception, match="Cannot"):
            owner.execute(statement)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(value=JSON)
def test_whatever_json_an_entry_holds_its_seal_fits_what_the_database_gives_back(
    value: Any, now: datetime
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        keep(actor=Clerk(), at=now, value=value)
        cursor.execute(f"SELECT {_record.SELECT} FROM ledger_entry e")
        names = [column[0] for column in cursor.description]
        columns = dict(zip(names, cursor.fetchone(), strict=True))
        assert _record.is_sealed(_record.body(columns), columns["mac"])
        transaction.set_rollback(True)


def test_a_seal_of_another_key_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _record.seal(b"entry")
    monkeypatch.setenv("VOUCH_LEDGER_KEY", "11" * 32)
    entry_key.cache_clear()
    try:
        assert not _record.is_sealed(b"entry", made)
    finally:
        entry_key.cache_clear()


def vouch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vouch", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def papers(write: Write, seal: Seal, tmp_path: Path) -> dict[str, Path]:
    """A proof with its head and key, as files."""
    write(9)
    seal()
    found = {name: tmp_path / name for name in ("proof.json", "head.json", "key.pub")}
    entry = str(Leaf.objects.get(number=4).entry_id)
    proof, head, key = map(str, found.values())
    call_command("ledger", "prove", entry, "--out", proof, "--head", head, "--key", key)
    return found


def test_a_partner_checks_a_proof_without_a_database(papers: dict[str, Path], tmp_path: Path) -> None:
    proof, head, key = map(str, papers.values())
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "VOUCH_HOME": str(tmp_path / "empty")}
    good = vouch("ledger", "check-proof", proof, "--head", head, "--key", key, **nowhere)
    assert (good.returncode, good.stdout.strip()) == (0, "证明成立。"), good.stderr
    document = json.loads(papers["proof.json"].read_text())
    document["entry"]["actor_label"] = "别人"
    papers["proof.json"].write_text(json.dumps(document))
    bad = vouch("ledger", "check-proof", proof, "--head", head, "--key", key, **nowhere)
    assert bad.returncode == 1
    assert "证明不成立" in bad.stderr
    assert not (tmp_path / "empty" / "postgresql-18").exists()


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "leaf": lambda proof: proof | {"leaf": 5},
    "size": lambda proof: proof | {"size": 8},
    "mac": lambda proof: proof | {"mac": "00" * 32},
    "path": lambda proof: proof | {"path": proof["path"][:-1]},
    "format": lambda proof: proof | {"format": "vouch-proof/9"},
    "not hex": lambda proof: proof | {"path": ["zz"]},
    "no entry": lambda proof: {key: value for key, value in proof.items() if key != "entry"},
    "a list": lambda proof: [proof],
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_proof_does_not_hold_and_says_so(how: str, papers: dict[str, Path]) -> None:
    proof, head = (json.loads(papers[name].read_text()) for name in ("proof.json", "head.json"))
    key = signing_key().public_key()
    assert fault_of(proof, head=head, key=key) == ""
    assert fault_of(SPOILT[how](proof), head=head, key=key) != ""


def test_a_head_signed_by_another_key_does_not_serve(papers: dict[str, Path]) -> None:
    proof, head = (json.loads(papers[name].read_text()) for name in ("proof.json", "head.json"))
    other = Ed25519PrivateKey.generate().public_key()
    assert "签名" in fault_of(proof, head=head, key=other)
    assert "签名" in fault_of(proof, head=head | {"size": 10}, key=signing_key().public_key())


def test_the_command_verifies_and_its_exit_code_tells(write: Write, seal: Seal, capsys: Any) -> None:
    write(4)
    call_command("ledger", "seal", "--recent")
    call_command("ledger", "verify")
    assert "操作日志完好" in capsys.readouterr().out
    entry = Leaf.objects.get(number=2).entry_id
    with attacker() as link:
        link.execute("DELETE FROM ledger_entry WHERE id = %s", [entry])
        link.commit()
    with pytest.raises(CommandError, match="1 处"):
        call_command("ledger", "verify")
    assert f"分录 {entry}：第 2 号分录被删除" in capsys.readouterr().out


def test_growth_is_proved_from_an_old_head_file(write: Write, seal: Seal, tmp_path: Path) -> None:
    write(5)
    seal()
    old = queries.newest_head()
    assert old
    (tmp_path / "old.json").write_text(json.dumps(old.document))
    write(6)
    seal()
    proof, head, key = (str(tmp_path / name) for name in ("growth.json", "head.json", "key.pub"))
    call_command("ledger", "prove-growth", str(tmp_path / "old.json"), "--out", proof, "--head", head)
    Path(key).write_bytes(queries.public_key())
    call_command("ledger", "check-proof", proof, "--head", head, "--key", key)
    document = json.loads(Path(proof).read_text())
    changed = SignedHead.read(document["old"] | {"root": "00" * 32}).document
    Path(proof).write_text(json.dumps(document | {"old": changed}))
    with pytest.raises(CommandError, match="签名"):
        call_command("ledger", "check-proof", proof, "--head", head, "--key", key)


def test_a_worker_seals_within_seconds_without_leaving_jobs_behind(write: Write, heads_dir: Path) -> None:
    write(3)
    place = connection.settings_dict
    address = f"postgresql:///{place['NAME']}?host={place['HOST']}&user={place['USER']}"
    environment = {"VOUCH_BEATS": "on", "VOUCH_SEAL_SECONDS": "0.2", "VOUCH_HEADS_DIR": str(heads_dir)}
    if os.environ.get("DATABASE_URL"):
        pytest.skip("starts a worker on the embedded server's test database")
    worker = subprocess.Popen(
        [sys.executable, "-m", "vouch", "worker"], env=os.environ | environment | {"DATABASE_URL": address}
    )

    def all_sealed() -> bool:
        """Those that other rooms' beats write when a worker starts, too."""
        sealed = Leaf.objects.values("entry_id")
        return not Entry.objects.filter(actor_label=Clerk().label).exclude(pk__in=sealed).exists()

    try:
        wait_for(all_sealed)
        write(2)
        wait_for(all_sealed)
    finally:
        worker.terminate()
        assert worker.wait(20) == 0
    with connection.cursor() as cursor:
        # Other rooms' daily jobs may fall due, whatever a worker is started for.
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'ledger.%'")
        assert cursor.fetchone()[0] == 0
    assert queries.verification().is_intact


def wait_for(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
