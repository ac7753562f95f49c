"""Where customers stand because of what was decided: moved by one statement, whoever brings it about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection

from vouch.grading import queries
from vouch.grading.actions.following import follow_assessments
from vouch.grading.models import Assessment
from vouch.grading.terms import Direction, Outcome
from vouch.policy.models import PolicyVersion

_MOVE = """
INSERT INTO grading_standing AS standing (
    party_id, assessment_id, policy_id, as_of, assessed_at, outcome, score, grade, grade_rank, risk_class,
    assessed_class, value_class, "limit", missing_count, previous_grade, previous_class, previous_limit, direction,
    changed_at, override_id)
SELECT DISTINCT ON (made.party_id) made.party_id, made.id, made.policy_id, made.as_of, made.at, made.outcome, made.score,
    coalesce(other.grade, made.grade), coalesce(other.rank, made.grade_rank),
    coalesce(other.risk_class, made.risk_class), coalesce(other.risk_class, made.risk_class), made.value_class,
    coalesce(other."limit", made."limit"),
    CASE WHEN outcome = %(insufficient)s THEN cardinality(reasons) ELSE 0 END, '', '', NULL, %(new)s, %(moved_at)s,
    other.override_id
FROM grading_assessment AS made
LEFT JOIN unnest(%(parties)s::bigint[], %(overrides)s::bigint[], %(grades)s::text[], %(ranks)s::int[],
                 %(classes)s::text[], %(limits)s::numeric[])
    AS other(party_id, override_id, grade, rank, risk_class, "limit") ON other.party_id = made.party_id
WHERE made.party_id = ANY(%(party_ids)s) AND at = %(at)s AND as_of = %(as_of)s AND policy_id = %(policy_id)s
    AND (NOT made.is_advice OR EXISTS (
        SELECT FROM grading_advicedecision AS said WHERE said.assessment_id = made.id AND said.is_adopted))
ORDER BY made.party_id, made.id DESC
ON CONFLICT (party_id) DO UPDATE SET
    assessment_id = EXCLUDED.assessment_id, policy_id = EXCLUDED.policy_id, as_of = EXCLUDED.as_of,
    assessed_at = EXCLUDED.assessed_at, outcome = EXCLUDED.outcome, score = EXCLUDED.score,
    grade = EXCLUDED.grade, grade_rank = EXCLUDED.grade_rank,
    assessed_class = EXCLUDED.assessed_class, value_class = EXCLUDED.value_class,
    risk_class = CASE WHEN standing.risk_class = '' THEN EXCLUDED.risk_class ELSE standing.risk_class END,
    "limit" = EXCLUDED."limit", missing_count = EXCLUDED.missing_count, override_id = EXCLUDED.override_id,
    previous_grade = CASE WHEN standing.grade = EXCLUDED.grade THEN standing.previous_grade ELSE standing.grade END,
    previous_class = CASE WHEN standing.grade = EXCLUDED.grade THEN standing.previous_class ELSE standing.assessed_class END,
    previous_limit = CASE WHEN standing.grade = EXCLUDED.grade THEN standing.previous_limit ELSE standing."limit" END,
    direction = CASE
        WHEN standing.grade = EXCLUDED.grade THEN standing.direction
        WHEN standing.grade = '' THEN %(gained)s
        WHEN EXCLUDED.grade = '' THEN %(lost)s
        WHEN EXCLUDED.grade_rank < standing.grade_rank THEN %(up)s
        ELSE %(down)s END,
    changed_at = CASE WHEN standing.grade = EXCLUDED.grade THEN standing.changed_at ELSE EXCLUDED.changed_at END
WHERE (standing.as_of, standing.assessed_at) <= (EXCLUDED.as_of, EXCLUDED.assessed_at)
"""


def move_standings(
    party_ids: list[int],
    *,
    version: PolicyVersion,
    as_of: date,
    at: datetime,
    moved_at: datetime | None = None,
) -> None:
    """Let the customers' standings rest on the assessments made at ``at``; for use inside an action.

    A look back (older facts than those a standing rests on) stays in the history and moves no standing, and so do an
    assessment that a newer one of the same day overtook and advice that no person has adopted. Where a person's override
    lives, grade, class and limit are its.
    """
    found = queries.overridden(party_ids, version=version, as_of=as_of, at=at)
    values: dict[str, Any] = {
        "party_ids": party_ids,
        "at": at,
        "as_of": as_of,
        "policy_id": version.pk,
        "moved_at": moved_at or at,
        "insufficient": Outcome.INSUFFICIENT.value,
        **{direction.value: direction.value for direction in Direction},
        "parties": [one.party_id for one in found],
        "overrides": [one.override_id for one in found],
        "grades": [one.result.grade for one in found],
        "ranks": [one.result.rank for one in found],
        "classes": [one.result.customer_class for one in found],
        "limits": [one.limit for one in found],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)


def rest_standing(assessment: Assessment, *, at: datetime) -> None:
    """Let a customer's standing rest on this assessment as overrides and confirmations now are; for use inside an action."""
    move_standings(
        [assessment.party_id],
        version=assessment.policy,
        as_of=assessment.as_of,
        at=assessment.at,
        moved_at=at,
    )
    follow_assessments([assessment.party_id], at=at)
