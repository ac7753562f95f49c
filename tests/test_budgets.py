"""Budgets of size: the design's section 6, measured on the product's own code."""

from __future__ import annotations

import ast
from pathlib import Path

import grimp

from tests.walls import modules, product

ROOT = Path(__file__).resolve().parents[1]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def functions() -> list[tuple[str, FunctionNode]]:
    return [
        (module.at(node), node)
        for module in product(ROOT)
        for node in ast.walk(module.tree)
        if isinstance(node, FunctionNode)
    ]


def test_files_stay_short() -> None:
    sizes = {module.path: lines(module.path) for module in modules(ROOT) if module.part != "migrations"}
    assert [path for path, size in sizes.items() if size > 800] == []
    long = [path for path, size in sizes.items() if size > 400]
    assert len(long) <= 0.04 * len(sizes), long


def test_functions_stay_short() -> None:
    found = functions()
    long = [where for where, node in found if (node.end_lineno or node.lineno) - node.lineno + 1 > 70]
    assert len(long) <= 0.005 * len(found), long


def test_functions_take_six_arguments_at_most() -> None:
    wide = []
    for where, node in functions():
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        # Entry, actor and clock are the door's, not the caller's.
        own = [a for a in arguments if a.arg not in {"self", "cls", "entry", "actor", "at"}]
        if len(own) > 6:
            wide.append(where)
    assert wide == []


def test_nothing_imports_in_a_circle() -> None:
    graph = grimp.build_graph("vouch", cache_dir=None)
    circles = []
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            chain = graph.find_shortest_chain(imported, module)
            if chain:
                circles.append(chain)
    assert circles == []
