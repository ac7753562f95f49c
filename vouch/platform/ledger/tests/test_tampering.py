"""Whatever the database's superuser does to the ledger with triggers off, a verification finds and names it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from vouch.platform.ledger import _record
from vouch.platform.ledger._heads import Witness, sign_head, witness
from vouch.platform.ledger._keys import signing_key
from vouch.platform.ledger._verify import Report, verify
from vouch.platform.ledger.merkle import Frontier
from vouch.platform.ledger.tests.attacker import attacker

pytestmark = pytest.mark.django_db(transaction=True)

Link = psycopg.Connection[Any]
SEALED, YOUNG = 40, 6
OTHER = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
INSERT = """
    INSERT INTO ledger_entry (id, at, recorded_at, event, actor_id, actor_label, subject_kind, subject_id,
                              before, after, purpose, request_id, bulk, mac)
    SELECT %s, at, recorded_at, event, actor_id, actor_label, subject_kind, subject_id,
           before, after, purpose, request_id, bulk, mac FROM ledger_entry WHERE id = %s
"""


@pytest.fixture
def link(write: Callable[[int], None], seal: Callable[[], int]) -> Any:
    """The attacker, before a ledger of 40 sealed entries under four heads, and six young ones."""
    for _ in range(4):
        write(SEALED // 4)
        seal()
    write(YOUNG)
    with attacker() as found:
        found.execute("ALTER TABLE ledger_leaf DROP CONSTRAINT ledger_leaf_number_from_zero")
        yield found


def check(link: Link, away: Witness | None = None) -> Report:
    return verify(link, away=away or witness(), key=signing_key().public_key())


def column(link: Link, statement: str) -> list[str]:
    return [str(row[0]) for row in link.execute(statement).fetchall()]


def sealed(link: Link) -> list[str]:
    return column(link, "SELECT entry_id FROM ledger_leaf ORDER BY number")


def young(link: Link) -> list[str]:
    return column(
        link, "SELECT id FROM ledger_entry WHERE id NOT IN (SELECT entry_id FROM ledger_leaf) ORDER BY at"
    )


def named(report: Report) -> set[str]:
    assert not report.is_intact
    return {finding.entry for finding in report.findings}


def leaf_of(link: Link, entry: str) -> bytes:
    with link.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        row = cursor.execute(f"SELECT {_record.SELECT} FROM ledger_entry e WHERE id = %s", [entry]).fetchone()
    assert row
    return _record.leaf_of(_record.body(row), row["mac"])


def test_an_intact_ledger_is_intact(link: Link) -> None:
    report = check(link)
    assert report.findings == []
    assert (report.leaves, report.heads, report.young, report.unsent) == (SEALED, 4, YOUNG, 0)


EDITS = {
    "at": "at + interval '1 microsecond'",
    "recorded_at": "recorded_at - interval '1 microsecond'",
    "event": "event || 'x'",
    "actor_id": "'user:2'",
    "actor_label": "upper(actor_label) || ' '",
    "subject_kind": "'other'",
    "subject_id": "subject_id || '0'",
    "before": "coalesce(before, '{}') || '{\"amount\": 3.00000000000000000000000001}'",
    "after": "coalesce(after, '{}') || '{\"rate\": 10000000000000000000001}'",
    "purpose": "purpose || 'x'",
    "request_id": "request_id || 'x'",
    "bulk": "CASE WHEN bulk IS NULL THEN 'null'::jsonb ELSE NULL END",
    "mac": "set_byte(mac, 5, get_byte(mac, 5) # 1)",
    "id": "gen_random_uuid()",
}


@pytest.mark.parametrize("field", EDITS)
def test_an_edited_field_names_its_entry(field: str, link: Link) -> None:
    for entry in (sealed(link)[13], sealed(link)[9], young(link)[2]):
        link.execute("SAVEPOINT clean")
        new = link.execute(
            f"UPDATE ledger_entry SET {field} = {EDITS[field]} WHERE id = %s RETURNING id", [entry]
        ).fetchone()
        assert new
        assert entry in named(check(link)) or str(new[0]) in named(check(link))
        link.execute("ROLLBACK TO SAVEPOINT clean")
    assert check(link).is_intact


def test_an_edit_with_its_leaf_hash_made_to_fit_is_named(link: Link) -> None:
    entry = sealed(link)[21]
    link.execute("UPDATE ledger_entry SET actor_label = '别人' WHERE id = %s", [entry])
    link.execute("UPDATE ledger_leaf SET hash = %s WHERE entry_id = %s", [leaf_of(link, entry), entry])
    assert named(check(link)) == {entry}


def test_a_timestamp_that_no_calendar_has_is_named_and_does_not_stop_the_verification(link: Link) -> None:
    entry = sealed(link)[3]
    link.execute("UPDATE ledger_entry SET at = 'infinity' WHERE id = %s", [entry])
    assert named(check(link)) == {entry}


def test_a_deleted_entry_is_named(link: Link) -> None:
    entry = sealed(link)[17]
    link.execute("DELETE FROM ledger_entry WHERE id = %s", [entry])
    assert named(check(link)) == {entry}


def test_an_entry_deleted_with_its_leaf_is_named(link: Link) -> None:
    entry = sealed(link)[17]
    link.execute("DELETE FROM ledger_entry WHERE id = %s", [entry])
    link.execute("DELETE FROM ledger_leaf WHERE entry_id = %s", [entry])
    assert named(check(link)) == {entry}


def test_an_entry_deleted_with_its_leaf_and_the_gap_closed_is_named(link: Link) -> None:
    entry = sealed(link)[17]
    link.execute("DELETE FROM ledger_entry WHERE id = %s", [entry])
    link.execute("DELETE FROM ledger_leaf WHERE entry_id = %s", [entry])
    link.execute("UPDATE ledger_leaf SET number = -number WHERE number > 17")
    link.execute("UPDATE ledger_leaf SET number = -number - 1 WHERE number < 0")
    assert entry in named(check(link))


def test_an_inserted_entry_is_named(link: Link) -> None:
    link.execute(INSERT, [OTHER, sealed(link)[4]])
    assert named(check(link)) == {OTHER}


def test_an_entry_inserted_among_the_leaves_is_named(link: Link) -> None:
    link.execute(INSERT, [OTHER, sealed(link)[4]])
    link.execute("UPDATE ledger_leaf SET number = -number - 1 WHERE number >= 20")
    link.execute("UPDATE ledger_leaf SET number = -number WHERE number < 0")
    link.execute("INSERT INTO ledger_leaf VALUES (20, %s, %s)", [OTHER, leaf_of(link, OTHER)])
    assert OTHER in named(check(link))


def test_an_entry_inserted_as_the_newest_leaf_is_named(link: Link) -> None:
    link.execute(INSERT, [OTHER, sealed(link)[4]])
    link.execute("INSERT INTO ledger_leaf VALUES (%s, %s, %s)", [SEALED, OTHER, leaf_of(link, OTHER)])
    assert named(check(link)) == {OTHER}


def test_two_swapped_leaves_are_named(link: Link) -> None:
    one, two = sealed(link)[5], sealed(link)[30]
    link.execute("UPDATE ledger_leaf SET number = 1000 WHERE entry_id = %s", [one])
    link.execute("UPDATE ledger_leaf SET number = 5 WHERE entry_id = %s", [two])
    link.execute("UPDATE ledger_leaf SET number = 30 WHERE entry_id = %s", [one])
    assert named(check(link)) == {one, two}


def test_two_entries_with_their_contents_swapped_are_named(link: Link) -> None:
    one, two = sealed(link)[5], sealed(link)[30]
    for old, new in ((one, OTHER), (two, one), (OTHER, two)):
        link.execute("UPDATE ledger_entry SET id = %s WHERE id = %s", [new, old])
    assert named(check(link)) == {one, two}


def cut_tail(link: Link, *, keep: int) -> set[str]:
    gone = set(sealed(link)[keep:])
    link.execute("DELETE FROM ledger_entry WHERE id = ANY(%s)", [list(gone)])
    link.execute("DELETE FROM ledger_leaf WHERE number >= %s", [keep])
    link.execute("DELETE FROM ledger_head WHERE size > %s", [keep])
    return gone


@pytest.mark.parametrize("keep", [0, 20, 30, 35])
def test_a_tail_cut_after_its_head_was_sent_away_is_named(keep: int, link: Link) -> None:
    gone = cut_tail(link, keep=keep)
    assert gone <= named(check(link))


def test_a_tail_cut_and_grown_again_with_our_own_key_is_found_by_what_was_sent_away(
    link: Link, now: datetime
) -> None:
    gone = cut_tail(link, keep=30)
    frontier = Frontier()
    for row in link.execute("SELECT hash FROM ledger_leaf ORDER BY number").fetchall():
        frontier.append(row[0])
    for number, entry in enumerate(young(link), start=30):
        frontier.append(leaf_of(link, entry))
        link.execute("INSERT INTO ledger_leaf VALUES (%s, %s, %s)", [number, entry, leaf_of(link, entry)])
    head = sign_head(signing_key(), size=frontier.size, root=frontier.root(), at=now)
    link.execute(
        "INSERT INTO ledger_head VALUES (%s, %s, %s, %s, %s, %s)",
        [head.size, head.root, frontier.to_bytes(), now, head.key_id, head.signature],
    )
    assert gone <= named(check(link))


def test_heads_alone_tell_of_a_cut_tail_where_the_copy_of_leaves_was_lost(
    link: Link, heads_dir: Path
) -> None:
    (heads_dir / "leaves.bin").unlink()
    assert check(link).is_intact
    cut_tail(link, keep=30)
    assert "尾部被截断" in check(link).findings[-1].text


def test_without_anything_sent_away_an_edit_is_still_named(link: Link, heads_dir: Path) -> None:
    shutil.rmtree(heads_dir)
    entry = sealed(link)[21]
    link.execute("UPDATE ledger_entry SET actor_label = '别人' WHERE id = %s", [entry])
    link.execute("UPDATE ledger_leaf SET hash = %s WHERE entry_id = %s", [leaf_of(link, entry), entry])
    report = check(link)
    assert entry in named(report)
    assert any("与第 20 至 29 号分录不符" in finding.text for finding in report.findings)


def test_a_young_entry_forged_without_the_key_is_named(link: Link) -> None:
    link.execute(INSERT, [OTHER, young(link)[0]])
    link.execute(
        "UPDATE ledger_entry SET after = '{\"amount\": 1}', mac = %s WHERE id = %s", [bytes(32), OTHER]
    )
    assert named(check(link)) == {OTHER}


HEAD_EDITS = [
    "DELETE FROM ledger_head WHERE size = 20",
    "UPDATE ledger_head SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = 20",
    "UPDATE ledger_head SET at = at + interval '1 s' WHERE size = 20",
    "UPDATE ledger_head SET signature = set_byte(signature, 9, get_byte(signature, 9) # 1) WHERE size = 40",
    "UPDATE ledger_head SET edge = set_byte(edge, 0, get_byte(edge, 0) # 1) WHERE size = 30",
    "UPDATE ledger_head SET size = 25 WHERE size = 20",
    "UPDATE ledger_head SET at = 'infinity' WHERE size = 20",
    "INSERT INTO ledger_head SELECT 15, root, edge, at, key_id, signature FROM ledger_head WHERE size = 20",
    "INSERT INTO ledger_head SELECT 400, root, edge, at, key_id, signature FROM ledger_head WHERE size = 20",
    "UPDATE ledger_leaf SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE number = 7",
    "DELETE FROM ledger_leaf WHERE number = 7",
    "UPDATE ledger_leaf SET number = 1000000000000000 WHERE number = 39",
    "INSERT INTO ledger_block VALUES (0, 'x')",
]


@pytest.mark.parametrize("statement", HEAD_EDITS)
def test_a_tampered_tree_is_found(statement: str, link: Link) -> None:
    link.execute(statement)
    assert not check(link).is_intact


def random_tampering(link: Link, dice: random.Random) -> set[str]:
    """Do something, and return entries one of which must be named."""
    old = dice.random() < 0.8
    ids = sealed(link) if old else young(link)
    entry, other = dice.sample(ids, 2)
    kind = dice.choice(
        ["edit", "edit", "fitted", "delete", "erase", "insert", "swap", "cut"] if old else ["edit", "forge"]
    )
    if kind in {"edit", "fitted"}:
        field = dice.choice(list(EDITS))
        [new] = link.execute(
            f"UPDATE ledger_entry SET {field} = {EDITS[field]} WHERE id = %s RETURNING id", [entry]
        ).fetchall()
        if kind == "fitted":
            link.execute(
                "UPDATE ledger_leaf SET hash = %s WHERE entry_id = %s", [leaf_of(link, str(new[0])), entry]
            )
        return {entry, str(new[0])}
    if kind in {"delete", "erase"}:
        link.execute("DELETE FROM ledger_entry WHERE id = %s", [entry])
        if kind == "erase":
            link.execute("DELETE FROM ledger_leaf WHERE entry_id = %s", [entry])
        return {entry}
    if kind in {"insert", "forge"}:
        link.execute(INSERT, [OTHER, entry])
        return {OTHER}
    if kind == "swap":
        places = {pk: ids.index(pk) for pk in (entry, other)}
        link.execute("UPDATE ledger_leaf SET number = -1 WHERE entry_id = %s", [entry])
        link.execute("UPDATE ledger_leaf SET number = %s WHERE entry_id = %s", [places[entry], other])
        link.execute("UPDATE ledger_leaf SET number = %s WHERE entry_id = %s", [places[other], entry])
        return {entry, other}
    return cut_tail(link, keep=dice.randrange(SEALED))


def test_a_thousand_random_tamperings_are_all_found_and_named(link: Link) -> None:
    dice = random.Random(20261122)  # noqa: S311 - dice, not keys
    missed = []
    for number in range(1000):
        link.execute("SAVEPOINT clean")
        wanted = random_tampering(link, dice)
        report = check(link)
        if report.is_intact or not wanted & named(report):
            missed.append((number, wanted, report.findings[:3]))
        link.execute("ROLLBACK TO SAVEPOINT clean")
        link.execute("RELEASE SAVEPOINT clean")
    assert missed == []
    assert check(link).is_intact
