"""What follows what: ledger event → names of the tasks that react to it, one line each."""

from __future__ import annotations

REACTIONS: dict[str, tuple[str, ...]] = {
    "parties.enterprise.corrected": ("grading.reassess",),
    "customers.invoices.recorded": ("grading.reassess",),
    # A newly published policy starts nothing by itself: standings under an older one are shown as such, and
    # risk management decides when the book is judged again.
}
