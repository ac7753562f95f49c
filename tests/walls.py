"""The walls of the house, as functions from a tree of sources to a list of complaints.

They read the syntax tree and never import what they judge, so the same functions judge the real house and
the planted faults of ``test_house.py``. What import-linter can say stands in ``pyproject.toml`` instead.
"""

from __future__ import annotations

import ast
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PLATFORM = ["database", "web", "vault", "jobs", "ledger", "identity", "courier", "exchange", "operations"]
ROOMS = [
    *("parties", "customers", "partners", "risk", "policy", "grading", "monitoring", "service", "business"),
    *("team", "compliance", "reports", "portal", "desk", "demo", "config"),
]
ORDER = ["engine", *[f"platform.{name}" for name in PLATFORM], *ROOMS]
"""Every room from the ground up; what stands later may ask what stands earlier."""

PLAN = {
    *("terms", "models", "permissions", "queries", "facts", "actions", "forms", "views", "api", "tasks"),
    *("management", "urls", "apps", "migrations", "templates", "templatetags", "static", "tests", "__init__"),
}
OPEN_TO_UPPER_ROOMS = {"terms", "queries", "actions", "permissions"}
MAY_READ_LOWER_MODELS = {"models", "queries", "actions", "facts"}
SWITCHBOARD = {"config": {"apps", "cli", "settings", "urls", "wiring", "wsgi"}}

WRITING_METHODS = {
    *("save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("asave", "acreate", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create"),
}
WRITING_SQL = re.compile(
    r"\b(INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE\s+(TABLE\s+)?\w|UPDATE\s+[\w.\"{}]+\s+(AS\s+\w+\s+)?SET"
    r"|COPY\s+[\w.\"{}]+(\s*\([^)]*\))?\s+FROM)\b",
    re.IGNORECASE,
)
# The services that keep the tables of their libraries, and the door itself.
MAY_WRITE = {"platform.database", "platform.jobs"}
THE_DOOR = ("platform.ledger", "action")


@dataclass(frozen=True)
class Module:
    """One source file: ``room`` is its place in ORDER, ``part`` its name in the floor plan."""

    path: Path
    root: Path

    @cached_property
    def name(self) -> str:
        """Dotted name, e.g. ``vouch.parties.actions.merge``."""
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def room(self) -> str:
        """E.g. ``parties`` or ``platform.ledger``; empty for ``vouch`` itself."""
        return room_of(self.name)

    @cached_property
    def part(self) -> str:
        """E.g. ``actions``; ``__init__`` for the room itself."""
        rest = self.name.removeprefix(f"vouch.{self.room}").strip(".")
        return rest.split(".")[0] if rest else "__init__"

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.path.read_text(), filename=str(self.path))

    def at(self, node: ast.AST | None = None) -> str:
        """Where a complaint points."""
        return f"{self.path.relative_to(self.root)}:{getattr(node, 'lineno', 1)}"


def room_of(dotted: str) -> str:
    """The room that a dotted name belongs to."""
    parts = dotted.split(".")
    if len(parts) < 2 or parts[0] != "vouch":
        return ""
    return ".".join(parts[1:3]) if parts[1] == "platform" else parts[1]


def modules(root: Path) -> Iterator[Module]:
    """Every source file of the product, tests and migrations included."""
    for path in sorted((root / "vouch").rglob("*.py")):
        yield Module(path, root)


def product(root: Path) -> Iterator[Module]:
    """Every source file that runs at a customer's: no tests, no migrations."""
    for module in modules(root):
        if module.part not in {"tests", "migrations"} and module.room:
            yield module


def imports(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Every dotted name that the file imports, deferred imports too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def public_modules(root: Path) -> dict[str, set[str]]:
    """Public modules of the engine and of each platform service, beside the floor plan's."""
    with (root / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["vouch"]["libraries"]
    return {room.removeprefix("vouch."): set(names) for room, names in listed.items()}


def private_doors(root: Path) -> list[str]:
    """Rooms speak only through their public files; lower models are for models, queries, actions, facts."""
    public = public_modules(root)
    found = []
    for module in modules(root):
        if module.part == "migrations" or module.room in {"", "__main__", "config"}:
            continue
        for node, name in imports(module):
            room = room_of(name)
            if room in {"", module.room} or room not in ORDER:
                continue
            part = name.removeprefix(f"vouch.{room}").strip(".").split(".")[0]
            if part in OPEN_TO_UPPER_ROOMS | public.get(room, set()):
                continue
            reader = MAY_READ_LOWER_MODELS | {"tests"} | public.get(module.room, set())
            if part == "models" and module.part in reader:
                continue
            found.append(f"{module.at(node)} reaches into {name}")
    return found


def tests_looking_up(root: Path) -> list[str]:
    """Tests of a room stay in the room: they import nothing that stands above it."""
    found = []
    for module in modules(root):
        if module.part != "tests" or module.room not in ORDER:
            continue
        for node, name in imports(module):
            room = room_of(name)
            if room in ORDER and ORDER.index(room) > ORDER.index(module.room):
                found.append(f"{module.at(node)} imports {name} from above")
    return found


def strange_files(root: Path) -> list[str]:
    """Every file has its place: a room has the plan's files, a service also the modules listed for it."""
    public = public_modules(root)
    found = []
    for module in modules(root):
        room = module.room
        if not room or module.name in {f"vouch.{room}", "vouch.platform", "vouch.__main__"}:
            continue
        if room not in ORDER:
            found.append(f"{module.at()}: room {room} has no place in the order")
        allowed = PLAN | public.get(room, set()) | SWITCHBOARD.get(room, set())
        library = room == "engine" or room.startswith("platform.")
        if module.part not in allowed and not (library and module.part.startswith("_")):
            found.append(f"{module.at()}: {module.part} is not in the floor plan")
    return found


def relations_pointing_up(root: Path) -> list[str]:
    """Foreign keys point down; import-linter sees those by class, this sees those by name."""
    labels = {room.split(".")[-1]: room for room in ORDER}
    found = []
    for module in product(root):
        if module.part != "models" or module.room not in ORDER:
            continue
        for node in ast.walk(module.tree):
            for target in _relation_targets(node):
                room = labels.get(target.split(".")[0]) if "." in target else module.room
                if room and ORDER.index(room) > ORDER.index(module.room):
                    found.append(f"{module.at(node)}: a key to {target} points up")
    return found


def _relation_targets(node: ast.AST) -> list[str]:
    """What a relation field names by string."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
        return []
    kind = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    if kind not in {"ForeignKey", "OneToOneField", "ManyToManyField"}:
        return []
    named = [*node.args[:1], *[k.value for k in node.keywords if k.arg in {"to", "through"}]]
    return [n.value for n in named if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def writes_outside_actions(root: Path) -> list[str]:
    """Only actions write: no saving method and no writing SQL anywhere else."""
    found = []
    for module in product(root):
        if module.part == "actions" or module.room in MAY_WRITE or (module.room, module.part) == THE_DOOR:
            continue
        if module.room == "engine":
            continue  # knows no database
        docstrings = {id(n.value) for n in ast.walk(module.tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _is_write(node):
                found.append(f"{module.at(node)}: {ast.unparse(node.func)}() writes outside an action")
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in docstrings
                and WRITING_SQL.search(node.value)
            ):
                found.append(f"{module.at(node)}: SQL that writes outside an action")
    return found


def _is_write(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    method = call.func.attr
    if method in WRITING_METHODS:
        return True
    if method in {"delete", "adelete"}:
        return not call.args and not call.keywords
    if method in {"update", "aupdate"}:
        # dict.update and hash.update take a position, a queryset's update takes names alone.
        return not call.args and bool(call.keywords)
    return False


def forbidden_magic(root: Path) -> list[str]:
    """No models by name, no signals carrying rules, no generic foreign keys, no admin."""
    found = []
    for module in product(root):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr == "get_model":
                found.append(f"{module.at(node)}: get_model outside migrations")
            if isinstance(node, ast.Name) and node.id == "GenericForeignKey":
                found.append(f"{module.at(node)}: GenericForeignKey")
        for node, name in imports(module):
            if name.startswith(("django.dispatch", "django.db.models.signals", "django.contrib.admin")):
                found.append(f"{module.at(node)}: {name}")
    return found


def silent_deferred_imports(root: Path) -> list[str]:
    """An import inside a function says why, on its line or on the line above."""
    found = []
    for module in product(root):
        comments = _comment_lines(module.path)
        for function in ast.walk(module.tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            given = False
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    # One reason serves for the imports that follow it in the same function.
                    given = given or bool({node.lineno, node.lineno - 1} & comments)
                    if not given:
                        found.append(f"{module.at(node)}: an import inside a function, without its reason")
    return found


def _comment_lines(path: Path) -> set[int]:
    with path.open("rb") as file:
        return {
            token.start[0] for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        }


WALLS = {
    "Rooms speak only through their public files": private_doors,
    "Tests of a room do not look up": tests_looking_up,
    "Every file has its place in the floor plan": strange_files,
    "Foreign keys point down": relations_pointing_up,
    "Only actions write": writes_outside_actions,
    "No magic": forbidden_magic,
    "An import inside a function says why": silent_deferred_imports,
}
