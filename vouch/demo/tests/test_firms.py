"""The invented firms are the same for the same day, and never trade in the future."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from vouch.demo import terms
from vouch.demo.actions.files import write_files
from vouch.demo.actions.firms import invent_firms, invent_invoices
from vouch.engine.identifiers import CodeProblem, is_organisation_code_consistent, judge_code

TODAY = date(2026, 11, 22)


def test_two_hundred_firms_with_codes_and_names_of_their_own() -> None:
    firms = invent_firms(today=TODAY)
    assert len(firms) == 200
    assert len({firm.uscc for firm in firms}) == len({firm.name for firm in firms}) == len(firms)
    assert {judge_code(firm.uscc).problem for firm in firms} == {CodeProblem.NONE}
    assert all(is_organisation_code_consistent(firm.uscc) for firm in firms)
    assert firms[0].name == terms.FAILING_NAME


def test_the_same_day_gives_the_same_files(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        write_files(folder, invent_firms(today=TODAY)[:20], today=TODAY)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]


def test_nobody_trades_after_today_or_before_being_founded() -> None:
    for firm in invent_firms(today=TODAY):
        for is_output in (False, True):
            days = [sale.issued_on for sale in invent_invoices(firm, today=TODAY, is_output=is_output)]
            assert not days or (max(days) <= TODAY and min(days) >= firm.founded_on)


def test_the_failing_firm_has_stopped_selling() -> None:
    failing = invent_firms(today=TODAY)[0]
    last = max(sale.issued_on for sale in invent_invoices(failing, today=TODAY, is_output=True))
    assert (TODAY - last).days > 75
