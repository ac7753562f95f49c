"""The form of a backup on disk: what was touched is told by its name."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from vouch.platform.operations._archive import (
    PIECE_BYTES,
    BackupBroken,
    SealedFile,
    SealingFile,
    new_content_key,
    opened_blocks,
)
from vouch.platform.operations._keys_kept import KEYS, KeysUnreadable, open_keys, place_keys, sealed_keys
from vouch.platform.vault import ring as ring_module
from vouch.platform.vault.ciphers import Secret
from vouch.platform.vault.ring import new_ring

BACKUP = UUID(int=7)
PLAIN = b"".join(number.to_bytes(4, "big") for number in range(PIECE_BYTES))  # four pieces
PASSPHRASE = "十二个字符以上的备份口令才行"


@pytest.fixture
def key() -> Secret:
    return new_content_key(new_ring(), BACKUP)[0]


@pytest.fixture
def sealed(tmp_path: Path, key: Secret) -> SealedFile:
    out = SealingFile(tmp_path, "tables/firms.sealed", backup=BACKUP, key=key)
    for start in range(0, len(PLAIN), 700_001):
        out.write(PLAIN[start : start + 700_001])
    return out.close()


def read(folder: Path, sealed: SealedFile, key: Secret, backup: UUID = BACKUP) -> bytes:
    return b"".join(opened_blocks(folder, sealed, backup=backup, key=key))


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_was_written_is_read_under_both_ciphers(
    tmp_path: Path, key: Secret, settings: Settings, cipher: str, size: int
) -> None:
    settings.VOUCH_CIPHER = cipher
    out = SealingFile(tmp_path, "files.sealed", backup=BACKUP, key=key)
    out.write(PLAIN[:size])
    file = out.close()
    assert read(tmp_path, file, key) == PLAIN[:size]
    assert PLAIN[:64] not in (tmp_path / file.file).read_bytes()
    assert (tmp_path / file.file).stat().st_mode & 0o777 == 0o600


def test_a_file_cut_anywhere_is_told_with_its_name(tmp_path: Path, sealed: SealedFile, key: Secret) -> None:
    path = tmp_path / sealed.file
    whole = path.read_bytes()
    first_piece = 4 + int.from_bytes(whole[:4], "big")
    for size in (0, 1, 3, 4, 100, first_piece, first_piece + 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(BackupBroken, match=r"firms\.sealed.*截断"):
            read(tmp_path, sealed, key)
    path.unlink()
    with pytest.raises(BackupBroken, match=r"firms\.sealed 不存在"):
        read(tmp_path, sealed, key)


def test_a_changed_byte_anywhere_is_told_with_its_name(
    tmp_path: Path, sealed: SealedFile, key: Secret
) -> None:
    path = tmp_path / sealed.file
    whole = path.read_bytes()
    for place in (0, 3, 4, 5, 6, 20, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(BackupBroken, match=r"firms\.sealed"):
            read(tmp_path, sealed, key)
    path.write_bytes(whole + b"\0")
    with pytest.raises(BackupBroken, match=r"firms\.sealed 与清单不符"):
        read(tmp_path, sealed, key)


def test_pieces_in_another_order_file_or_backup_do_not_open(
    tmp_path: Path, sealed: SealedFile, key: Secret
) -> None:
    path = tmp_path / sealed.file
    whole = path.read_bytes()
    first = 4 + int.from_bytes(whole[:4], "big")
    second = first + 4 + int.from_bytes(whole[first : first + 4], "big")
    path.write_bytes(whole[first:second] + whole[:first] + whole[second:])
    with pytest.raises(BackupBroken, match="第 1 段已损坏或被改动"):
        read(tmp_path, sealed, key)
    path.write_bytes(whole)
    with pytest.raises(BackupBroken):
        read(tmp_path, sealed, key, backup=uuid4())
    path.rename(tmp_path / "tables" / "other.sealed")
    moved = SealedFile("tables/other.sealed", sealed.size, sealed.sha256)
    with pytest.raises(BackupBroken):
        read(tmp_path, moved, key)


@pytest.fixture
def two_homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    for kept in KEYS:
        monkeypatch.delenv(kept.variable, raising=False)
    old, new = tmp_path / "old", tmp_path / "new"
    for home in (old, new):
        home.mkdir()
    for name, content in {
        "key-ring.json": new_ring().to_json(),
        "ledger.key": b"a" * 64,
        "ledger-signing.key": b"b" * 64,
        "secret-key": b"c" * 64,
    }.items():
        (old / name).write_bytes(content)
        (old / name).chmod(0o600)
    monkeypatch.setattr(ring_module, "home", lambda: new)
    return old, new


def test_keys_travel_under_a_passphrase_and_overwrite_nothing(
    two_homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old, new = two_homes
    monkeypatch.setattr("vouch.platform.operations._keys_kept.home", lambda: old)
    sealed = sealed_keys(PASSPHRASE)
    for kept in KEYS:
        assert (old / kept.file).read_bytes().strip() not in sealed
    with pytest.raises(KeysUnreadable, match="口令至少 12 个字符"):
        sealed_keys("短口令")

    monkeypatch.setattr("vouch.platform.operations._keys_kept.home", lambda: new)
    source = tmp_path / "keys.sealed"
    with pytest.raises(KeysUnreadable, match=r"keys\.sealed：口令不对"):
        open_keys(sealed, PASSPHRASE + "!", source=source)
    with pytest.raises(KeysUnreadable, match="不是密钥包"):
        open_keys(b"{}", PASSPHRASE, source=source)
    keys = open_keys(sealed, PASSPHRASE, source=source)
    assert set(place_keys(keys)) == {kept.file for kept in KEYS}
    for kept in KEYS:
        assert (new / kept.file).read_bytes().strip() == (old / kept.file).read_bytes().strip()
        assert (new / kept.file).stat().st_mode & 0o777 == 0o600
    assert place_keys(keys) == []
    (new / "ledger.key").write_bytes(b"d" * 64)
    with pytest.raises(KeysUnreadable, match="不同的日志密钥.*没有覆盖"):
        place_keys(keys)
