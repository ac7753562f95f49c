"""What a check of the installation finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the report: good, or bad with what to do; None where there is nothing to judge."""

    is_good: bool | None
    text: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]
