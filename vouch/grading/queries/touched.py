"""Whose facts an event changed, as of which day they are judged again, and whose turn it is by the calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from vouch.customers.models import (
    Authorisation,
    Collateral,
    CreditReport,
    Material,
    RightsRequest,
    SocialSignal,
    WatchHit,
)
from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.queries.history import assessable
from vouch.grading.terms import RunState
from vouch.parties.models import Party
from vouch.platform.ledger.subjects import known_kinds
from vouch.policy import queries as policies
from vouch.policy.models import PolicyVersion

KEPT_CURRENT = timedelta(days=184)
"""A standing that rests on an older day is a look at the past: a correction judges it as of that day, not of today.
The longest interval between checks is half a year, so no standing that the calendar keeps is older."""

UNGRADED_DAYS = 30
"""How often it is asked again whether a customer without a grade has one now; a policy says nothing of these."""

_OWNERS: Mapping[str, tuple[Any, str]] = {
    "material": (Material, "party_id"),
    "collateral": (Collateral, "party_id"),
    "credit_report": (CreditReport, "party_id"),
    "authorisation": (Authorisation, "grantor_id"),
    "watch_hit": (WatchHit, "party_id"),
    "social_signal": (SocialSignal, "party_id"),
    "rights_request": (RightsRequest, "party_id"),
}


def owner_of(kind: str, pk: int) -> int | None:
    """The customer that a subject of the ledger belongs to; None where it is gone."""
    model, column = _OWNERS[kind]
    found: int | None = model.objects.filter(pk=pk).values_list(column, flat=True).first()
    return found


def touched_by_list(list_id: int) -> list[int]:
    """The customers with a hit on a watch list, whatever became of it."""
    found = WatchHit.objects.filter(entry__list_id=list_id)
    return list(found.order_by("party_id").values_list("party_id", flat=True).distinct())


def touched_by_import(import_id: int) -> list[int]:
    """The customers of whom an import wrote, changed or deleted any row, read from its journal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM exchange_importchange WHERE batch_id = %s", [import_id]
        )
        tables = {name for (name,) in cursor.fetchall()}
        found: set[int] = set()
        for statement in _statements(tables):
            cursor.execute(statement, {"batch": import_id})
            found.update(pk for (pk,) in cursor.fetchall() if pk is not None)
    return sorted(found)


def _statements(tables: Collection[str]) -> Iterator[str]:
    """For each table of the journal the question whose its rows are: they name the customer, or a row that does."""
    models = {one.model._meta.db_table: one.model for one in known_kinds().values() if one.model is not None}
    for table in tables:
        rows = f"FROM exchange_importchange AS line WHERE line.batch_id = %(batch)s AND line.table_name = '{table}'"
        if table == Party._meta.db_table:
            yield f"SELECT DISTINCT line.row_key::bigint {rows}"
            continue
        model = models.get(table)
        if model is None:
            continue
        owner = _key_to(model, Party)
        if owner is not None:
            yield f"SELECT DISTINCT (coalesce(line.after, line.before)->>'{owner}')::bigint {rows}"
            continue
        for key in model._meta.concrete_fields:
            above = key.related_model
            through = _key_to(above, Party) if above is not None else None
            if through is not None:
                yield (
                    f"SELECT DISTINCT parent.{through} FROM exchange_importchange AS line "  # noqa: S608
                    f"JOIN {above._meta.db_table} AS parent "
                    f"ON parent.{above._meta.pk.column} = (coalesce(line.after, line.before)->>'{key.column}')::bigint "
                    f"WHERE line.batch_id = %(batch)s AND line.table_name = '{table}'"
                )
                break


def _key_to(model: Any, owner: Any) -> str | None:
    """The first column by which rows of a table name their customer."""
    keys = [key.column for key in model._meta.concrete_fields if key.related_model is owner]
    return keys[0] if keys else None


def standing_customers(party_ids: Iterable[int], *, today: date) -> Mapping[date, list[int]]:
    """Of these records the customers that stand somewhere, or of whom advice was given, by the day as of which they are judged again.

    Of a customer with several records it is the one that stands for them. The day is today; for a standing that
    nobody keeps current it is the day that the standing rests on.
    """
    asked = Party.objects.filter(pk__in=list(party_ids))
    canonical = {merged or pk for pk, merged in asked.values_list("pk", "canonical")}
    rows = (
        Standing.objects.filter(Q(party__in=canonical) | Q(party__canonical__in=canonical))
        .annotate(customer=F("party__canonical"))
        .values_list("party_id", "customer", "as_of")
    )
    advice = Assessment.objects.filter(party__in=canonical, is_advice=True).order_by("party", "-at")
    latest = dict(advice.distinct("party").values_list("party_id", "as_of"))
    for pk, merged, as_of in rows:
        customer = merged or pk
        latest[customer] = max(as_of, latest.get(customer, as_of))
    listed = set(assessable(sorted(latest)).values_list("pk", flat=True))
    found: dict[date, list[int]] = {}
    for customer in sorted(listed):
        found.setdefault(_day_for(latest[customer], today), []).append(customer)
    return found


def _day_for(rests_on: date, today: date) -> date:
    return today if rests_on > today - KEPT_CURRENT else rests_on


def due_customers(version: PolicyVersion, *, at: datetime) -> list[int]:
    """The customers whose turn it is: never judged, or last judged as long ago as their class is checked.

    How often is what the policy in force says of the class.
    """
    policy = policies.policy_of(version)
    # The policy says nothing of those without a class, nor of a class that it no longer has.
    named = Q(risk_class__in=[one.name for one in policy.classes])
    fresh = ~named & Q(assessed_at__gt=at - timedelta(days=UNGRADED_DAYS))
    for one in policy.classes:
        fresh |= Q(risk_class=one.name, assessed_at__gt=at - timedelta(days=one.check_every_days))
    current = Standing.objects.filter(fresh)
    # Advice that waits for a person moves no standing; it is made anew as seldom as a missing grade is looked for.
    advised = Assessment.objects.filter(
        party=OuterRef("pk"), is_advice=True, at__gt=at - timedelta(days=UNGRADED_DAYS)
    )
    due = assessable().exclude(standing__in=current).exclude(Exists(advised))
    return list(due.order_by("pk").values_list("pk", flat=True))


def running_run_of(actor_id: str) -> AssessmentRun | None:
    """A batch of this actor's that is under way."""
    return AssessmentRun.objects.filter(actor_id=actor_id, state=RunState.RUNNING).first()
