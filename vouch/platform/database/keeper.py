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


def keep(cluster: Cluster) -> None:
    """Run the server, restart it when it dies, stop it when nobody holds it."""
    with locked(cluster.lock("keeper")):
        server = None
        while (holders := try_lock(cluster.lock("holders"))) is None:
            if server is None or server.poll() is not None:
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
