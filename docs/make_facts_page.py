"""Write `docs/facts.md`, the page of every fact in the catalogue: `python docs/make_facts_page.py`.

A test fails while the page does not say what the catalogue says.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django

from vouch.engine.facts import Catalogue, FactKind, catalogue

PAGE = Path(__file__).with_name("facts.md")
KINDS = {
    FactKind.INTEGER: "integer",
    FactKind.MONEY: "money (fen)",
    FactKind.RATE: "rate (millionths)",
    FactKind.TEXT: "text",
    FactKind.BOOLEAN: "boolean",
    FactKind.DATE: "date",
}
HEAD = """# Facts

What policies, scorecards and pages may ask for by name, generated from the catalogue (`python docs/make_facts_page.py`).
A fact is answered as of the end of a day: `catalogue.ask(names, subjects, as_of=day)`. Money is an integer of fen, a
rate an integer of millionths, rounded half away from zero; both come from exact sums. `vouch/customers/facts` holds
each definition beside its SQL.

Invoices: amounts are 金额, without tax; sales and purchases count valid invoices net of red ones (红字); an invoice
dated after the day does not count. A window of N months ends on the day and is counted back in rolling months, which
are calendar months where the day is the last of one. What is observed begins with the firm's first invoice.

Statements (`finance.…`): of the latest full year that was known on the day, on the most trusted basis (核实, 审计, 税务, 申报), and
of the year before where a ratio needs it; a value chosen among contradicting sources takes the place of the statement's.
Contradictions (`figure.…`): how far the sources of a value lie apart, and how many wait for a decision (`file.md`).

Facts of credit (`credit.…`) are guarded: they are asked with a purpose, `catalogue.ask(…, purpose=Purpose(code="20",
at=now))`, read of those alone who have authorised it at that moment, and missing for everybody else (`consent.md`).
"""


def page(facts: Catalogue) -> str:
    """The whole page."""
    lines = [HEAD, f"{sum(1 for _fact in facts)} facts.", ""]
    lines += [
        "| name | title | kind | unit | definition | missing | source |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{fact.name}` | {fact.title} | {KINDS[fact.kind]} | {fact.unit} | {fact.definition} | {fact.missing} "
        f"| {fact.source} |"
        for fact in facts
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    django.setup()
    PAGE.write_text(page(catalogue))
    print(f"{PAGE.name}: {sum(1 for _fact in catalogue)} facts")
