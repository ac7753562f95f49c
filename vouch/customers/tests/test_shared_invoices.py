"""The public invoices of real firms, against totals computed independently with Polars.

A part of the firms keeps the suite short (all 302 are imported by ``bench/import_invoices.py``, which compares
the same totals): every tenth, the two whose rows hold copies, and the one whose rows do not add up.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command

from vouch.customers.facts import ask
from vouch.customers.models import Invoice
from vouch.parties.models import Identifier
from vouch.platform.exchange.models import ImportRow
from vouch.platform.exchange.terms import Verdict
from vouch.platform.identity.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]

AS_OF = date(2020, 2, 29)
ODD_FIRMS = ("E160", "E181", "E197")
FILES = {"input": "input_invoices.csv.gz", "output": "output_invoices.csv.gz"}


def is_chosen(code: pl.Expr) -> pl.Expr:
    return code.is_in(ODD_FIRMS) | code.str.ends_with("5")


@pytest.fixture
def firms(shared_data: Path, tmp_path: Path, head_office: Unit) -> dict[str, pl.DataFrame]:
    """Import the chosen firms' rows, as they stand in the files, and give these rows by file."""
    frames, arguments = {}, ["--enterprises", str(shared_data / "invoices" / "enterprises.csv")]
    for name, file in FILES.items():
        frame = pl.read_csv(shared_data / "invoices" / file, infer_schema_length=0)
        frame = frame.filter(is_chosen(pl.col("企业代号")))
        frame.write_csv(tmp_path / f"{name}.csv")
        arguments += [f"--{name}", str(tmp_path / f"{name}.csv")]
        frames[name] = frame
    out = io.StringIO()
    call_command("import", "invoices", *arguments, stdout=out, stderr=io.StringIO())
    rows = sum(frame.height for frame in frames.values())
    distinct = sum(frame.n_unique() for frame in frames.values())
    assert out.getvalue().splitlines()[-1] == (
        f"accepted {distinct}, unchanged {rows - distinct}, rejected 0, warned 2"
    )
    return frames


def totals(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """Per firm, from rows identical in every column taken once: fen of valid invoices, and counts."""
    fen = pl.col("金额").cast(pl.Decimal(18, 2)).cast(pl.Float64).mul(100).round().cast(pl.Int64)
    is_valid = pl.col("发票状态").str.strip_chars() == "有效发票"
    partner = "购方单位代号" if side == "sales" else "销方单位代号"
    positive = frame.unique().filter(is_valid).group_by("企业代号", partner).agg(fen.sum().alias("net"))
    partners = positive.filter(pl.col("net") > 0).group_by("企业代号").len("partners")
    sums = (
        frame.unique()
        .group_by("企业代号")
        .agg(
            fen.filter(is_valid).sum().alias("net"),
            (is_valid & (fen > 0)).sum().alias("positive"),
            (~is_valid).sum().alias("void"),
            (is_valid & (fen < 0)).sum().alias("negative"),
        )
    )
    return sums.join(partners, on="企业代号", how="left").fill_null(0).sort("企业代号")


def test_real_firms_are_imported_exactly(firms: dict[str, pl.DataFrame]) -> None:
    """One test, because the import is its cost."""
    totals_equal_an_independent_computation(firms)
    copies_are_listed_and_marks_with_a_blank_are_void(firms)
    whole = ask(None, as_of=AS_OF)
    for party in (whole.subjects[0], whole.subjects[-1]):
        assert ask([party], as_of=AS_OF).row(party) == whole.row(party)


def totals_equal_an_independent_computation(firms: dict[str, pl.DataFrame]) -> None:
    assert Invoice.objects.count() == sum(frame.n_unique() for frame in firms.values())
    codes = dict(Identifier.objects.values_list("party_id", "value"))
    frame = ask(None, as_of=AS_OF)
    found = pl.DataFrame({"企业代号": [codes[party] for party in frame.subjects], **frame.columns})
    sides = {
        "sales": (
            "output",
            "turnover",
            "sale_count",
            "sales_void_count",
            "sales_negative_count",
            "buyer_count",
        ),
        "purchases": ("input", "purchases", "purchase_count", None, None, "supplier_count"),
    }
    for side, (file, *names) in sides.items():
        wanted = totals(firms[file], side)
        columns = dict(zip(wanted.columns[1:], names, strict=True))
        for column, name in columns.items():
            if name is not None:
                got = found.select("企业代号", pl.col(f"invoice.{name}").alias(column)).sort("企业代号")
                assert got.rows() == wanted.select("企业代号", column).rows(), name
    assert found.height >= 30


def copies_are_listed_and_marks_with_a_blank_are_void(firms: dict[str, pl.DataFrame]) -> None:
    for source, frame in firms.items():
        listed = ImportRow.objects.filter(verdict=Verdict.REPEATED, file__source=source)
        assert listed.count() == frame.height - frame.n_unique()
        lines = set(listed.values_list("line", flat=True))
        copies = frame.with_row_index("line", offset=2).filter(~pl.struct(frame.columns).is_first_distinct())
        assert lines == set(copies["line"])
    both = pl.concat([frame.rename({frame.columns[3]: "对方"}).unique() for frame in firms.values()])
    void = both.filter(pl.col("发票状态").str.contains("作废")).height
    assert Invoice.objects.filter(state="void").count() == void
    assert both.filter(pl.col("发票状态") == " 作废发票").height > 0
