"""What follows what: ledger event → names of the tasks that react to it, one line each.

And who may open the pages that libraries serve; their functions cannot say so themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from vouch.platform.web.faces import May

REACTIONS: dict[str, tuple[str, ...]] = {
    "identity.session.started": ("courier.tell_of_sign_in",),
    "identity.password.changed": ("courier.tell_of_access",),
    "identity.password.renewed": ("courier.tell_of_access",),
    "identity.second_factor.added": ("courier.tell_of_access",),
    "identity.second_factor.removed": ("courier.tell_of_access",),
    "identity.second_factor.reset": ("courier.tell_of_access",),
    "identity.recovery_codes.renewed": ("courier.tell_of_access",),
    "identity.single_sign_on.linked": ("courier.tell_of_access",),
    "identity.sign_in.locked": ("courier.tell_of_access",),
    "exchange.import.finished": (
        "exchange.tell_submitter",
        "customers.screen_import",
        "parties.look_after_import",
        "parties.read_addresses",
        "grading.follow_groups",
        "grading.reassess_import",
        "policy.take_tally",
    ),
    # What it had brought has gone, and former addresses are back.
    "exchange.import.undone": (
        "parties.read_addresses",
        "grading.follow_groups",
        "grading.reassess_import",
        "policy.take_tally",
    ),
    "parties.enterprise.registered": ("customers.screen_party", "parties.read_address"),
    "parties.enterprise.changed": ("grading.reassess", "parties.read_address"),
    "parties.enterprise.corrected": ("grading.reassess", "customers.screen_party", "parties.read_address"),
    # A farmer weighs less than another person, and says so in no row that bears a time.
    "parties.kind.corrected": ("grading.reassess", "policy.take_tally"),
    "parties.household.changed": ("policy.take_tally",),
    "parties.party.status_changed": ("grading.reassess",),
    "parties.party.unrestricted": ("grading.reassess",),
    "parties.identifier.added": ("customers.screen_party",),
    "parties.person.registered": ("customers.screen_party",),
    "parties.person.corrected": ("customers.screen_party",),
    "parties.post.added": ("grading.reassess", "customers.screen_party"),
    "parties.relations.added": ("grading.reassess", "customers.screen_party", "grading.follow_groups"),
    "parties.relations.begun": ("customers.screen_party", "grading.follow_groups"),
    "parties.relation.ended": ("grading.reassess", "customers.screen_party", "grading.follow_groups"),
    "parties.post.ended": ("grading.reassess", "customers.screen_party"),
    # About the record that stays; the one that stands by itself again has an entry of its own.
    "parties.merge.made": (
        "grading.reassess",
        "customers.screen_party",
        "grading.follow_groups",
        "policy.take_tally",
    ),
    "parties.merge.undone": (
        "grading.reassess",
        "customers.screen_party",
        "grading.follow_groups",
        "policy.take_tally",
    ),
    "parties.party.separated": ("grading.reassess", "customers.screen_party"),
    "customers.list_entry.added": ("customers.screen_list",),
    "customers.list_entry.ended": ("customers.screen_list",),
    "customers.list.taken": ("customers.screen_list",),
    "customers.list.screened": ("grading.reassess_list",),
    "customers.party.screened": ("grading.reassess",),
    "customers.parties.screened": ("grading.reassess_import",),
    "customers.hit.confirmed": ("grading.reassess_of_hit",),
    "customers.hit.dismissed": ("grading.reassess_of_hit",),
    "customers.invoices.recorded": ("grading.reassess",),
    "customers.bank.recorded": ("grading.reassess_of_material",),
    "customers.bills.recorded": ("grading.reassess_of_material",),
    "customers.taxes.recorded": ("grading.reassess_of_material",),
    "customers.financials.recorded": ("grading.reassess_of_material",),
    "customers.figure.recorded": ("grading.reassess_of_material",),
    "customers.figure.chosen": ("grading.reassess",),
    "customers.guarantees.stated": ("grading.reassess_of_material",),
    "customers.records.searched": ("grading.reassess_of_material",),
    "customers.material.verified": ("grading.reassess_of_material",),
    "customers.material.withdrawn": ("grading.reassess_of_material",),
    # Other sources' materials close errands within ten minutes, by the beat.
    "customers.document.filed": ("customers.settle_errands", "grading.reassess_of_material"),
    "customers.document.classified": ("grading.reassess_of_material",),
    "customers.answers.given": ("customers.settle_errands", "grading.reassess_of_material"),
    "customers.collateral.registered": ("grading.reassess_of_collateral",),
    "customers.collateral.changed": ("grading.reassess_of_collateral",),
    "customers.collateral.valued": ("grading.reassess_of_collateral",),
    "customers.report.stored": ("grading.reassess_of_report",),
    "customers.authorisation.verified": ("grading.reassess_of_authorisation",),
    "customers.authorisation.withdrawn": ("grading.reassess_of_authorisation",),
    "customers.consents.withdrawn": ("grading.reassess_of_request",),
    "customers.signals.noted": ("grading.reassess",),
    "customers.signal.withdrawn": ("grading.reassess_of_signal",),
    # A newly published policy starts nothing by itself: standings under an older one are shown as such, risk
    # management decides when the book is judged again, and each customer is when it is its turn.
    "policy.setting.confirmed": ("policy.take_tally",),
    "policy.figures.confirmed": ("policy.take_month_tally",),
}

FOREIGN_FACES: Mapping[str, May] = {}
"""Name of an address → who may open it; a page of a library that is not named here is not served."""

SUBJECTS: Mapping[str, str] = {
    "policy": "policy_version",
    "run": "assessment_run",
    "key_ring": "",
    "classes": "",
}
"""Kinds of subject in the ledger that go by another name than their table; "" for those that have none."""
