"""The keeper: parent of the embedded server, alive exactly as long as there are holders. See `supervisor`.

Run as `python -m vouch.platform.database.keeper HOME` by the first holder; imports the standard library only, so it is there
in a few hundredths of a second.
"""

import os
import signal
import sys
import time
from pathlib import Path

from vouch.platform.database.cluster import Cluster, locked, try_lock

BEAT = 0.1  # seconds between two looks; bounds how long a killed server stays down
LONGEST_PAUSE = (
    3.0  # between two starts of a server that dies at once (a full disk): no storm, no flood of its log
)


def keep(cluster: Cluster) -> None:
    """Run the server, restart it when it dies, stop it when nobody holds it."""
    with locked(cluster.lock("keeper")):
        server = None
        started_at, pause = -LONGEST_PAUSE, BEAT
        while (holders := try_lock(cluster.lock("holders"))) is None:
            if server is None or server.poll() is not None:
                lived = time.monotonic() - started_at
                if lived >= pause:
                    pause = BEAT if lived > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
                    started_at = time.monotonic()
                    server = cluster.start()
            time.sleep(BEAT)
        cluster.stop()
        if server is not None:
            server.wait()
    os.close(holders)  # after the keeper's own lock: who waits for us sees that we are gone


if __name__ == "__main__":
    # The holders decide, not a signal to everything in the session.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    keep(Cluster(Path(sys.argv[1])))
