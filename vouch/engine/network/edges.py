"""The edges that a question is asked of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Numbers = NDArray[np.int64]
Rates = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Edges:
    """Directed edges between `count` parties, numbered from 0; an edge may stand in it more than once.

    Raises ValueError where the two ends differ in length or name a party that is not there.
    """

    count: int
    source: Numbers
    target: Numbers

    def __post_init__(self) -> None:
        for name in ("source", "target"):
            end = np.asarray(getattr(self, name), dtype=np.int64).reshape(-1)
            object.__setattr__(self, name, end)
            if end.size and (end.min() < 0 or end.max() >= self.count):
                raise ValueError(f"an edge names a party outside 0 … {self.count - 1}")
        if self.source.size != self.target.size:
            raise ValueError("every edge has a source and a target")

    def matrix(self, weights: Rates | None = None) -> csr_array:
        """`[source, target]` holds the sum of the weights of these edges, or how many there are."""
        filled = np.ones(self.source.size) if weights is None else weights
        return csr_array((filled, (self.source, self.target)), shape=(self.count, self.count))

    def chosen(self, kept: NDArray[np.bool_]) -> Edges:
        """The edges of a mask over edges, between the same parties."""
        return Edges(self.count, self.source[kept], self.target[kept])
