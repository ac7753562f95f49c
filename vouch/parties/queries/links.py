"""Links between parties (关系): what connects two of them, from which source, since when; by kind, as of a day.

    found = links(as_of=today, near=[pk])        # what touches these parties
    found = links(as_of=today, kinds=["share"])  # of one kind, in the whole book

A room registers each kind with the statement that finds it. All kinds asked for are one statement, answered by customer
as every question is (``grouped_rows``): a merged record's lines are those of the record that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vouch.parties.models import Party
from vouch.parties.queries.grouping import grouped_rows
from vouch.parties.queries.history import end_of
from vouch.parties.terms import (
    MOST_SHARED,
    ControlBasis,
    Kin,
    LinkKind,
    PartyStatus,
    PostKind,
    RecordSource,
)


@dataclass(frozen=True, slots=True)
class Near:
    """Called with columns: SQL that says whether one of them is among the parties asked about; TRUE for the whole book."""

    is_whole: bool

    def __call__(self, *columns: str) -> str:
        if self.is_whole:
            return "TRUE"
        return "({})".format(" OR ".join(f"{column} = ANY(%(near)s)" for column in columns))


@dataclass(frozen=True, slots=True)
class Link:
    """One connection. ``code`` is what it is among its kind (a post, a relative), ``weight`` a share (fraction) or yuan.

    ``since`` and ``until`` are the world's days, ``known_on`` is when it was recorded; ``origin`` is told in Chinese.
    """

    kind: str
    source: int
    target: int
    code: str
    weight: Decimal | None
    origin: str
    since: date | None
    until: date | None
    known_on: date | None

    @property
    def word(self) -> str:
        """What it is in Chinese."""
        form = _forms[self.kind]
        return str(form.words.get(self.code) or form.title)

    def other(self, party_id: int) -> int:
        """Its other end."""
        return self.target if self.source == party_id else self.source


@dataclass(frozen=True, slots=True)
class LinkForm:
    """A kind of link. ``statement`` gives SQL with the columns source, target, code, weight, origin, since, until, known_on.

    It may use ``%(end)s`` (of the day: nothing recorded from then on counts), ``%(as_of)s`` and ``%(near)s``.
    ``words`` and ``origins`` say in Chinese what it gives in code.
    """

    kind: str
    title: str | Promise
    statement: Callable[[Near], str]
    order: int
    is_directed: bool = True
    is_money: bool = False
    words: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, Any] = field(default_factory=dict)


_forms: dict[str, LinkForm] = {}


def register_links(form: LinkForm) -> None:
    """Add a kind; registered again, it replaces itself."""
    _forms[form.kind] = form


def link_forms() -> list[LinkForm]:
    """Every kind there is, in its order."""
    return sorted(_forms.values(), key=lambda one: one.order)


def links(
    *, as_of: date, near: Collection[int] | None = None, kinds: Collection[str] | None = None
) -> list[Link]:
    """The links of these kinds (None: all) that held on a day and were known by its end, one statement for all.

    ``near`` keeps those that touch one of these parties. A party whose data was erased has none.
    """
    forms = [one for one in link_forms() if kinds is None or one.kind in kinds]
    if not forms or (near is not None and not near):
        return []
    touches = Near(is_whole=near is None)
    parts = [
        f"(SELECT {place} AS form, l.* FROM ({form.statement(touches)}) AS l)"  # noqa: S608 - of constants
        for place, form in enumerate(forms)
    ]
    values = {"as_of": as_of, "end": end_of(as_of), "near": list(near or ())}
    rows = grouped_rows(" UNION ALL ".join(parts), values)
    gone = set(Party.objects.filter(status=PartyStatus.ERASED).values_list("pk", flat=True))
    wanted = None if near is None else set(near)
    found = [
        _link(forms[row[0]], row)
        for row in rows
        if row[1] != row[2]
        and row[1] not in gone
        and row[2] not in gone
        and (wanted is None or row[1] in wanted or row[2] in wanted)
    ]
    return sorted(found, key=lambda one: (_forms[one.kind].order, one.source, one.target, one.code))


def _link(form: LinkForm, row: tuple[Any, ...]) -> Link:
    _form, source, target, code, weight, origin, *days = row
    return Link(form.kind, source, target, code, weight, str(form.origins.get(origin, origin)), *days)


def known(table: str = "") -> str:
    """SQL: a line that was recorded by the end of a day, not yet ended by then, and holds in the world on the day."""
    at = f"{table}." if table else ""
    return (
        f"{at}added_at < %(end)s AND ({at}ended_at IS NULL OR {at}ended_at >= %(end)s)"
        f" AND ({at}starts_on IS NULL OR {at}starts_on <= %(as_of)s)"
        f" AND ({at}ends_on IS NULL OR {at}ends_on >= %(as_of)s)"
    )


_DAYS = "starts_on, ends_on, (added_at AT TIME ZONE 'Asia/Shanghai')::date"


def _lines(
    table: str, source: str, target: str, *, code: str, weight: str = "NULL::numeric", where: str = "TRUE"
) -> Callable[[Near], str]:
    """A table of lines between two parties, as a kind's statement."""

    def statement(near: Near) -> str:
        return f"""SELECT {source}, {target}, {code}::text, {weight}, source::text, {_DAYS}
            FROM {table} WHERE {source} IS NOT NULL AND {target} IS NOT NULL AND {where} AND {known()}
            AND {near(source, target)}"""  # noqa: S608 - of constants

    return statement


def _shared(keys: str) -> Callable[[Near], str]:
    """Parties that have something in common: ``keys`` gives party_id, key, origin, known_on."""

    def statement(near: Near) -> str:
        return f"""WITH keys AS NOT MATERIALIZED ({keys}),
            mine AS MATERIALIZED (SELECT DISTINCT key FROM keys WHERE {near("party_id")}),
            found AS MATERIALIZED (SELECT keys.* FROM keys JOIN mine USING (key)),
            few AS (
                SELECT key FROM found GROUP BY key HAVING count(DISTINCT party_id) BETWEEN 2 AND {MOST_SHARED}
            )
            SELECT a.party_id AS source, b.party_id AS target, ''::text, NULL::numeric, min(a.origin), NULL::date,
                NULL::date, (max(greatest(a.known_at, b.known_at)) AT TIME ZONE 'Asia/Shanghai')::date
            FROM few JOIN found a USING (key) JOIN found b USING (key)
            WHERE a.party_id < b.party_id AND {near("a.party_id", "b.party_id")} GROUP BY 1, 2"""  # noqa: S608 - of constants

    return statement


def _registered(field: str, key: str, *, where: str) -> str:
    """What a field of the register said on the day: the first value replaced since, or else the present one."""
    recorded = f"""greatest(p.created_at, (SELECT max(b.replaced_at) FROM parties_formervalue b
        WHERE b.party_id = p.id AND b.field = '{field}' AND b.replaced_at < %(end)s))"""  # noqa: S608 - of constants
    return f"""SELECT p.id AS party_id, {key.format(f"e.{field}")} AS key, 'register' AS origin, {recorded} AS known_at
        FROM parties_enterprise e JOIN parties_party p ON p.id = e.party_id
        WHERE {where.format(f"e.{field}")} AND p.created_at < %(end)s AND NOT EXISTS (
            SELECT 1 FROM parties_formervalue v
            WHERE v.party_id = e.party_id AND v.field = '{field}' AND v.replaced_at >= %(end)s
        )
        UNION ALL
        SELECT p.id, {key.format("f.value")}, 'register', {recorded}
        FROM (
            SELECT DISTINCT ON (party_id) party_id, value FROM parties_formervalue
            WHERE field = '{field}' AND replaced_at >= %(end)s ORDER BY party_id, replaced_at, id
        ) AS f JOIN parties_party p ON p.id = f.party_id
        WHERE {where.format("f.value")} AND p.created_at < %(end)s"""  # noqa: S608 - of constants


_NUMBERS = """SELECT party_id, number_index AS key, 'phones' AS origin, added_at AS known_at FROM parties_phone
    WHERE number_index IS NOT NULL AND added_at < %(end)s AND (ended_at IS NULL OR ended_at >= %(end)s)
    UNION ALL
    SELECT party_id, phone_index, 'contacts', added_at FROM parties_contact
    WHERE phone_index IS NOT NULL AND added_at < %(end)s AND (ended_at IS NULL OR ended_at >= %(end)s)"""

_REGISTER = {"register": RecordSource.REGISTER.label}
_SOURCES = dict(RecordSource.choices)
_OF_KIN = "kin = 'spouse'"
# Said of both at once, whichever of them it was written of.
_KIN = dict(Kin.choices) | dict.fromkeys((Kin.PARENT, Kin.CHILD), _("父母子女"))

OWN_FORMS = (
    LinkForm(
        LinkKind.SHARE, LinkKind.SHARE.label, order=10, origins=_SOURCES,
        statement=_lines("parties_shareholding", "holder_id", "party_id", code="''", weight="rate"),
    ),
    LinkForm(
        LinkKind.CONTROL, LinkKind.CONTROL.label, order=20, words=dict(ControlBasis.choices), origins=_SOURCES,
        statement=_lines("parties_control", "controller_id", "party_id", code="basis", weight="rate"),
    ),
    LinkForm(
        LinkKind.POST, LinkKind.POST.label, order=30, words=dict(PostKind.choices), origins=_SOURCES,
        statement=_lines("parties_post", "person_id", "enterprise_id", code="kind"),
    ),
    LinkForm(
        LinkKind.SPOUSE, LinkKind.SPOUSE.label, order=40, is_directed=False, words=_KIN, origins=_SOURCES,
        statement=_lines("parties_kinship", "person_id", "relative_id", code="kin", where=_OF_KIN),
    ),
    LinkForm(
        LinkKind.KIN, LinkKind.KIN.label, order=50, is_directed=False, words=_KIN, origins=_SOURCES,
        statement=_lines("parties_kinship", "person_id", "relative_id", code="kin", where=f"NOT {_OF_KIN}"),
    ),
    LinkForm(
        LinkKind.REPRESENTATIVE, LinkKind.REPRESENTATIVE.label, order=60, is_directed=False, origins=_REGISTER,
        statement=_shared(_registered("representative_hash", "{}", where="{} <> ''")),
    ),
    LinkForm(
        LinkKind.PHONE, LinkKind.PHONE.label, order=70, is_directed=False,
        origins={"phones": _("登记的电话"), "contacts": _("联系人电话")}, statement=_shared(_NUMBERS),
    ),
    LinkForm(
        LinkKind.ADDRESS, LinkKind.ADDRESS.label, order=80, is_directed=False, origins=_REGISTER,
        # A street without a number is no address that two firms could share.
        statement=_shared(
            _registered("address", "regexp_replace(upper({}), '\\s', '', 'g')", where="{} ~ '[0-9０-９]'")
        ),
    ),
)  # fmt: skip
"""The kinds that this room answers for."""
