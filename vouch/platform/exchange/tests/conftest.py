"""A small real importer: units (机构), which this service's lower neighbour owns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from pytest_django import Settings

from vouch.platform.exchange import actions, importer
from vouch.platform.exchange.importer import Batch, Finding, Importer, Outcome, Source
from vouch.platform.exchange.models import Import
from vouch.platform.exchange.tabular import Column
from vouch.platform.exchange.testing import kept
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import Unit

COLUMNS = (
    Column("code", "编码", ("代码",)),
    Column("name", "名称"),
    Column("note", "备注", is_required=False),
)


class UnitImporter(Importer):
    """Codes must be upper case; ``x-`` codes are accepted by force; 备注 makes a warning."""

    kind: ClassVar[str] = "units"
    title: ClassVar[str] = "机构名单"
    sources: ClassVar[tuple[Source, ...]] = (Source("file", "机构名单文件", COLUMNS),)
    example: ClassVar[str] = "vouch import units 机构.csv"
    chunk_rows: ClassVar[int] = 3

    def take(self, batch: Batch) -> Outcome:
        outcome = Outcome()
        for row in batch.rows:
            code, name, note = row.cells
            if code != code.upper() and not batch.forced:
                outcome.rejected.append(Finding(row, "code", f"编码“{code}”应为大写"))
                continue
            unit, is_new = Unit.objects.get_or_create(
                code=code, defaults={"name": name, "parent": batch.unit}
            )
            if not is_new and unit.name == name:
                outcome.unchanged += 1
                continue
            unit.name = name
            unit.save()
            outcome.leaves.append(f"{code},{name}".encode())
            if note:
                outcome.warned.append(Finding(row, "note", note))
            else:
                outcome.accepted += 1
        return outcome


@pytest.fixture(autouse=True)
def unit_importer(settings: Settings, tmp_path: Path) -> Iterator[Importer]:
    settings.IMPORTS_DIR = tmp_path / "imports"
    registered = UnitImporter()
    importer.register(registered)
    yield registered
    del importer._importers["units"]


Receive = Callable[..., Import]


@pytest.fixture
def receive(head_office: Unit, actor: Actor, now: object) -> Receive:
    """Receive a delivery of units whose file has this text."""

    def run(text: str | bytes, *, name: str = "机构.csv", **details: object) -> Import:
        delivery = actions.Delivery("units", [kept(text, name=name)], **details)  # type: ignore[arg-type]
        return actions.receive_import(actor=actor, at=now, unit=head_office, delivery=delivery)  # type: ignore[arg-type]

    return run
