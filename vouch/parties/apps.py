from functools import partial
from typing import Any

from django.apps import AppConfig
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vouch.engine.facts import catalogue
from vouch.platform.identity.holdings import Holding, UnitUse, register_holding, register_unit_use


class PartiesConfig(AppConfig):
    name = "vouch.parties"
    label = "parties"
    verbose_name = _("客户主体")

    def ready(self) -> None:
        """Let enterprises, persons and relations be imported, answer facts, and lead entries to the forms that change their subject."""
        from vouch.parties.actions.enrolment import index_parties  # models must be loaded first
        from vouch.parties.actions.intake import EnterpriseImporter  # models must be loaded first
        from vouch.parties.actions.person_lists import PersonImporter  # models must be loaded first
        from vouch.parties.actions.relation_lists import RelationImporter  # models must be loaded first
        from vouch.parties.facts import FACTS, ask, sites
        from vouch.parties.queries.grouping import looked_up_once
        from vouch.parties.queries.links import OWN_FORMS, register_links
        from vouch.parties.terms import WAITING
        from vouch.platform.exchange.importer import register
        from vouch.platform.exchange.undoing import Derived, register_derived, register_passing
        from vouch.platform.ledger.subjects import Form, register_form

        register(EnterpriseImporter())
        register(PersonImporter())
        register(RelationImporter())
        # Written anew with every name, code and merge, and by a release that searches by more: nobody's own work.
        register_derived("parties_party", Derived(("search_text", "sound_text"), index_parties))
        # A pair that nobody has decided is a guess, and goes with either record.
        register_passing("parties_duplicate", f"state = ANY('{{{','.join(sorted(WAITING))}}}')")
        # Read by the machine from an address, and read again from it at any time.
        register_passing("parties_occupancy", "is_derived")
        register_passing("parties_addressreading", "marks IS NULL")
        catalogue.register(facts=FACTS, ask=ask)
        catalogue.register(facts=sites.FACTS, ask=sites.ask)
        catalogue.share(looked_up_once)
        for form in OWN_FORMS:
            register_links(form)
        corrected = frozenset(
            {"parties.enterprise.corrected", "parties.enterprise.changed", "parties.person.corrected"}
        )
        # The form of an enterprise hands those of a person on, with the entry.
        register_form(Form(kind="party", events=corrected, url_name="parties:correct"))
        assigned = frozenset({"parties.assignment.made", "parties.assignment.ended"})
        register_form(Form(kind="party", events=assigned, url_name="parties:assign"))
        _tell_holdings()
        _tell_places()


def _tell_places() -> None:
    """The queue of records that may be one customer's stands in the sidebar."""
    from vouch.parties import permissions  # models must be loaded first
    from vouch.platform.web.navigation import NavItem
    from vouch.platform.web.navigation import register as register_place

    register_place(
        NavItem(
            title=_("疑似重复"),
            url_name="parties:duplicates",
            icon="git-merge",
            order=22,
            badge=_waiting,
            may=permissions.may_open_duplicates,
        )
    )


def _waiting(request: Any) -> int:
    from vouch.parties.queries import waiting_count  # models must be loaded first

    return waiting_count(request.actor, today=timezone.localdate())


def _tell_holdings() -> None:
    """Say what people and units have in hand here, and how it goes over to others."""
    from vouch.parties import queries  # models must be loaded first
    from vouch.parties.actions import hand_over_customers  # models must be loaded first

    for side, title in (("manager", _("管户（A角）")), ("second_manager", _("协办（B角）"))):
        register_holding(
            Holding(
                name=f"parties.{side}",
                title=title,
                count=partial(queries.held_count, side=side),
                items=partial(queries.held_parties, side=side),
                named=queries.named_parties,
                hand_over=partial(hand_over_customers, side=side),
            )
        )
    register_unit_use(UnitUse(name="parties.unit", title=_("管户客户"), count=queries.unit_count))
