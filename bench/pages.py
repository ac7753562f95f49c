"""How long pages take at the server: `python bench/pages.py`.

Asks the installation's own database (VOUCH_HOME or DATABASE_URL) as its first member of staff who sees everything, so
import something large first, e.g. `vouch import enterprises ../shared/data/registry/enterprises.csv.gz` and
`vouch assess --all`. Every page is asked once to warm up and then five times; the medians, in milliseconds, and the
queries are printed, with the number of customers. Nothing is written but the session.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vouch.config.settings")

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from vouch.platform.database.supervisor import hold

ROUNDS = 5
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LISTS = (
    "/",
    "/customers/",
    "/customers/?page=3000",
    "/customers/?size=50",
    "/customers/?sort=name",
    "/customers/?sort=-limit&page=100",
    "/customers/?q=科技",
    "/customers/?q=科技有限公司",
    "/customers/?q=9111",
    "/customers/?risk_class=优质",
    "/customers/?risk_class=资料不足&page=1000",
    "/customers/?unit={unit}",
    "/ledger/",
)
PANELS = ("", "facts/", "invoices/", "identity/", "history/")


def main() -> None:
    with hold():
        django.setup()
        measure()


def measure() -> None:
    from vouch.grading.models import Standing
    from vouch.parties.models import Party
    from vouch.platform.identity.models import User
    from vouch.platform.identity.queries import head_office
    from vouch.platform.identity.terms import Scope

    user = User.objects.filter(scope=Scope.ALL, is_active=True).order_by("pk").first()
    if user is None:
        sys.exit("nobody who sees everything can sign in: run `vouch demo` or appoint somebody first")
    # Without the test environment, in which every template would copy its context for later assertions.
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend=BACKEND)
    unit = head_office().pk
    paths = [path.format(unit=unit) for path in LISTS]
    best = Standing.objects.exclude(score=None).order_by("-score").first()
    if best is not None:
        paths += [f"/customers/{best.party_id}/{panel}" for panel in PANELS]
    found = {path: timed(client, path) for path in paths}
    print(json.dumps({"customers": Party.objects.count(), "pages": found}, ensure_ascii=False, indent=1))


def timed(client: Client, path: str) -> dict[str, float]:
    """Median milliseconds of the whole answer, and the queries it took."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    # Counted now: the next request empties the log.
    asked = len(queries)
    if response.status_code != 200:
        sys.exit(f"{path} answered {response.status_code}")
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - begin) * 1000)
    return {"ms": round(statistics.median(taken)), "queries": asked}


if __name__ == "__main__":
    main()
