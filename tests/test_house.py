"""The walls stand, and each of them falls on the fault that it is for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.walls import WALLS

ROOT = Path(__file__).resolve().parents[1]


def import_contracts(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", WALLS)
def test_the_wall_stands(name: str) -> None:
    assert WALLS[name](ROOT) == []


def test_the_import_contracts_are_kept() -> None:
    result = import_contracts(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    house = tmp_path_factory.mktemp("pristine")
    shutil.copy(ROOT / "pyproject.toml", house)
    shutil.copytree(ROOT / "vouch", house / "vouch", ignore=shutil.ignore_patterns("__pycache__", "static"))
    return house


@pytest.fixture
def house(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the house to plant a fault in."""
    return Path(shutil.copytree(pristine, tmp_path / "house"))


def plant(house: Path, file: str, source: str) -> None:
    path = house / file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text() if path.exists() else "from __future__ import annotations\n"
    path.write_text(text + "\n" + source)


PLANTED = {
    "a drawer": ("vouch/parties/utils.py", "ANYTHING = 1\n", "Every file has its place in the floor plan"),
    "a drawer in a service": (
        "vouch/platform/web/helpers.py",
        "ANYTHING = 1\n",
        "Every file has its place in the floor plan",
    ),
    "a room without a place": (
        "vouch/misc/models.py",
        "ANYTHING = 1\n",
        "Every file has its place in the floor plan",
    ),
    "an upward foreign key by name": (
        "vouch/parties/models.py",
        """from django.db import models
class Planted(models.Model):
    standing = models.ForeignKey('grading.Standing', models.CASCADE)
""",
        "Foreign keys point down",
    ),
    "a save in a view": (
        "vouch/desk/views/planted.py",
        "def planted(request, party):\n    party.save()\n",
        "Only actions write",
    ),
    "a queryset update in a query": (
        "vouch/parties/queries.py",
        "def planted(parties):\n    parties.filter(pk=1).update(name='x')\n",
        "Only actions write",
    ),
    "raw SQL that writes in a view": (
        "vouch/desk/views/planted.py",
        "def planted(cursor):\n    cursor.execute('DELETE FROM parties_party')\n",
        "Only actions write",
    ),
    "raw SQL that writes behind a CTE": (
        "vouch/parties/queries.py",
        "SQL = 'WITH gone AS (DELETE FROM parties_party RETURNING id) SELECT * FROM gone'\n",
        "Only actions write",
    ),
    "another room's view": (
        "vouch/desk/views/planted.py",
        "from vouch.platform.exchange import views\n",
        "Rooms speak only through their public files",
    ),
    "a lower room's models in a view": (
        "vouch/desk/views/planted.py",
        "from vouch.parties.models import Party\n",
        "Rooms speak only through their public files",
    ),
    "a service's private module": (
        "vouch/desk/views/planted.py",
        "from vouch.platform.database import _private\n",
        "Rooms speak only through their public files",
    ),
    "a model by name": (
        "vouch/grading/queries.py",
        "from django.apps import apps\nParty = apps.get_model('parties', 'Party')\n",
        "No magic",
    ),
    "a signal": (
        "vouch/grading/queries.py",
        "from django.db.models.signals import post_save\n",
        "No magic",
    ),
    "a deferred import without a reason": (
        "vouch/grading/queries.py",
        "def planted():\n\n    import json\n    return json\n",
        "An import inside a function says why",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_fails_its_wall(fault: str, house: Path) -> None:
    file, source, wall = PLANTED[fault]
    assert WALLS[wall](house) == []
    plant(house, file, source)
    assert WALLS[wall](house) != []


PLANTED_IMPORTS = {
    "an upward import": ("vouch/parties/queries.py", "from vouch.grading import queries as above\n"),
    "an upward import inside a function": (
        "vouch/parties/queries.py",
        "def planted():\n    # reason\n    from vouch.grading import queries\n    return queries\n",
    ),
    "an engine that knows Django": ("vouch/engine/facts.py", "import django\n"),
    "an upward import between services": (
        "vouch/platform/database/home.py",
        "from vouch.platform.ledger import models\n",
    ),
    "queries that import actions": ("vouch/parties/queries.py", "from vouch.parties import actions\n"),
    "a drawer in a room": ("vouch/parties/utils.py", "ANYTHING = 1\n"),
    "a new room": ("vouch/misc/__init__.py", ""),
}


@pytest.mark.parametrize("fault", PLANTED_IMPORTS)
def test_a_planted_import_breaks_a_contract(fault: str, house: Path) -> None:
    file, source = PLANTED_IMPORTS[fault]
    plant(house, file, source)
    result = import_contracts(house)
    assert result.returncode != 0, result.stdout
    # Broken by the contract, not by a linter that could not start.
    assert "Contracts" in result.stdout or "exhaustive" in result.stdout + result.stderr
