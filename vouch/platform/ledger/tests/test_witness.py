"""The database is set up anew, or restored, and the witness knows of more: said plainly, and mended by a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from vouch.platform.ledger._heads import Witness
from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.queries import newest_head, sent_head, verification

pytestmark = pytest.mark.django_db(transaction=True)

Write = Callable[[int], None]
Seal = Callable[[], int]


def elsewhere_ahead(folder: Path, *, by: int) -> None:
    """The witness tells of a tree that went on for so many leaves after the newest head here."""
    head = sent_head()
    assert head is not None
    with (folder / "heads.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps({**head.document, "size": head.size + by}) + "\n")
    with (folder / "leaves.bin").open("ab") as out:
        out.write(bytes(48 * by))


def test_sealing_says_what_to_do_where_the_witness_is_ahead(
    write: Write, seal: Seal, heads_dir: Path
) -> None:
    write(3)
    seal()
    elsewhere_ahead(heads_dir, by=4)
    write(1)
    with pytest.raises(
        CommandError, match=r"库中最新树头（3 条）与已外送的树头（7 条）不一致.*vouch ledger restart-witness"
    ):
        call_command("ledger", "seal")


def test_sealing_says_what_to_do_where_the_database_was_set_up_anew(
    write: Write, seal: Seal, heads_dir: Path
) -> None:
    heads_dir.mkdir(parents=True)
    old = {"format": "vouch-head/1", "size": 5, "root": "00" * 32, "at": "", "key": "", "signature": "00"}
    (heads_dir / "heads.jsonl").write_text(json.dumps(old) + "\n")
    (heads_dir / "leaves.bin").write_bytes(bytes(48 * 5))
    write(1)
    with pytest.raises(CommandError, match=r"曾有 5 条分录，但库中没有树头.*vouch ledger restart-witness"):
        call_command("ledger", "seal")
    call_command("ledger", "restart-witness")
    call_command("ledger", "seal")
    head = sent_head()
    assert head is not None
    assert head.size == 2
    assert verification().is_intact


def test_the_witness_goes_on_from_what_is_true_and_keeps_the_rest_as_evidence(
    write: Write, seal: Seal, heads_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(3)
    seal()
    write(2)
    seal()
    before = {name: (heads_dir / name).read_bytes() for name in ("heads.jsonl", "leaves.bin")}
    elsewhere_ahead(heads_dir, by=4)
    call_command("ledger", "restart-witness")
    assert "旧树头已归档到" in capsys.readouterr().out
    [aside] = heads_dir.glob("superseded-*")
    assert len((aside / "leaves.bin").read_bytes()) == 48 * 9
    assert len(list(Witness(aside).heads())) == 3
    # What both agree on is still held against the table.
    assert {name: (heads_dir / name).read_bytes() for name in before} == before
    entry = Entry.objects.get(event="ledger.witness.restarted")
    assert (entry.before or {})["size"] == 9
    assert (entry.after or {})["size"] == 5
    call_command("ledger", "seal")
    head = newest_head()
    assert head is not None
    assert head.size == 6
    assert verification().is_intact
    call_command("ledger", "restart-witness")
    assert "无需处理" in capsys.readouterr().out
