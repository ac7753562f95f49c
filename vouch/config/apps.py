"""The switchboard's app: hands the map of reactions to the ledger when everything is loaded."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from vouch.config.terms import (
    EVENT_TITLES,
    FIELD_TITLES,
    READ_EVENTS,
    SUBJECT_TITLES,
    TASK_TITLES,
    VALUE_TITLES,
)
from vouch.config.wiring import FOREIGN_FACES, REACTIONS, SUBJECTS
from vouch.platform.jobs import terms as jobs_terms
from vouch.platform.ledger import terms
from vouch.platform.web.faces import foreign_faces


class ConfigConfig(AppConfig):
    name = "vouch.config"
    label = "config"
    verbose_name = _("总装")

    def ready(self) -> None:
        """Wire events to their reactions, doors to the libraries' pages, and words to the ledger."""
        from vouch.platform.ledger import subjects  # models must be loaded first
        from vouch.platform.ledger.reactions import register_reactions

        register_reactions(REACTIONS)
        foreign_faces(FOREIGN_FACES)
        for room in apps.get_app_configs():
            if room.name.startswith("vouch.") and module_has_submodule(room.module, "queries"):
                questions = import_module(f"{room.name}.queries")
                subjects.register_tables(getattr(questions, "VISIBLE", {}))
        subjects.register_kinds(SUBJECTS)
        terms.READ_EVENTS.update(READ_EVENTS)
        terms.VALUE_TITLES.update(VALUE_TITLES)
        terms.EVENT_TITLES.update(EVENT_TITLES)
        terms.SUBJECT_TITLES.update(SUBJECT_TITLES)
        terms.FIELD_TITLES.update(FIELD_TITLES)
        jobs_terms.TASK_TITLES.update(TASK_TITLES)
