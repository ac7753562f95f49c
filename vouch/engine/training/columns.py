"""A table of columns as the trainer sees it: numbers with NaN, or categories as codes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vouch.engine.training.merging import Floats, Ints

NUMBER = "number"
CATEGORY = "category"
DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column of n rows.

    ``kind`` number: ``numbers`` (n,) with NaN for missing.  ``kind`` date: the same, days since 1970-01-01.  ``kind``
    category: ``codes`` (n,) into ``levels``, -1 for missing.
    """

    name: str
    kind: str
    numbers: Floats = field(default_factory=lambda: np.empty(0))
    codes: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    levels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.codes) if self.kind == CATEGORY else len(self.numbers)

    @property
    def missing(self) -> np.ndarray:
        """Which rows have no value."""
        return self.codes < 0 if self.kind == CATEGORY else np.isnan(self.numbers)

    def take(self, rows: Ints) -> Column:
        """The same column for some rows."""
        if self.kind == CATEGORY:
            return Column(self.name, self.kind, codes=self.codes[rows], levels=self.levels)
        return Column(self.name, self.kind, numbers=self.numbers[rows])
