"""The switchboard's app: hands the map of reactions to the ledger when everything is loaded."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.config.terms import EVENT_TITLES, FIELD_TITLES, SUBJECT_TITLES, TASK_TITLES
from vouch.config.wiring import FOREIGN_FACES, REACTIONS
from vouch.platform.jobs import terms as jobs_terms
from vouch.platform.ledger import terms
from vouch.platform.web.faces import foreign_faces


class ConfigConfig(AppConfig):
    name = "vouch.config"
    label = "config"
    verbose_name = _("总装")

    def ready(self) -> None:
        """Wire events to their reactions, doors to the libraries' pages, and words to the ledger."""
        from vouch.platform.ledger.reactions import register_reactions  # models must be loaded first

        register_reactions(REACTIONS)
        foreign_faces(FOREIGN_FACES)
        terms.EVENT_TITLES.update(EVENT_TITLES)
        terms.SUBJECT_TITLES.update(SUBJECT_TITLES)
        terms.FIELD_TITLES.update(FIELD_TITLES)
        jobs_terms.TASK_TITLES.update(TASK_TITLES)
