"""The card on real small firms: what it hangs on, and that size is not the whole of it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from vouch.customers.models import Invoice
from vouch.grading.actions import assess_customers
from vouch.grading.models import Assessment
from vouch.grading.queries import explanation_of
from vouch.grading.tests.conftest import AS_OF
from vouch.parties.models import Party
from vouch.platform.database.copy import copy_rows
from vouch.platform.identity.actor import Actor
from vouch.platform.ledger.testing import writing
from vouch.policy.models import PolicyVersion

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]

EVERY = 4
"""Every fourth firm is enough to see, and loads in seconds."""


def load(folder: Path, now: datetime) -> list[Party]:
    codes = pl.read_csv(folder / "enterprises.csv")["企业代号"].to_list()[::EVERY]
    parties = [Party.objects.create(number=f"T{code}", name=code, created_at=now) for code in codes]
    ids = {party.name: party.pk for party in parties}
    for file, direction, other in (("input", "in", "销方单位代号"), ("output", "out", "购方单位代号")):
        rows = pl.read_csv(folder / f"{file}_invoices.csv.gz", infer_schema=False).unique()
        rows = rows.filter(pl.col("企业代号").is_in(codes))
        copy_rows(
            Invoice,
            (
                "party_id",
                "direction",
                "number",
                "issued_on",
                "counterparty",
                "amount",
                "tax",
                "total",
                "state",
                "content",
            ),
            _rows(rows, ids=ids, direction=direction, other=other),
        )
    return parties


def _rows(
    rows: pl.DataFrame, *, ids: dict[str, int], direction: str, other: str
) -> Iterator[tuple[object, ...]]:
    chosen = rows.select("企业代号", "发票号码", "开票日期", other, "金额", "税额", "价税合计", "发票状态")
    for code, number, day, counterparty, amount, tax, total, state in chosen.iter_rows():
        valid = "valid" if state.strip() == "有效发票" else "void"
        yield (ids[code], direction, number, day, counterparty, amount, tax, total, valid, uuid.uuid4())


def test_the_card_separates_small_firms_by_more_than_their_size(
    shared_data: Path, policy: PolicyVersion, actor: Actor, now: datetime
) -> None:
    with writing():
        parties = load(shared_data / "invoices", now)
    assess_customers(actor=actor, at=now, as_of=AS_OF)
    found = list(Assessment.objects.select_related("policy__scorecard").order_by("party_id"))
    assert len(found) == len(parties) == 76
    assert all(row.score is not None and len(row.reasons) >= 3 for row in found)

    scores = np.array([row.score for row in found])
    turnover = np.array([row.snapshot["facts"]["invoice.turnover_12m"]["value"] for row in found])
    # Over all 302 firms: 0.81. Turnover carries much; a card of turnover alone would be at 1.
    assert 0.6 < spearmanr(scores, turnover).statistic < 0.9

    # Among the smaller half every other part of the card still tells firms apart.
    smaller = [row for row, amount in zip(found, turnover, strict=True) if amount <= np.median(turnover)]
    points = {
        title: [line.points for line in lines]
        for title, lines in itertools.groupby(
            sorted(
                (line for row in smaller for line in explanation_of(row).points), key=lambda line: line.title
            ),
            key=lambda line: line.title,
        )
    }
    for title in (
        "近12个月有销售月数",
        "距最近销售天数",
        "近12个月客户数",
        "销项作废率",
        "近12个月第一大客户占比",
    ):
        assert len(set(points[title])) >= 4, title
        assert np.std(points[title]) > 5, title
    # No class swallows the book.
    classes = [row.risk_class for row in found]
    assert {"优质", "一般", "高风险"} == set(classes)
    assert max(classes.count(name) for name in set(classes)) < 0.75 * len(found)
