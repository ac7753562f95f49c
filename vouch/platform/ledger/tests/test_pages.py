"""The ledger's pages, as internal audit uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from vouch.platform.ledger.models import Entry
from vouch.platform.ledger.tests.attacker import attacker

pytestmark = pytest.mark.django_db(transaction=True)

Write = Callable[[int], None]
Seal = Callable[[], int]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def auditor(client: Client, staff: dict[str, Any]) -> Client:
    """孙磊, internal audit, signed in."""
    client.force_login(staff["sunlei"], backend=BACKEND)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def entry_page(client: Client, entry: Entry) -> str:
    return page(client, reverse("ledger:entry", args=[entry.pk]))


def written() -> Entry:
    return Entry.objects.filter(event="test.amount.changed", subject_id="1").latest("at")


def test_the_list_leads_to_the_entry_with_what_changed_side_by_side(auditor: Client, write: Write) -> None:
    write(3)
    entry = written()
    address = reverse("ledger:entry", args=[entry.pk])
    assert address in page(auditor, reverse("ledger:entries"))
    shown = entry_page(auditor, entry)
    assert "调整“额度”" in shown
    assert '<td class="text-break">1</td><td class="text-break fw-bold">2</td>' in shown
    assert "正在等待封存" in shown
    assert "证明文件" not in shown.split("正在等待封存")[0]


def test_a_search_by_kind_of_subject_and_actor_shows_those_alone(auditor: Client, write: Write) -> None:
    write(10)
    bulk = Entry.objects.get(subject_kind="import")
    listed = page(auditor, reverse("ledger:entries") + "?kind=import&q=李强")
    assert str(bulk.pk) in listed
    assert str(written().pk) not in listed


def test_the_files_of_a_sealed_entry_pass_the_offline_check(
    auditor: Client, write: Write, seal: Seal, tmp_path: Path
) -> None:
    write(5)
    seal()
    entry = written()
    shown = entry_page(auditor, entry)
    assert "与已签名的树头（5 条）相符" in shown
    files = {
        "proof.json": reverse("ledger:proof", args=[entry.pk, 5]),
        "head.json": reverse("ledger:head", args=[5]),
        "key.pub": reverse("ledger:key"),
    }
    write(2)
    seal()
    for name, address in files.items():
        assert address in shown
        (tmp_path / name).write_bytes(auditor.get(address).content)
    assert json.loads((tmp_path / "proof.json").read_text())["entry"]["id"] == str(entry.pk)
    proof, head, key = (str(tmp_path / name) for name in files)
    call_command("ledger", "check-proof", proof, "--head", head, "--key", key)


def test_a_tampered_entry_is_shown_as_such_and_gives_no_proof(
    auditor: Client, write: Write, seal: Seal
) -> None:
    write(5)
    seal()
    entry = written()
    with attacker() as link:
        link.execute("UPDATE ledger_entry SET purpose = '改' WHERE id = %s", [entry.pk])
        link.commit()
    assert "与已签树头不符" in entry_page(auditor, entry)
    assert auditor.get(reverse("ledger:proof", args=[entry.pk, 5])).status_code == 409


def test_what_is_not_there_is_not_found(auditor: Client, write: Write, seal: Seal) -> None:
    write(1)
    assert auditor.get(reverse("ledger:entry", args=[uuid4()])).status_code == 404
    assert auditor.get(reverse("ledger:proof", args=[written_any(), 1])).status_code == 404
    assert auditor.get(reverse("ledger:head", args=[9])).status_code == 404


def written_any() -> Any:
    return Entry.objects.latest("at").pk


def test_an_account_manager_sees_none_of_it(
    client: Client, staff: dict[str, Any], write: Write, seal: Seal
) -> None:
    write(2)
    seal()
    client.force_login(staff["liqiang"], backend=BACKEND)
    pk = written_any()
    for address in (
        reverse("ledger:entries"),
        reverse("ledger:entry", args=[pk]),
        reverse("ledger:proof", args=[pk, 2]),
        reverse("ledger:head", args=[2]),
        reverse("ledger:key"),
    ):
        assert client.get(address).status_code == 403
