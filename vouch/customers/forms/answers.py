"""The rating sheet as a form: one closed question after another, and a reason where risk management deviates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vouch.customers.actions import Given
from vouch.customers.actions.answers import NOTE
from vouch.customers.forms.consent import refuse_protected
from vouch.customers.queries import Answer
from vouch.customers.queries.questionnaires import Question, Questionnaire


class AnswersForm(forms.Form):
    """``before`` are the first answers that a second round looks at; their reasons are asked for then."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        *args: Any,
        before: Mapping[str, Answer] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.questionnaire, self.before = questionnaire, before
        for question in questionnaire.questions:
            self.fields[question.name] = forms.ChoiceField(
                label=question.title,
                choices=list(question.choices.items()),
                widget=forms.RadioSelect,
                help_text=question.help,
                error_messages={"required": _("请选择一个答案。")},
            )
            if before is not None:
                self.fields[f"{NOTE}{question.name}"] = forms.CharField(
                    label=_("与初评不同的理由"), required=False, max_length=200, validators=[refuse_protected]
                )

    def given(self) -> Given:
        """As the action takes it."""
        names = [question.name for question in self.questionnaire.questions]
        return Given(
            {name: self.cleaned_data[name] for name in names},
            {name: self.cleaned_data.get(f"{NOTE}{name}", "") for name in names},
        )

    def groups(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Title and questions of each group, each with its fields and what was answered before."""
        number = 0
        for group in self.questionnaire.groups:
            lines = []
            for question in group.questions:
                number += 1
                lines.append(self._line(question, number))
            yield group.title, lines

    def _line(self, question: Question, number: int) -> dict[str, Any]:
        former = None if self.before is None else self.before.get(question.name)
        return {
            "number": number,
            "bound": self[question.name],
            "note": None if self.before is None else self[f"{NOTE}{question.name}"],
            "former": question.choices.get(former.choice, former.choice) if former else "",
            "former_code": former.choice if former else "",
        }
