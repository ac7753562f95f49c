"""Questions to the register of scorecards."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import QuerySet

from vouch.engine import scorecard_file
from vouch.engine.scorecard import Scorecard as Card
from vouch.platform.web.faces import Visible
from vouch.risk.models import Scorecard


def scorecards() -> QuerySet[Scorecard]:
    """Every registered card, by name, the newest version first."""
    return Scorecard.objects.order_by("name", "-version")


def scorecard_with(sha256: str) -> Scorecard | None:
    """The registered card with this hash, if there is one."""
    return Scorecard.objects.filter(sha256=sha256).first()


def card_of(row: Scorecard) -> Card:
    """The card that a row stores, ready to score."""
    return read_card(row.document, title=row.title)


def facts_needed(row: Scorecard) -> tuple[str, ...]:
    """Names of the facts that the card reads, in its own order."""
    return tuple(attribute.fact for attribute in card_of(row).attributes)


@lru_cache(maxsize=32)
def read_card(document: str, *, title: str) -> Card:
    """The card in this text; reading one again costs nothing. Raises FileError for a text that is no card."""
    return scorecard_file.read(document.encode(), name=title)


VISIBLE: Visible = {Scorecard: "评分卡是规则，不含客户资料"}
"""How rows of each table are seen."""
