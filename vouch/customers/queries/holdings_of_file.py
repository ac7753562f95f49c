"""What a person may have a copy of from the customer's file: documents with their originals, answers, errands."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from vouch.customers.models import Answer, Errand, FiledDocument
from vouch.customers.queries.holdings import Section
from vouch.customers.queries.questionnaires import questionnaire_numbered
from vouch.parties.models import Party


def told_by_file(party: Party) -> Iterator[Section]:
    """Every version of every paper and answer, what was withdrawn too, since we still keep it."""
    papers = list(
        FiledDocument.objects.filter(material__party=party)
        .select_related("material__document")
        .order_by("pk")
    )
    yield Section(
        "证照与影像",
        ("类别", "名称", "来源", "所属日期", "有效期起", "有效期止", "登记时间", "状态", "说明", "文件摘要"),
        [
            (
                *(one.get_category_display(), one.title, one.material.get_origin_display()),
                *(str(day or "") for day in (one.material.as_of, one.valid_from, one.valid_until)),
                f"{timezone.localtime(one.material.known_at):%Y-%m-%d %H:%M:%S}",
                *(one.material.get_state_display(), one.material.note, one.sha256),
            )
            for one in papers
        ],
        [(f"资料-{one.pk}", one.material.document) for one in papers if one.material.document],
    )
    answers = Answer.objects.filter(sheet__material__party=party).select_related(
        "sheet__material__recorded_by"
    )
    yield Section(
        "评级问卷",
        ("轮次", "回答人", "回答时间", "问题", "答案", "理由"),
        [
            (
                one.sheet.get_round_display(),
                str(getattr(one.sheet.material.recorded_by, "name", "")),
                f"{timezone.localtime(one.sheet.material.known_at):%Y-%m-%d %H:%M:%S}",
                *_in_words(one),
                one.note,
            )
            for one in answers.order_by("sheet", "pk")
        ],
    )
    errands = Errand.objects.filter(party=party).order_by("pk")
    yield Section(
        "补资料任务",
        ("内容", "说明", "期限", "状态", "了结说明"),
        [(one.title, one.reason, str(one.due_on), one.get_state_display(), one.outcome) for one in errands],
    )


def _in_words(answer: Answer) -> tuple[str, str]:
    """The question and the choice as they were read; as codes where the questionnaire is no longer shipped."""
    asked = questionnaire_numbered(answer.sheet.questionnaire, answer.sheet.version)
    questions = {} if asked is None else {one.name: one for one in asked.questions}
    question = questions.get(answer.question)
    if question is None:
        return answer.question, answer.choice
    return question.title, question.choices.get(answer.choice, answer.choice)
