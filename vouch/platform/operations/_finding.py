"""What a check of the installation finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import Error


@dataclass(frozen=True)
class Finding:
    """One line of the report: good, or bad with what to do; None where there is nothing to judge."""

    is_good: bool | None
    text: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]


def ask(check: Check) -> Iterator[Finding]:
    """A check that cannot be made is a finding too."""
    try:
        yield from check()
    except (Error, OSError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        yield Finding(
            False,
            f"无法检查（{check.__name__.strip('_')}）：{first}",
            "请检查数据库地址与网络，或运行 vouch migrate",
        )
