"""How a child learns that its parent is gone, even one killed with -9: the pipe they share is closed by the kernel."""

import os
import signal
import threading
import time

VARIABLE = "VOUCH_LIFELINE"


def follow_parent() -> None:
    """End this process (SIGTERM) when the parent's end of the lifeline closes."""
    if number := os.environ.pop(VARIABLE, ""):
        threading.Thread(target=_wait_for_end, args=(int(number),), daemon=True, name="lifeline").start()


def children_follow_us() -> None:
    """Have processes forked from this one end when this one dies (granian's workers would go on, and keep the port)."""
    os.register_at_fork(after_in_child=_follow_forker)


def _follow_forker() -> None:
    threading.Thread(target=_wait_for_orphanhood, args=(os.getppid(),), daemon=True, name="lifeline").start()


def _wait_for_orphanhood(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _wait_for_end(file: int) -> None:
    os.read(file, 1)  # nobody writes: it returns at the end of the pipe
    os.kill(os.getpid(), signal.SIGTERM)
