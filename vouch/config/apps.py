"""The switchboard's app: hands the map of reactions to the ledger when everything is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.config.terms import EVENT_TITLES, FIELD_TITLES, SUBJECT_TITLES
from vouch.config.wiring import REACTIONS
from vouch.platform.ledger import terms


class ConfigConfig(AppConfig):
    name = "vouch.config"
    label = "config"
    verbose_name = _("总装")

    def ready(self) -> None:
        """Wire events to their reactions, and give the ledger the words for them."""
        from vouch.platform.ledger.reactions import register_reactions  # models must be loaded first

        register_reactions(REACTIONS)
        terms.EVENT_TITLES.update(EVENT_TITLES)
        terms.SUBJECT_TITLES.update(SUBJECT_TITLES)
        terms.FIELD_TITLES.update(FIELD_TITLES)
