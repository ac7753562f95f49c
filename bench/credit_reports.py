"""Read ten thousand broken credit reports: `python bench/credit_reports.py [--count 10000]`.

Every file must be read or refused in words; every text in it must be among the values or told as a problem; nothing is
expanded, and no connection is opened. A part of it runs in the suite (`vouch/engine/tests/test_credit_report.py`).
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from datetime import date
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vouch.engine.credit_report.digest import alerts_of
from vouch.engine.credit_report.figures import figures_of
from vouch.engine.credit_report.report import ReportKind, read_report
from vouch.engine.credit_report.tree import NotAReport
from vouch.engine.tests.credit_report_faults import faulty, lost_of, small
from vouch.engine.tests.credit_report_files import report_xml

UNTIL = date(2026, 11, 20)


def refuse(*_: object, **__: object) -> NoReturn:
    """Stands for every connection."""
    raise AssertionError("a connection was opened")


def main() -> int:
    """Count what was read, refused and lost; time the reading of whole reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    socket.socket.connect = refuse  # type: ignore[method-assign]
    sources = [small(kind, seed) for seed in range(10) for kind in ReportKind]
    read = refused = told = 0
    lost: list[int] = []
    longest = 0.0
    for number in range(count):
        data = faulty(number, sources)
        begun = time.perf_counter()
        try:
            report = read_report(data)
        except NotAReport:
            refused += 1
            continue
        finally:
            longest = max(longest, time.perf_counter() - begun)
        alerts_of(report, figures_of(report, until=UNTIL))
        read, told = read + 1, told + len(report.problems)
        if lost_of(report, data):
            lost.append(number)
    print(
        f"{count} files: {read} read, {refused} refused, {told} problems told, longest {longest * 1000:.0f} ms"
    )
    print(f"with a text lost: {len(lost)} {lost[:20]}")
    for kind in ReportKind:
        data = report_xml(kind, 1).encode()
        begun = time.perf_counter()
        for _ in range(20):
            figures_of(read_report(data), until=UNTIL)
        print(f"a whole report ({kind}, {len(data) // 1024} KB): {(time.perf_counter() - begun) * 50:.0f} ms")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
