"""Cut points a person can read: the shortest decimal between two neighbouring values."""

from __future__ import annotations

from typing import Final

import numpy as np

from vouch.engine.training.merging import Floats

PLACES_MAX: Final = 9
LARGEST: Final = 10.0**15
"""Cut points are kept as integers below 10**15 after scaling, see the scorecard file."""


def clean_splits(left: Floats, right: Floats) -> Floats:
    """One cut per pair, ``left < cut <= right``, with as few digits as possible; pairs that no cut of 9 places parts are dropped.

    A cut sends values ``>= cut`` to the upper bin, so a cut equal to ``right`` parts the pair as well.
    """
    cuts = np.full(len(left), np.nan)
    for exponent in range(14, -PLACES_MAX - 1, -1):
        todo = np.isnan(cuts)
        if not todo.any():
            break
        if exponent >= 0:
            step = 10.0**exponent
            down = np.floor(right[todo] / step) * step
        else:
            scale = 10.0**-exponent
            down = np.floor(right[todo] * scale) / scale
            over = down > right[todo]
            down[over] = (np.floor(right[todo][over] * scale) - 1) / scale
        fits = (
            (down > left[todo]) & (down <= right[todo]) & (np.abs(down) * 10.0 ** max(-exponent, 0) < LARGEST)
        )
        places = np.flatnonzero(todo)[fits]
        cuts[places] = down[fits]
    return np.asarray(np.unique(cuts[~np.isnan(cuts)]))
