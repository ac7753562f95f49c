"""Forms of many lines: typed one by one, or read from a table that was pasted or uploaded, headings guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.customers.forms.consent import refuse_protected
from vouch.engine.cells import Cell, plain
from vouch.engine.identifiers import IdentityProblem, judge_identity
from vouch.platform.exchange.bytestream import Unreadable
from vouch.platform.exchange.sheets import read_sheets, read_text
from vouch.platform.exchange.tabular import Column, guess_columns
from vouch.platform.web.inputs import WanField

MOST_LINES = 200
HEADING_ROWS = 30
PREFIX = "lines"


def refuse_document(text: str) -> None:
    """A number of a case may be long; that of a person is refused, since the column is not sealed."""
    if judge_identity(text).problem is IdentityProblem.NONE:
        raise forms.ValidationError(_("不要在这里填写证件号码；这一列不加密。"))


class LineForm(forms.Form):
    """One line; it counts as soon as one of its ``keys`` says something."""

    keys: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[tuple[Column, ...]] = ()
    # Field → other words that tables have for its choices.
    synonyms: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def has_changed(self) -> bool:
        """Whether anything was written here; what is chosen beforehand does not count."""
        values = (self.data.get(self.add_prefix(name), "") for name in self.keys)
        return self.is_bound and any(str(value).strip() for value in values)


class BaseLines(forms.BaseFormSet):  # type: ignore[type-arg]
    """Lines that people fill; blank ones are left out, those of a draft too."""

    def initial_form_count(self) -> int:
        """Once sent, no line is older than the others: each may be emptied."""
        return 0 if self.is_bound else super().initial_form_count()

    def filled(self) -> list[LineForm]:
        """Those that say something."""
        return [form for form in self.forms if form.has_changed()]


def line_set(form: type[LineForm]) -> Any:
    """The form set of such lines."""
    return forms.formset_factory(
        form, formset=BaseLines, extra=3, max_num=MOST_LINES, absolute_max=MOST_LINES + 1, validate_max=True
    )


class TableForm(forms.Form):
    """A table that is to fill the lines."""

    table = forms.CharField(
        label=gettext_lazy("粘贴表格"),
        required=False,
        strip=False,
        max_length=400_000,
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": gettext_lazy("从 Excel 复制，连同表头一起粘贴")}
        ),
    )
    table_file = forms.FileField(
        label=gettext_lazy("或上传表格"), required=False, help_text=gettext_lazy("XLSX、XLS 或 CSV")
    )


def rows_of(text: str, content: bytes | None, *, name: str) -> list[list[Cell]]:
    """The rows of what was pasted, or of the first sheet that has any. Raises Unreadable."""
    if content is None:
        return read_text(text, name=_("粘贴的表格"))
    return next((rows for rows in read_sheets(content, name=name).values() if rows), [])


def data_from(
    rows: Sequence[Sequence[Cell]], form: type[LineForm], *, fixed: Mapping[str, str]
) -> dict[str, str]:
    """A form set's data from the rows of a table, as if somebody had typed them; ``fixed`` fills columns it does not have.

    Raises Unreadable where no headings are found, or there are too many rows.
    """
    place, places, headings = _headings(rows, form)
    lines = [row for row in rows[place + 1 :] if any(plain(cell) for cell in row)]
    if len(lines) > MOST_LINES:
        message = _("表格有 %(count)d 行，一次最多 %(limit)d 行，请分次登记。")
        raise Unreadable(message % {"count": len(lines), "limit": MOST_LINES})
    data = {f"{PREFIX}-TOTAL_FORMS": str(max(len(lines), 1)), f"{PREFIX}-INITIAL_FORMS": "0"}
    for number, row in enumerate(lines):
        for column, at in zip(form.columns, places, strict=True):
            cell = row[at] if at is not None and at < len(row) else None
            fallback = fixed.get(column.name, "")
            value = fallback if at is None else _written(form, column.name, cell, headings[at])
            data[f"{PREFIX}-{number}-{column.name}"] = value
    return data


def _headings(
    rows: Sequence[Sequence[Cell]], form: type[LineForm]
) -> tuple[int, Sequence[int | None], list[str]]:
    """The row with the most headings of ours, at least two."""
    best: tuple[int, int, Sequence[int | None], list[str]] | None = None
    for place, row in enumerate(rows[:HEADING_ROWS]):
        headings = [plain(cell) for cell in row]
        places = guess_columns(headings, form.columns)
        found = sum(one is not None for one in places)
        if found >= 2 and (best is None or found > best[0]):
            best = (found, place, places, headings)
    if best is None:
        wanted = "、".join(column.title for column in form.columns)
        raise Unreadable(_("找不到表头。请连同表头一起粘贴，可以有的列：%(wanted)s。") % {"wanted": wanted})
    return best[1:]


def _written(form: type[LineForm], name: str, cell: Cell, heading: str) -> str:
    """What somebody would have typed into the field: a choice's code for its word, an amount with its unit.

    A word that no choice knows is left out, so that a person chooses.
    """
    field = form.base_fields[name]
    if isinstance(field, forms.ChoiceField):
        choices = {str(label): str(value) for value, label in field.choices if value}  # type: ignore[union-attr, misc]
        return _chosen(plain(cell), {**choices, **form.synonyms.get(name, {})})
    if isinstance(field, WanField):
        text = plain(cell)
        return f"{text}元" if text and text[-1].isdigit() and "万" not in heading else text
    # As it stands: brackets of a case's number keep their width.
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else " ".join(str(plain(cell) and cell).split())


def _chosen(text: str, words: Mapping[str, str]) -> str:
    """The choice whose word this is, or stands in it."""
    if not text or text in words:
        return words.get(text, "")
    return next((value for word, value in words.items() if word in text), "")


class Words(forms.CharField):
    """Words that stay readable: numbers of persons, telephones and accounts do not belong there."""

    default_validators = [refuse_protected]
