"""A few child processes that live and end together with this one."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from vouch.platform.operations._lifeline import VARIABLE

BEAT = 0.1
GRACE = 10.0  # seconds for open requests and running jobs, then they are cut off; a job is rescued at the next start
QUICK_DEATHS = 3  # in a row, each within QUICK seconds of its start
QUICK = 5.0


class Processes:
    """Starts the children, starts again one that dies, and on SIGINT or SIGTERM ends them all.

    Ctrl-C reaches us alone and each child is told once (granian's workers hang when told twice); where we are killed with -9, the
    lifeline ends them.
    """

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self.commands = commands
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started_at: dict[str, float] = {}
        self.deaths = dict.fromkeys(commands, 0)
        self.stopping = False
        self._lifeline, self._our_end = os.pipe()
        os.set_inheritable(self._lifeline, True)

    def run(self, *, when_started: Callable[[], bool]) -> str | None:
        """Until told to stop: None; or the name of a child that dies every time it is started.

        `when_started` is called until it says True.
        """
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        announced = False
        try:
            for name in self.commands:
                self._start(name)
            while not self.stopping:
                if (hopeless := self._look_after()) is not None:
                    return hopeless
                announced = announced or when_started()
                time.sleep(BEAT)
            return None
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            self.commands[name],
            env={**os.environ, VARIABLE: str(self._lifeline)},
            pass_fds=(self._lifeline,),
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
        self.started_at[name] = time.monotonic()

    def _look_after(self) -> str | None:
        for name, process in self.running.items():
            if process.poll() is None or self.stopping:
                continue
            quick = time.monotonic() - self.started_at[name] < QUICK
            self.deaths[name] = self.deaths[name] + 1 if quick else 1
            if self.deaths[name] >= QUICK_DEATHS:
                return name
            self._start(name)
        return None

    def _end(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        os.close(self._our_end)
        os.close(self._lifeline)
