"""How a child learns that its parent is gone, even one killed with -9: the pipe they share is closed by the kernel."""

import os
import signal
import threading

VARIABLE = "VOUCH_LIFELINE"


def follow_parent() -> None:
    """End this process (SIGTERM) when the parent's end of the lifeline closes."""
    if number := os.environ.pop(VARIABLE, ""):
        threading.Thread(target=_wait_for_end, args=(int(number),), daemon=True, name="lifeline").start()


def _wait_for_end(file: int) -> None:
    os.read(file, 1)  # nobody writes: it returns at the end of the pipe
    os.kill(os.getpid(), signal.SIGTERM)
