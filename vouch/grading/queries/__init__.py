"""Questions about judgement: where customers stand, what was decided, why, and whether it replays."""

from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.queries.book import (
    Book,
    Line,
    book,
    older_standings,
    recent_changes,
    standings_visible_to,
)
from vouch.grading.queries.explanation import Explanation, explanation_of
from vouch.grading.queries.history import (
    Named,
    ReplayResult,
    assessable,
    assessments_of,
    assessments_visible_to,
    codes_of,
    compact,
    counts_of,
    customers_named,
    decision_of,
    judged_since,
    later_standings,
    latest_assessments,
    latest_digests,
    progress_of_runs,
    replay,
    runs,
    standing_of_records,
    unfinished_run,
)
from vouch.grading.queries.touched import (
    due_customers,
    owner_of,
    running_run_of,
    standing_customers,
    touched_by_import,
    touched_by_list,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    AssessmentRun: "评估批次只记户数与进度，不含客户资料",
    Assessment: assessments_visible_to,
    Standing: standings_visible_to,
}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "Book",
    "Explanation",
    "Line",
    "Named",
    "ReplayResult",
    "assessable",
    "assessments_of",
    "assessments_visible_to",
    "book",
    "codes_of",
    "compact",
    "counts_of",
    "customers_named",
    "decision_of",
    "due_customers",
    "explanation_of",
    "judged_since",
    "later_standings",
    "latest_assessments",
    "latest_digests",
    "older_standings",
    "owner_of",
    "progress_of_runs",
    "recent_changes",
    "replay",
    "running_run_of",
    "runs",
    "standing_customers",
    "standing_of_records",
    "standings_visible_to",
    "touched_by_import",
    "touched_by_list",
    "unfinished_run",
]
