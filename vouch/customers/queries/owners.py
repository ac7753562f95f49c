"""Who stands behind an organisation: people in its posts, its shareholders up several steps, its controllers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from vouch.customers.terms import HitTie
from vouch.parties.models import Control, Post, Shareholding

MOST_STEPS = 6
"""Chains of shareholders are followed so far; longer ones are cut."""
MOST_WAYS = 2000
"""Firms that hold each other crosswise have ways without number; so many of one customer are looked at, the short ones first."""
MILLION = 1_000_000

Step = tuple[int, int | None]
"""A party, and its share in the next one below in millionths (None: unknown, or a post)."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One who stands behind a customer: how, by which way down, and with which share in the end."""

    party_id: int
    via_id: int
    tie: HitTie
    path: tuple[Step, ...]

    @property
    def share(self) -> Decimal | None:
        """The product of the shares on the way, a fraction with six places, rounded half up; None where one is unknown."""
        if self.tie == HitTie.POST:
            return None
        product = Decimal(1)
        for _party, rate in self.path:
            if rate is None:
                return None
            product = product * rate / MILLION
        return product.quantize(Decimal("0.000001"), rounding="ROUND_HALF_UP")

    @property
    def weight(self) -> tuple[int, Decimal, int]:
        """Of several ties between the same two the one told: control, then the larger share, then the shorter way."""
        order = {HitTie.CONTROL: 2, HitTie.SHARE: 1, HitTie.POST: 0}
        return order[self.tie], self.share or Decimal(0), -len(self.path)


@dataclass(frozen=True, slots=True)
class _Edge:
    upper: int
    lower: int
    tie: HitTie
    rate: int | None


def _edges(**on: Collection[int]) -> list[_Edge]:
    """Shares and controls that hold now between parties that we know. ``on``: ``upper__in`` or ``lower__in``."""
    found = []
    for model, upper, tie in (
        (Shareholding, "holder", HitTie.SHARE),
        (Control, "controller", HitTie.CONTROL),
    ):
        names = {"upper__in": f"{upper}__in", "lower__in": "party__in"}
        rows = model.objects.filter(ended_at=None, **{names[name]: ids for name, ids in on.items()})
        rows = rows.exclude(**{upper: None}).order_by("pk")
        for above, below, rate in rows.values_list(f"{upper}_id", "party_id", "rate"):
            found.append(_Edge(above, below, tie, None if rate is None else int(rate * MILLION)))
    return found


def behind(party_ids: Collection[int]) -> list[Behind]:
    """Everybody behind these customers; the heaviest tie of each. A number of queries that the chains' length bounds."""
    above: dict[int, list[_Edge]] = defaultdict(list)
    asked: set[int] = set()
    frontier = set(party_ids)
    for _step in range(MOST_STEPS):
        if not frontier:
            break
        asked |= frontier
        edges = _edges(lower__in=frontier)
        for edge in edges:
            above[edge.lower].append(edge)
        frontier = {edge.upper for edge in edges} - asked
    posts = Post.objects.filter(enterprise__in=party_ids, ended_at=None, person__isnull=False)
    ways = [
        Behind(firm, person, HitTie.POST, ((person, None),))
        for person, firm in posts.values_list("person_id", "enterprise_id")
        if person is not None
    ]
    for firm in party_ids:
        ways.extend(_ways(firm, above))
    best: dict[tuple[int, int], Behind] = {}
    for way in ways:
        known = best.get((way.party_id, way.via_id))
        if known is None or way.weight > known.weight:
            best[way.party_id, way.via_id] = way
    return [best[key] for key in sorted(best)]


def _ways(firm: int, above: Mapping[int, list[_Edge]]) -> Iterator[Behind]:
    """Every way up from a firm that meets nobody twice; whoever decides anywhere on the way controls."""
    open_ways: deque[tuple[tuple[Step, ...], HitTie]] = deque([((), HitTie.SHARE)])
    told = 0
    while open_ways and told < MOST_WAYS:
        path, tie = open_ways.popleft()
        here = path[0][0] if path else firm
        met = {firm, *(party for party, _rate in path)}
        for edge in above.get(here, ()):
            if edge.upper in met or len(path) >= MOST_STEPS:
                continue
            longer = ((edge.upper, edge.rate), *path)
            kind = HitTie.CONTROL if HitTie.CONTROL in {tie, edge.tie} else HitTie.SHARE
            told += 1
            yield Behind(firm, edge.upper, kind, longer)
            open_ways.append((longer, kind))


def below(party_ids: Iterable[int]) -> set[int]:
    """The organisations that these parties have posts in, hold, or control, at any number of steps up to the limit."""
    start = set(party_ids)
    found: set[int] = set(
        Post.objects.filter(person__in=start, ended_at=None).values_list("enterprise_id", flat=True)
    )
    frontier, seen = start, set(start)
    for _step in range(MOST_STEPS):
        if not frontier:
            break
        frontier = {edge.lower for edge in _edges(upper__in=frontier)} - seen
        seen |= frontier
        found |= frontier
    return found
