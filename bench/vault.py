"""Microseconds for one protected field, without the database: `python bench/vault.py`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django


def timed(run: Callable[[], object], *, rounds: int = 20_000) -> float:
    """Microseconds of processor time for one run."""
    run()
    began = time.process_time()
    for _ in range(rounds):
        run()
    return round((time.process_time() - began) / rounds * 1e6, 1)


def measure(cipher: str) -> dict[str, float]:
    from django.test.utils import override_settings

    from vouch.platform.vault.ciphers import Secret
    from vouch.platform.vault.keys import SubjectKey, unwrap, wrap
    from vouch.platform.vault.terms import Place, Subject

    subject, place, number = Subject("party", "1"), Place("t", "c", "1"), "11010519491231002X"
    with override_settings(VOUCH_CIPHER=cipher):
        key = SubjectKey(subject, Secret(bytes(32), purpose=b"subject"))
        sealed = key.seal(number, place=place)
        version, wrapped = wrap(bytes(32), subject)
        piece = bytes(256 * 1024)
        return {
            f"{cipher} seal_us": timed(lambda: key.seal(number, place=place)),
            f"{cipher} open_us": timed(lambda: key.open(sealed, place=place)),
            f"{cipher} unwrap_us": timed(lambda: unwrap(wrapped, subject, version=version)),
            f"{cipher} 256KiB_us": timed(lambda: key.seal_bytes(piece, place=place), rounds=200),
        }


def main() -> None:
    django.setup()
    from vouch.platform.vault.index import blind_index

    figures = measure("aes-256-gcm") | measure("sm4-gcm")
    figures["blind_index_us"] = timed(lambda: blind_index("11010519491231002X", column="t.c"))
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
