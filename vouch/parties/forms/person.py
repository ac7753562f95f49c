"""What people enter about a natural person, and about how any party is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vouch.parties import actions
from vouch.parties.actions import (
    AccountLine,
    Change,
    ContactLine,
    Household,
    PersonDetails,
    PersonRegistration,
    PhoneLine,
    ReadDocument,
    read_account,
    read_name,
    read_phone,
)
from vouch.parties.forms.duty import add_duty, check_duty
from vouch.parties.forms.lines import NO_MEMORY, read_or_refuse
from vouch.parties.models import Party
from vouch.parties.queries import Sheet
from vouch.parties.terms import (
    CHECKED_DOCUMENTS,
    ChangeNature,
    DocumentKind,
    MaritalStatus,
    PhoneUse,
    RecordSource,
    Relation,
    SexName,
)
from vouch.platform.identity.actor import Actor
from vouch.platform.web.inputs import DayField, ReasonField


def _blank(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", "—"), *choices]


class PersonForm(forms.Form):
    """The particulars of a person; amounts in yuan."""

    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=100, widget=forms.TextInput(attrs=NO_MEMORY)
    )
    document_kind = forms.ChoiceField(label=gettext_lazy("证件类型"), choices=DocumentKind.choices)
    document_number = forms.CharField(
        label=gettext_lazy("证件号码"), max_length=60, widget=forms.TextInput(attrs=NO_MEMORY)
    )
    born_on = DayField(
        label=gettext_lazy("出生日期"),
        required=False,
        help_text=gettext_lazy("身份证件按号码自动得出；护照等请填写。"),
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("性别"),
        required=False,
        choices=_blank(SexName.choices),
        help_text=gettext_lazy("身份证件按号码自动得出。"),
    )
    marital_status = forms.ChoiceField(
        label=gettext_lazy("婚姻状况"), required=False, choices=_blank(MaritalStatus.choices)
    )
    occupation = forms.CharField(label=gettext_lazy("职业"), required=False, max_length=60)
    employer = forms.CharField(label=gettext_lazy("工作单位"), required=False, max_length=120)
    monthly_income = forms.DecimalField(
        label=gettext_lazy("月收入（元）"), required=False, min_value=0, max_digits=11, decimal_places=2
    )
    annual_income = forms.DecimalField(
        label=gettext_lazy("年收入（元）"), required=False, min_value=0, max_digits=13, decimal_places=2
    )
    address = forms.CharField(label=gettext_lazy("住址"), required=False, max_length=200)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.document: ReadDocument | None = None

    def clean_name(self) -> str:
        """Letters of any script."""
        return str(read_or_refuse(read_name, self.cleaned_data["name"]))

    def clean_born_on(self) -> date | None:
        """Nobody is born tomorrow."""
        day: date | None = self.cleaned_data["born_on"]
        if day and day > self._today:
            raise forms.ValidationError(_("出生日期晚于今天。"))
        if day and day.year < 1880:
            raise forms.ValidationError(_("出生日期过早，请核对。"))
        return day

    def clean(self) -> dict[str, Any]:
        """The number must be one of its kind; it says birthday and sex itself where it can."""
        cleaned = super().clean() or {}
        kind, number = cleaned.get("document_kind"), cleaned.get("document_number")
        if kind and number:
            try:
                self.document = actions.read_document(kind, number, today=self._today)
            except ValueError as error:
                self.add_error("document_number", str(error))
                return cleaned
            cleaned["document_number"] = self.document.number
            if kind in CHECKED_DOCUMENTS:
                cleaned["born_on"], cleaned["sex"] = self.document.born_on, str(self.document.sex)
        return cleaned

    def details(self) -> PersonDetails:
        """What was entered, in normal form."""
        return PersonDetails(**{name: self.cleaned_data[name] for name in PersonForm.base_fields})


class PersonRegistrationForm(PersonForm):
    """A new person, with a telephone, an account and a contact where they are known, and who looks after them."""

    phone = forms.CharField(
        label=gettext_lazy("手机"), required=False, max_length=40, widget=forms.TextInput(attrs=NO_MEMORY)
    )
    account_bank = forms.CharField(label=gettext_lazy("开户银行"), required=False, max_length=80)
    account_number = forms.CharField(
        label=gettext_lazy("银行账号"), required=False, max_length=60, widget=forms.TextInput(attrs=NO_MEMORY)
    )
    contact_name = forms.CharField(label=gettext_lazy("联系人姓名"), required=False, max_length=100)
    contact_relation = forms.ChoiceField(
        label=gettext_lazy("联系人关系"), required=False, choices=_blank(Relation.choices)
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("联系人电话"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs=NO_MEMORY),
    )

    def __init__(self, actor: Actor, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        add_duty(self, actor)
        self._lines: list[PhoneLine | AccountLine | ContactLine] = []

    def clean(self) -> dict[str, Any]:
        """Each line whole or not at all; two people look after a customer, not one twice."""
        cleaned = super().clean()
        check_duty(self, cleaned)
        self._lines = []
        if cleaned.get("phone"):
            self._try(
                "phone", lambda: PhoneLine(PhoneUse.MOBILE, read_phone(cleaned["phone"], use=PhoneUse.MOBILE))
            )
        if self._whole(("account_bank", "account_number")):
            self._try("account_number", self._account)
        if self._whole(("contact_name", "contact_relation", "contact_phone")):
            self._try("contact_phone", self._contact)
        return cleaned

    def _whole(self, names: tuple[str, ...]) -> bool:
        given = [name for name in names if self.cleaned_data.get(name)]
        for name in names:
            if given and name not in given and name not in self.errors:
                self.add_error(name, _("请一并填写。"))
        return len(given) == len(names)

    def _try(self, field: str, line: Any) -> None:
        try:
            self._lines.append(line())
        except ValueError as error:
            self.add_error(field, str(error))

    def _account(self) -> AccountLine:
        digits, is_flawed = read_account(self.cleaned_data["account_number"])
        return AccountLine(
            self.cleaned_data["account_bank"], self.cleaned_data.get("name", ""), digits, is_flawed
        )

    def _contact(self) -> ContactLine:
        given = self.cleaned_data
        return ContactLine(
            given["contact_relation"],
            read_name(given["contact_name"]),
            read_phone(given["contact_phone"], use=PhoneUse.OTHER),
        )

    def registration(self) -> PersonRegistration:
        """What is to be registered."""
        return PersonRegistration(
            self.details(),
            phones=[line for line in self._lines if isinstance(line, PhoneLine)],
            accounts=[line for line in self._lines if isinstance(line, AccountLine)],
            contacts=[line for line in self._lines if isinstance(line, ContactLine)],
            manager=self.cleaned_data["manager"],
            second_manager=self.cleaned_data["second_manager"],
        )


class HouseholdForm(forms.Form):
    """What makes a person a farmer."""

    household_size = forms.IntegerField(
        label=gettext_lazy("家庭人口"), required=False, min_value=1, max_value=60
    )
    farming_since = forms.IntegerField(
        label=gettext_lazy("从业起始年份"),
        required=False,
        min_value=1940,
        help_text=gettext_lazy("例如 2008"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._this_year = today.year

    def clean_farming_since(self) -> int | None:
        """Nobody has begun next year."""
        year: int | None = self.cleaned_data["farming_since"]
        if year and year > self._this_year:
            raise forms.ValidationError(_("从业起始年份晚于今年。"))
        return year

    def household(self) -> Household:
        """What was entered."""
        return Household(self.cleaned_data["household_size"], self.cleaned_data["farming_since"])


class HouseholdChangeForm(HouseholdForm):
    """Another household, and why."""

    source = forms.ChoiceField(
        label=gettext_lazy("资料来源"), choices=RecordSource.choices, initial=RecordSource.CUSTOMER
    )
    reason = ReasonField(label=gettext_lazy("理由"), max_length=200)

    def change(self) -> Change:
        """Why values are replaced."""
        given = self.cleaned_data
        return Change(ChangeNature.CHANGE, given["source"], reason=given["reason"])


CLEARABLE = ("address", "occupation", "employer", "monthly_income", "annual_income")
KEEPS = gettext_lazy("现为 %s；留空表示不变。")


class PersonCorrectionForm(PersonForm):
    """Other particulars, and why. What is protected starts empty and stays as it is unless something is written."""

    reason = ReasonField(label=gettext_lazy("更正理由"), max_length=200)

    def __init__(
        self,
        party: Party,
        sheet: Sheet,
        *args: Any,
        today: date,
        old: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        person = sheet.person
        assert person is not None  # noqa: S101 - the view asks for persons alone
        initial = {"name": party.name, "document_kind": person.document_kind}
        initial |= {"sex": person.sex, "marital_status": person.marital_status}
        super().__init__(*args, today=today, initial=initial, **kwargs)
        self._party, self._person = party, person
        for name, shown in sheet.fields.items():
            self.fields[name].required = False
            self.fields[name].help_text = str(KEEPS) % (shown.text or "—")
        cleared = [(name, sheet.fields[name].title) for name in CLEARABLE if sheet.fields[name].text]
        self.fields["clear"] = forms.MultipleChoiceField(
            label=_("清除以下内容"), required=False, choices=cleared, widget=forms.CheckboxSelectMultiple
        )
        if not cleared:
            del self.fields["clear"]
        if old:
            self.fields["restore"] = forms.MultipleChoiceField(
                label=_("恢复为日志中的旧值"),
                required=False,
                choices=list(old.items()),
                initial=list(old),
                widget=forms.CheckboxSelectMultiple,
            )
        self.order_fields(["restore", *PersonForm.base_fields, "clear", "reason"])

    def clean(self) -> dict[str, Any]:
        """Another kind of document needs its number again."""
        cleaned = super().clean()
        changed = cleaned.get("document_kind") != self._person.document_kind
        if changed and not cleaned.get("document_number") and "document_number" not in self.errors:
            self.add_error("document_number", _("更换证件类型时请填写新的证件号码。"))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What is to be changed, restored fields left out."""
        given = self.cleaned_data
        found: dict[str, Any] = {name: given[name] for name in ("name", "marital_status")}
        if given["document_number"]:
            found |= {name: given[name] for name in ("document_kind", "document_number", "sex")}
            found["born_on"] = given["born_on"]
        elif self._person.document_kind not in CHECKED_DOCUMENTS:
            found["sex"] = given["sex"]
            if given["born_on"]:
                found["born_on"] = given["born_on"]
        found |= {name: given[name] for name in CLEARABLE if given[name] not in {None, ""}}
        for name in given.get("clear", ()):
            found[name] = None if name in {"monthly_income", "annual_income"} else ""
        return {name: value for name, value in found.items() if name not in self.restored()}

    def restored(self) -> frozenset[str]:
        """Fields that take their old value back."""
        return frozenset(self.cleaned_data.get("restore", ()))
