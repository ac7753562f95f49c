"""The request as our views see it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from vouch.platform.identity.actor import Actor


class StaffRequest(HttpRequest):
    """A request that has passed our middleware: it knows its actor and whether HTMX asks."""

    actor: Actor
    htmx: HtmxDetails
