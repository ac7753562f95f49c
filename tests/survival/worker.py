"""A worker that knows the job of ten steps: `python -m tests.survival.worker`."""

from __future__ import annotations

import django


def main() -> None:
    django.setup()
    # Models can be imported only now.
    from tests.survival.steps import SIDE_BY_SIDE
    from vouch.platform.jobs.worker import run_worker

    run_worker(concurrency=SIDE_BY_SIDE)


if __name__ == "__main__":
    main()
