"""Groups, circles, look-through and climbing on a million edges, beside networkx in one run: `python bench/network.py [--rounds 5]`.

Two books: `dense`, 200,000 parties that nearly all hang together, where networkx can only be asked for its strong components, and
`wide`, a million parties with one edge each on average, as guarantees are, where all short circles are listed. Medians of the
rounds in seconds, and how many times longer networkx takes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vouch.engine.network import Edges, circles, groups, knots, look_through, ultimate_parents

EDGES = 1_000_000
SEED = 20261128


def drawn(parties: int) -> Edges:
    """A million edges between parties drawn at random."""
    ends = np.random.default_rng(SEED).integers(0, parties, (2, EDGES))
    return Edges(parties, ends[0], ends[1])


def median(ask: Callable[[], object], rounds: int) -> float:
    """Seconds."""
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def tell(what: str, ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> None:
    """One line; networkx is asked once, since it takes long."""
    us, them = median(ours, rounds), median(theirs, 1)
    print(f"{what:44} {us:8.3f} s   networkx {them:8.2f} s   ratio {them / us:7.1f}", flush=True)


def main() -> int:
    """Ask both, side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    for name, parties in (("dense", 200_000), ("wide", 1_000_000)):
        edges = drawn(parties)
        graph = nx.DiGraph()
        graph.add_nodes_from(range(parties))
        graph.add_edges_from(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
        tell(
            f"{name}: groups",
            lambda e=edges: groups(e),
            lambda g=graph: list(nx.weakly_connected_components(g)),
            rounds,
        )
        if name == "dense":
            tell(
                f"{name}: knots of guarantees",
                lambda e=edges: knots(e),
                lambda g=graph: list(nx.strongly_connected_components(g)),
                rounds,
            )
        else:
            tell(
                f"{name}: knots and all circles of 2 to 6",
                lambda e=edges: circles(e),
                lambda g=graph: list(nx.simple_cycles(g, length_bound=6)),
                rounds,
            )
        tell(
            f"{name}: who stands at the top",
            lambda e=edges: ultimate_parents(e),
            lambda g=graph: nx.condensation(g),
            rounds,
        )
        # Nine tenths of every party are held by parties that are known.
        held = np.bincount(edges.target, minlength=parties)
        rate = 0.9 / held[edges.target]
        of = int(np.argmax(held))
        weighted = nx.DiGraph()
        weighted.add_weighted_edges_from(
            zip(edges.target.tolist(), edges.source.tolist(), rate.tolist(), strict=True)
        )
        tell(
            f"{name}: one party's shares looked through",
            lambda e=edges, r=rate, o=of: look_through(e, r, of=o),
            lambda g=weighted, o=of: nx.pagerank(g, alpha=0.9, personalization={o: 1.0}, max_iter=200),
            rounds,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
