"""Every fact has its line in the documentation, and every name in the catalogue resolves."""

from __future__ import annotations

import runpy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from vouch.engine.facts import Purpose, catalogue

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_facts_says_what_the_catalogue_says() -> None:
    make = runpy.run_path(str(ROOT / "docs" / "make_facts_page.py"))
    assert make["PAGE"].read_text() == make["page"](catalogue), "run: python docs/make_facts_page.py"


@pytest.mark.django_db
def test_every_fact_is_answered() -> None:
    names = [fact.name for fact in catalogue]
    purpose = Purpose(code="20", at=datetime(2026, 11, 20, tzinfo=UTC))
    frame = catalogue.ask(names, [1], as_of=date(2026, 11, 20), purpose=purpose)
    assert list(frame.columns) == names


def test_every_fact_says_in_chinese_what_it_is() -> None:
    for fact in catalogue:
        assert any("\u4e00" <= character <= "\u9fff" for character in fact.title), fact.name
        assert fact.definition, fact.name
        assert fact.source, fact.name
