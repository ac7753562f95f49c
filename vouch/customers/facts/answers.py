"""Facts of the rating sheet: what risk management answered, and where it has not, what the account manager did.

Text facts: the value is the code of the choice, which keeps its meaning from version to version of the questionnaire.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from vouch.customers.queries.materials import KNOWN
from vouch.customers.queries.questionnaires import Question, questionnaires
from vouch.engine.facts import Fact, FactFrame, FactKind, Value
from vouch.parties.queries import end_of, grouped_rows

PREFIX = "answer."


def _questions() -> dict[str, Question]:
    """Every question of every version, in the words of its latest."""
    return {question.name: question for one in questionnaires() for question in one.questions}


def answer_facts() -> tuple[Fact, ...]:
    """One for each question that any version asks."""
    return tuple(
        Fact(
            name=f"{PREFIX}{name}",
            title=question.title,
            definition="评级问卷的答案，有复评取复评，否则取初评："
            + "，".join(f"{code}={title}" for code, title in question.choices.items()),
            kind=FactKind.TEXT,
            source="评级问卷",
            missing="没有回答过，或问卷已撤回时缺失",
        )
        for name, question in _questions().items()
    )


_ASK = """
SELECT DISTINCT ON (m.party_id, a.question) m.party_id, a.question, a.choice, m.as_of
FROM customers_answer a
JOIN customers_answersheet s ON s.material_id = a.sheet_id
JOIN customers_material m ON m.id = s.material_id
WHERE {known} AND {scope}
ORDER BY m.party_id, a.question, (s.round = 'second') DESC, m.known_at DESC, m.id DESC
"""


def ask_answers(subjects: Sequence[int] | None, *, as_of: date) -> FactFrame:
    """The answers of these parties, or of all that were asked, as of the end of a day, with one SQL."""
    scope = "TRUE" if subjects is None else "m.party_id = ANY(%(parties)s)"
    values: dict[str, Any] = {"end": end_of(as_of), "parties": list(subjects or ())}
    rows = grouped_rows(_ASK.format(known=KNOWN, scope=scope), values)
    found: dict[int, dict[str, tuple[str, date]]] = {}
    for party_id, question, choice, day in rows:
        found.setdefault(party_id, {})[f"{PREFIX}{question}"] = (choice, day)
    parties = list(found)
    names = [f"{PREFIX}{name}" for name in _questions()]
    columns: dict[str, list[Value]] = {}
    days: dict[str, list[date | None]] = {}
    for name in names:
        column = [found[party].get(name, (None, None)) for party in parties]
        columns[name] = [choice for choice, _day in column]
        days[name] = [day for _choice, day in column]
    return FactFrame(parties, columns, days)
