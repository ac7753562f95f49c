"""Tables of parties: who they are, and what is known of natural persons."""

from vouch.parties.models.particulars import Account, Contact, Paper, Phone, Post
from vouch.parties.models.party import Assignment, Enterprise, Identifier, Party
from vouch.parties.models.person import Person

__all__ = [
    "Account", "Assignment", "Contact", "Enterprise", "Identifier", "Paper", "Party", "Person", "Phone", "Post",
]  # fmt: skip
