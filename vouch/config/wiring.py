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
        "policy.take_tally",
        "grading.follow_groups",
    ),
    # What it had brought has gone, and former addresses are back.
    "exchange.import.undone": ("parties.read_addresses", "policy.take_tally", "grading.follow_groups"),
    "parties.enterprise.registered": ("customers.screen_party", "parties.read_address"),
    "parties.enterprise.changed": ("parties.read_address",),
    "parties.enterprise.corrected": ("grading.reassess", "customers.screen_party", "parties.read_address"),
    "parties.identifier.added": ("customers.screen_party",),
    "parties.person.registered": ("customers.screen_party",),
    "parties.person.corrected": ("customers.screen_party",),
    "parties.post.added": ("customers.screen_party",),
    "parties.relations.added": ("customers.screen_party", "grading.follow_groups"),
    "parties.relations.begun": ("customers.screen_party", "grading.follow_groups"),
    "parties.relation.ended": ("customers.screen_party", "grading.follow_groups"),
    "parties.post.ended": ("customers.screen_party",),
    # About the record that stays; the one that stands by itself again has an entry of its own.
    "parties.merge.made": (
        "grading.reassess",
        "customers.screen_party",
        "policy.take_tally",
        "grading.follow_groups",
    ),
    "parties.merge.undone": (
        "grading.reassess",
        "customers.screen_party",
        "policy.take_tally",
        "grading.follow_groups",
    ),
    "parties.party.separated": ("grading.reassess", "customers.screen_party"),
    "customers.list_entry.added": ("customers.screen_list",),
    "customers.list_entry.ended": ("customers.screen_list",),
    "customers.list.taken": ("customers.screen_list",),
    "customers.invoices.recorded": ("grading.reassess",),
    # Other sources' materials close errands within ten minutes, by the beat.
    "customers.document.filed": ("customers.settle_errands",),
    "customers.answers.given": ("customers.settle_errands",),
    "policy.setting.confirmed": ("policy.take_tally",),
    "policy.figures.confirmed": ("policy.take_month_tally",),
    # A newly published policy starts nothing by itself: standings under an older one are shown as such, and
    # risk management decides when the book is judged again.
}

FOREIGN_FACES: Mapping[str, May] = {}
"""Name of an address → who may open it; a page of a library that is not named here is not served."""

SUBJECTS: Mapping[str, str] = {
    "policy": "policy_version",
    "run": "assessment_run",
    "key_ring": "",
}
"""Kinds of subject in the ledger that go by another name than their table; "" for those that have none."""
