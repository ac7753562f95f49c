"""Several runs at once share one suite, each with a server of its own: whoever is free takes the next module.

    python -m pytest -p tests.sharing --claims=FOLDER

Every run collects everything in the same order and passes over what another one has taken, so together they leave out nothing,
and end at about the same time however long each module takes. The folder must be new.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--claims", type=Path, required=True, help="the folder in which the runs note what they take"
    )


def taken(items: list[pytest.Item], claims: Path) -> Iterator[pytest.Item]:
    """The tests of the modules that this run is the first to claim. A module's fixtures stay in one run."""
    for place, (path, tests) in enumerate(itertools.groupby(items, key=lambda item: item.path)):
        try:
            # The place too: a module's transactional tests stand behind everybody's others.
            (claims / f"{place:04}-{path.stem}").touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from tests


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own, with one module claimed ahead: what comes next decides which fixtures end."""
    if session.testsfailed or session.config.option.collectonly:
        return None
    mine = taken(session.items, session.config.getoption("claims"))
    for item, following in itertools.pairwise(itertools.chain(mine, [None])):
        assert item is not None
        session.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True
