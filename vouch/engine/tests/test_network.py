"""Groups, control, shares looked through, circles, chains and falls: against plain Python, brute force and public data."""

from __future__ import annotations

import csv
import gzip
import itertools
import random
from collections import deque
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.engine.network import (
    Assumptions,
    Edges,
    circles,
    control,
    exposure_of,
    falls_with,
    groups,
    knots,
    longest_chain,
    look_through,
    path_between,
    ringed,
    ultimate_parents,
)

Pairs = list[tuple[int, int]]
SMALL = st.integers(1, 9).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=24),
    )
)


def edges(count: int, pairs: Pairs) -> Edges:
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Edges(count, ends[:, 0], ends[:, 1])


def reached(start: int, pairs: Pairs) -> set[int]:
    """By walking, edge by edge."""
    found, waiting = {start}, deque([start])
    while waiting:
        here = waiting.popleft()
        for source, target in pairs:
            if source == here and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def both_ways(pairs: Pairs) -> Pairs:
    return pairs + [(target, source) for source, target in pairs]


@given(SMALL, st.data())
def test_a_group_s_exposure_is_the_sum_over_all_who_can_be_reached(
    graph: tuple[int, Pairs], data: st.DataObject
) -> None:
    count, pairs = graph
    fen = data.draw(st.lists(st.integers(0, 10**14), min_size=count, max_size=count))
    group = groups(edges(count, pairs))
    total = exposure_of(group, np.array(fen, dtype=np.int64))
    for party in range(count):
        assert total[group[party]] == sum(fen[other] for other in reached(party, both_ways(pairs)))


@given(SMALL, st.data())
def test_a_path_is_as_short_as_any(graph: tuple[int, Pairs], data: st.DataObject) -> None:
    count, pairs = graph
    start, end = data.draw(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)))
    way = path_between(edges(count, pairs), start, end)
    if end not in reached(start, both_ways(pairs)):
        assert way is None
        return
    assert way is not None
    assert (way[0], way[-1]) == (start, end)
    assert all(step in both_ways(pairs) for step in itertools.pairwise(way.tolist()))
    distance, seen, edge = 0, {start}, {start}
    while end not in seen:
        edge = {target for source, target in both_ways(pairs) if source in edge}
        seen, distance = seen | edge, distance + 1
    assert len(way) == distance + 1


@given(SMALL)
def test_climbing_ends_where_everybody_above_agrees(graph: tuple[int, Pairs]) -> None:
    count, pairs = graph
    found = ultimate_parents(edges(count, pairs))
    for party in range(count):
        above = reached(party, pairs)
        # A top: whoever stands above it stands beneath it too.
        tops = {
            min(reached(one, pairs))
            for one in above
            if all(one in reached(up, pairs) for up in reached(one, pairs))
        }
        expected = tops.pop() if len(tops) == 1 else -1
        assert found.parent[party] == expected
        looped = expected >= 0 and len(reached(expected, pairs)) > 1
        assert found.is_loop[party] == looped


def test_nobody_stands_above_who_has_two_tops_nor_above_their_children() -> None:
    found = ultimate_parents(edges(5, [(4, 0), (3, 0), (3, 1), (2, 3)]))
    assert found.parent.tolist() == [0, 1, -1, -1, 0]


def owned(seed: int, *, count: int, closed: bool = False) -> tuple[Edges, np.ndarray, np.ndarray]:
    """Random holdings with loops; in every party something is left to somebody unknown, unless it is closed."""
    draw = np.random.default_rng(seed)
    matrix = draw.random((count, count)) * (draw.random((count, count)) < 0.3)
    np.fill_diagonal(matrix, 0)
    whole = matrix.sum(axis=0)
    matrix = np.where(whole > 0, matrix / np.where(whole > 0, whole, 1), 0) * (
        1.0 if closed else draw.uniform(0.2, 0.9999, count)
    )
    source, target = np.nonzero(matrix)
    return Edges(count, source, target), matrix[source, target], matrix


@pytest.mark.parametrize("at_once", [2_000, 0])
@pytest.mark.parametrize("seed", range(40))
def test_shares_looked_through_are_the_solution_of_the_equations(
    seed: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By one solution, and by passing on with its leaps, which loops of several speeds try the most.
    monkeypatch.setattr(control, "SOLVED_AT_ONCE", at_once)
    graph, rate, matrix = owned(seed, count=3 + seed)
    for of in range(0, graph.count, 5):
        exact = np.linalg.solve(np.eye(graph.count) - matrix, np.eye(graph.count)[of])
        np.testing.assert_allclose(look_through(graph, rate, of=of), exact, rtol=1e-9, atol=1e-12)


def test_shares_among_very_many_holders_solve_the_equations_too() -> None:
    graph, rate, matrix = owned(7, count=2_400)
    found = look_through(graph, rate, of=3)
    np.testing.assert_allclose(found - matrix @ found, np.eye(graph.count)[3], atol=1e-12)


def test_shares_that_hardly_leave_a_loop_are_solved_at_once() -> None:
    # 0 and 1 hold each other but for a ten-thousandth, which 2 and 3 have.
    graph = edges(4, [(0, 1), (1, 0), (2, 0), (3, 1)])
    found = look_through(graph, np.array([0.9999, 0.9999, 0.0001, 0.0001]), of=0)
    assert found[2] + found[3] == pytest.approx(1.0, abs=1e-9)
    assert found[2] == pytest.approx(1 / 1.9999, rel=1e-9)


def test_what_reaches_firms_that_own_each_other_wholly_stays_there() -> None:
    graph = edges(4, [(0, 1), (1, 0), (0, 3), (2, 3)])
    found = look_through(graph, np.array([1.0, 1.0, 0.6, 0.4]), of=3)
    assert found.tolist() == pytest.approx([0.6, 0.0, 0.4, 1.0])


@pytest.mark.parametrize("rates", [[0.6, 0.5], [-0.1, 0.5]])
def test_more_than_the_whole_is_refused(rates: list[float]) -> None:
    with pytest.raises(ValueError, match="more than the whole"):
        look_through(edges(3, [(0, 2), (1, 2)]), np.array(rates), of=2)


@pytest.mark.parametrize("ends", [([0], [0, 1]), ([0], [3]), ([-1], [0])])
def test_edges_to_nowhere_are_refused(ends: tuple[list[int], list[int]]) -> None:
    with pytest.raises(ValueError, match="edge"):
        Edges(3, np.array(ends[0]), np.array(ends[1]))


def all_circles(count: int, pairs: Pairs, longest: int) -> set[tuple[int, ...]]:
    """Every order of every choice of parties, tried."""
    there = set(pairs)
    return {
        way
        for size in range(2, longest + 1)
        for way in itertools.permutations(range(count), size)
        if way[0] == min(way) and all(step in there for step in itertools.pairwise((*way, way[0])))
    }


@given(
    st.integers(2, 6).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=14),
        )
    ),
    st.integers(2, 6),
)
def test_circles_are_those_that_trying_everything_finds(graph: tuple[int, Pairs], longest: int) -> None:
    count, pairs = graph
    found = circles(edges(count, pairs), longest=longest)
    assert found.is_complete
    assert len(found.found) == len(set(found.found))
    assert set(found.found) == all_circles(count, pairs, longest)
    knot = knots(edges(count, pairs))
    for one, other in itertools.combinations(range(count), 2):
        together = one in reached(other, pairs) and other in reached(one, pairs)
        assert together == (knot[one] >= 0 and knot[one] == knot[other])


def planted(parties: int, total: int, *, each: int, seed: int) -> tuple[Edges, set[tuple[int, ...]]]:
    """A large guarantee graph with `each` circles of every length from 2 to 6 among parties drawn at random."""
    draw = np.random.default_rng(seed)
    rings: set[tuple[int, ...]] = set()
    pairs: Pairs = []
    for size in range(2, 7):
        for _ in range(each):
            ring = draw.choice(parties, size, replace=False).tolist()
            lowest = ring.index(min(ring))
            ring = ring[lowest:] + ring[:lowest]
            rings.add(tuple(ring))
            pairs += itertools.pairwise([*ring, ring[0]])
    others = draw.integers(0, parties, (total - len(pairs), 2))
    return edges(parties, [*pairs, *map(tuple, others.tolist())]), rings


def test_every_circle_planted_among_a_hundred_thousand_guarantees_is_found() -> None:
    graph, rings = planted(80_000, 100_000, each=40, seed=20261128)
    found = circles(graph)
    assert found.is_complete
    assert rings <= set(found.found)
    there = set(zip(graph.source.tolist(), graph.target.tolist(), strict=True))
    for way in found.found:
        assert all(step in there for step in itertools.pairwise((*way, way[0])))


def test_more_circles_than_asked_for_are_said_to_be_more() -> None:
    everybody = list(itertools.permutations(range(6), 2))
    found = circles(edges(6, everybody), most=7)
    assert len(found.found) == 7
    assert not found.is_complete


def test_the_longest_chain_leaves_out_who_stands_in_a_circle() -> None:
    chain = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (1, 5), (2, 4)]
    assert longest_chain(edges(9, [*chain, (6, 7), (7, 6), (5, 6)])) == (0, 1, 2, 3, 4, 5)
    assert longest_chain(edges(3, [])) == ()


def test_a_fall_is_carried_on_while_more_is_called_than_can_be_borne() -> None:
    # 1 and 2 stand for 0, 3 for 1, 4 for 3; 2 can bear it.
    graph = edges(5, [(1, 0), (2, 0), (3, 1), (4, 3)])
    amount = np.array([500, 500, 300, 900])
    means = np.array([0, 400, 500, 200, 900])
    fallen = falls_with(graph, amount, means, first=(0,), under=Assumptions())
    assert [(one.party, one.round, one.called, one.because) for one in fallen] == [
        (0, 0, 0, ()),
        (1, 1, 500, (0,)),
        (3, 2, 300, (1,)),
    ]
    eased = falls_with(graph, amount, means, first=(0,), under=Assumptions(recovered=0.2))
    assert [one.party for one in eased] == [0]
    strained = falls_with(graph, amount, means, first=(0,), under=Assumptions(borne=0.9))
    assert [one.party for one in strained] == [0, 1, 2, 3, 4]


@pytest.mark.shared_data
def test_ultimate_parents_of_public_relations(shared_data: Path) -> None:
    with gzip.open(shared_data / "gleif" / "relations.csv.gz", "rt") as file:
        rows = list(csv.reader(file))[1:]
    direct = [
        (int(row[0]), int(row[1]))
        for row in rows
        if row[2] == "IS_DIRECTLY_CONSOLIDATED_BY" and row[3] == "ACTIVE"
    ]
    others = {int(row[0]) for row in rows} - {child for child, _ in direct}
    found = ultimate_parents(edges(max(max(pair) for pair in direct) + 1, direct))
    parents: dict[int, set[int]] = {}
    for child, parent in direct:
        parents.setdefault(child, set()).add(parent)
    loops = 0
    for child in parents:
        here, way = child, [child]
        while len(parents.get(here, ())) == 1:
            (here,) = parents[here]
            if here in way:
                loops += 1
                here = min(way[way.index(here) :])
                break
            way.append(here)
        if len(parents.get(here, ())) < 2 or found.is_loop[child]:
            assert found.parent[child] == here
    assert loops > 0
    # Fund and branch edges are not followed: who has only those stands alone.
    assert all(found.parent[one] == one for one in others if one < found.parent.size and one not in parents)


@pytest.mark.parametrize("many", [1, 2, 3, 8, 20, 61, 200, 500, 2000])
@pytest.mark.parametrize("shape", ["star", "tree", "chain"])
def test_nobody_is_drawn_on_top_of_another_and_a_star_stays_compact(many: int, shape: str) -> None:
    dice = random.Random(many)  # noqa: S311 - invented data, no secret
    after = np.arange(1, many)
    before = {
        "star": np.zeros(many - 1, dtype=np.int64),
        "tree": np.array([dice.randrange(one) for one in after.tolist()], dtype=np.int64),
        "chain": after - 1,
    }[shape]
    edges = Edges(many, before, after)
    places = ringed(edges, 0)
    assert np.array_equal(places, ringed(edges, 0))
    assert places[0].tolist() == [0, 0]
    between = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    np.fill_diagonal(between, np.inf)
    assert between.min() > 0.95
    if shape == "star":
        assert np.abs(places).max() < 2 * np.sqrt(many) + 2


def test_whoever_is_not_connected_stands_outside() -> None:
    places = ringed(Edges(4, np.array([0]), np.array([1])), 0)
    near, *far = np.hypot(*places[1:].T)
    assert all(one > near for one in far)
