"""What the switchboard connects."""

from __future__ import annotations

from vouch.config.terms import EVENT_TITLES
from vouch.config.wiring import REACTIONS
from vouch.platform.courier import tasks

CHANGES_NO_FACT = {
    # Nothing of the customer is known yet, or all of it goes: there is no standing to move.
    "parties.enterprise.registered", "parties.relations.begun", "parties.person.registered",
    "parties.person.erased", "parties.party.restricted", "customers.request.restricted",
    # Persons are not judged by themselves.
    "parties.person.corrected", "parties.person.repeated", "parties.household.changed", "parties.account.added",
    "parties.account.ended", "parties.contact.added", "parties.contact.ended", "parties.phone.added",
    "parties.phone.ended",
    # By which name or code somebody is found, and what was read off a scan or an address.
    "parties.identifier.added", "parties.identifier.noted", "parties.licence.scanned", "parties.paper.stored",
    "parties.addresses.read", "parties.address.corrected", "parties.occupancy.added", "parties.occupancy.ended",
    "parties.visit.noted", "parties.site.opened", "parties.building.described", "parties.buildings.joined",
    "parties.buildings.parted", "parties.steward.appointed", "parties.building_limit.set",
    "customers.collateral.shown",
    # Looking at something.
    "parties.person.revealed", "parties.paper.read", "parties.persons.read", "customers.material.opened",
    "customers.report.opened", "customers.certificate.revealed", "customers.authorisation.shown",
    "customers.package.fetched", "customers.package.made", "customers.credit.refused",
    # Who looks after whom, and what people put aside for themselves.
    "parties.assignment.made", "parties.assignment.ended", "parties.customers.assigned",
    "parties.customers.assignment_undone", "parties.customers.handed_over", "parties.working_list.saved",
    "parties.working_list.renamed", "parties.working_list.removed",
    # A merge has an entry of its own about the record that stays.
    "parties.party.joined", "parties.duplicates.found", "parties.duplicates.ordered",
    "parties.duplicate.dismissed", "parties.duplicate.postponed", "parties.duplicate.reopened",
    # What people are sent for, and uploads that nobody has confirmed.
    "customers.errand.ordered", "customers.errand.closed", "customers.errand.moved", "customers.errands.ordered",
    "customers.errands.settled", "customers.errands.reminded", "customers.managers.reminded",
    "customers.file.received", "customers.file.discarded", "customers.file.forgotten",
    # An authorisation that nobody has verified opens nothing.
    "customers.authorisation.recorded", "customers.authorisation.rejected",
    # Texts, clocks and requests; a withdrawal of consents has an entry of its own.
    "customers.notice.drafted", "customers.notice.revised", "customers.notice.published", "customers.clock.set",
    "customers.request.received", "customers.request.verified", "customers.request.taken_up",
    "customers.request.extended", "customers.request.answered", "customers.request.refused",
    "customers.erasure.proposed", "customers.erasure.approved", "customers.assessment.drafted",
    "customers.assessment.revised", "customers.assessment.submitted", "customers.assessment.returned",
    "customers.assessment.reviewed", "customers.assessment.withdrawn", "customers.assessments.reminded",
    # Lists whose customers are screened next, in an entry of its own.
    "customers.list.opened", "customers.list.taken", "customers.list_entry.added", "customers.list_entry.ended",
    # About the whole book: each customer finds it when it is its turn.
    "customers.source.switched", "customers.report.removed",
}  # fmt: skip
"""Events of the rooms that answer facts after which nobody is judged again."""


def test_every_change_of_access_is_told() -> None:
    told = {event for event, names in REACTIONS.items() if "courier.tell_of_access" in names}
    assert told == set(tasks.ACCESS_EVENTS)


def test_every_event_of_a_room_that_answers_facts_judges_again_or_is_said_not_to() -> None:
    of_facts = {event for event in EVENT_TITLES if event.startswith(("parties.", "customers.", "business."))}
    judged = {
        event
        for event, names in REACTIONS.items()
        if any(name.startswith("grading.reassess") for name in names)
    }
    assert of_facts - judged == CHANGES_NO_FACT
    assert judged - of_facts == {"exchange.import.finished", "exchange.import.undone"}
