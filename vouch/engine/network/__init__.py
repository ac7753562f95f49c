"""How parties hang together, in arrays: groups, control, shares looked through, guarantee circles, who falls with whom.

Parties are whole numbers from 0; an edge leads from `source[i]` to `target[i]`. Whoever asks keeps the list that turns numbers
into parties again, and decides which edges count: what kind, which sources, as of which day.

edges = Edges(count, source, target)                    # what a question is asked of
group_of = groups(edges)                                # who is connected at all
ultimate = ultimate_parents(edges)                      # child → parent, climbed to the top
shares = look_through(Edges(n, holder, held), rates, of=party)
found = circles(Edges(n, guarantor, debtor))            # 互保, 联保
places = ringed(edges, centre)                          # where each is drawn
"""

from vouch.engine.network.circles import Circles, circles, knots, longest_chain
from vouch.engine.network.contagion import Assumptions, Fall, falls_with
from vouch.engine.network.control import Ultimate, look_through, ultimate_parents
from vouch.engine.network.edges import Edges
from vouch.engine.network.groups import exposure_of, groups, path_between
from vouch.engine.network.layout import ringed

__all__ = [
    "Assumptions",
    "Circles",
    "Edges",
    "Fall",
    "Ultimate",
    "circles",
    "exposure_of",
    "falls_with",
    "groups",
    "knots",
    "longest_chain",
    "look_through",
    "path_between",
    "ringed",
    "ultimate_parents",
]
