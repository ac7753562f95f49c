"""Links between parties (关系): what connects two of them, from which source, since when; by kind, as of a day.

    found = links(as_of=today, near=[pk])        # what touches these parties
    found = links(as_of=today, kinds=["share"])  # of one kind, in the whole book

A room registers each kind with the statement that finds it. All kinds asked for are one statement, answered by customer
as every question is (``grouped_rows``): a merged record's lines are those of the record that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

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
    """Called with columns: SQL that says whether one of them is among the parties asked about; TRUE for the whole book.

    ``is_inside``: links that lead out of those asked about are thrown away, and need not be looked for.
    """

    is_whole: bool
    is_inside: bool = False

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
    *,
    as_of: date,
    near: Collection[int] | None = None,
    kinds: Collection[str] | None = None,
    is_inside: bool = False,
) -> list[Link]:
    """The links of these kinds (None: all) that held on a day and were known by its end, one statement for all.

    ``near`` keeps those that touch one of these parties, with ``is_inside`` those between two of them. A party whose data was
    erased has none.
    """
    forms = [one for one in link_forms() if kinds is None or one.kind in kinds]
    if not forms or (near is not None and not near):
        return []
    asked = Near(is_whole=near is None, is_inside=is_inside)
    statement = " UNION ALL ".join(_parts(forms, "l.*", asked))
    rows = grouped_rows(statement, _values(as_of, near or ()))
    ends = {end for row in rows for end in row[1:3]}
    erased = Party.objects.filter(status=PartyStatus.ERASED)
    # Of the whole book, naming every end would take longer than reading everybody's status.
    gone = set((erased if near is None else erased.filter(pk__in=ends)).values_list("pk", flat=True))
    wanted = ends if near is None else set(near)
    found = [
        _link(forms[row[0]], row)
        for row in rows
        if row[1] != row[2] and not gone & {row[1], row[2]} and (row[1] in wanted or row[2] in wanted)
    ]
    return sorted(found, key=lambda one: (_forms[one.kind].order, one.source, one.target, one.code))


@dataclass(frozen=True, eq=False)
class BareLinks:
    """The links of the whole book as arrays: ends, weight (0 for none) and kind."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: NDArray[np.float64]
    kind: NDArray[np.str_]


def bare_links(*, as_of: date, kinds: Collection[str]) -> BareLinks:
    """What ``links`` gives for the whole book, a tenth of the time: for questions that ask for ends and weights alone."""
    forms = [one for one in link_forms() if one.kind in kinds]
    columns = "l.source, l.target, coalesce(l.weight, 0)::float8"
    rows = grouped_rows(" UNION ALL ".join(_parts(forms, columns, Near(is_whole=True))), _values(as_of, ()))
    gone = list(Party.objects.filter(status=PartyStatus.ERASED).values_list("pk", flat=True))
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    source, target = table[:, 1].astype(np.int64), table[:, 2].astype(np.int64)
    stays = (source != target) & ~np.isin(source, gone) & ~np.isin(target, gone)
    kind = np.array([form.kind for form in forms])[table[:, 0].astype(np.int64)]
    return BareLinks(source[stays], target[stays], table[stays, 3], kind[stays])


def _parts(forms: Sequence[LinkForm], columns: str, near: Near) -> list[str]:
    """One query for each kind, with the number of the kind first."""
    both = "WHERE l.source = ANY(%(near)s) AND l.target = ANY(%(near)s)" if near.is_inside else ""
    return [
        f"(SELECT {place} AS form, {columns} FROM ({form.statement(near)})"  # noqa: S608 - of constants
        f" AS l (source, target, code, weight, origin, since, until, known_on) {both})"
        for place, form in enumerate(forms)
    ]


def _values(as_of: date, near: Collection[int]) -> dict[str, Any]:
    return {"as_of": as_of, "end": end_of(as_of), "near": list(near)}


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


# Of those found to have a key in common with somebody: pairs of the keys that few have.
_PAIRS = f"""
    counted AS (SELECT found.*, count(*) OVER (PARTITION BY key) AS many FROM found),
    few AS MATERIALIZED (SELECT * FROM counted WHERE many BETWEEN 2 AND {MOST_SHARED})
    SELECT a.party_id AS source, b.party_id AS target, ''::text, NULL::numeric, min(a.origin), NULL::date, NULL::date,
        (max(greatest({{of_a}}, {{of_b}})) AT TIME ZONE 'Asia/Shanghai')::date
    FROM few a JOIN few b USING (key)
    WHERE a.party_id < b.party_id AND {{near}} GROUP BY 1, 2"""  # noqa: S608 - of constants


def _registered(field: str, key: str, *, where: str) -> Callable[[Near], str]:
    """Firms of which a field of the register said the same on the day: the first value replaced since, or the present one."""

    def statement(near: Near) -> str:
        now, was = key.format(f"e.{field}"), key.format("f.value")
        unchanged = "NOT EXISTS (SELECT 1 FROM former x WHERE x.party_id = e.party_id)"
        present = f"{where.format(f'e.{field}')} AND {unchanged}"
        pairs = _PAIRS.format(
            of_a=_recorded(field, "a.party_id"),
            of_b=_recorded(field, "b.party_id"),
            near=near("a.party_id", "b.party_id"),
        )
        return f"""WITH former AS MATERIALIZED (
                SELECT DISTINCT ON (party_id) party_id, value FROM parties_formervalue
                WHERE field = '{field}' AND replaced_at >= %(end)s ORDER BY party_id, replaced_at, id
            ),
            mine AS MATERIALIZED (
                SELECT {now} AS key FROM parties_enterprise e WHERE {present} AND {near("e.party_id")}
                UNION
                SELECT {was} FROM former f WHERE {where.format("f.value")} AND {near("f.party_id")}
            ),
            same AS (
                -- OFFSET 0: each key is looked up by the index; of many, the whole index would be read instead.
                SELECT one.party_id, mine.key FROM mine CROSS JOIN LATERAL (
                    SELECT e.party_id FROM parties_enterprise e WHERE {now} = mine.key AND {present} OFFSET 0
                ) AS one
                UNION ALL
                SELECT f.party_id, mine.key FROM mine JOIN former f ON {was} = mine.key
            ),
            found AS MATERIALIZED (
                SELECT same.*, 'register' AS origin FROM same
                WHERE (SELECT p.created_at FROM parties_party p WHERE p.id = same.party_id) < %(end)s
            ),{pairs}"""  # noqa: S608 - of constants

    return statement


def _recorded(field: str, party_id: str) -> str:
    """SQL: since when the register has said it of a party."""
    return f"""(SELECT greatest(p.created_at, (SELECT max(v.replaced_at) FROM parties_formervalue v
        WHERE v.party_id = p.id AND v.field = '{field}' AND v.replaced_at < %(end)s))
        FROM parties_party p WHERE p.id = {party_id})"""  # noqa: S608 - of constants


def _numbers(near: Near) -> str:
    """Parties with one telephone number, their own or a contact's."""
    told = "{index} IS NOT NULL AND added_at < %(end)s AND (ended_at IS NULL OR ended_at >= %(end)s)"
    tables = (("parties_phone", "number_index", "phones"), ("parties_contact", "phone_index", "contacts"))
    mine = " UNION ".join(
        f"SELECT {index} AS key FROM {table} WHERE {told.format(index=index)} AND {near('party_id')}"  # noqa: S608 - of constants
        for table, index, _origin in tables
    )
    found = " UNION ALL ".join(
        f"SELECT t.party_id, mine.key, '{origin}' AS origin, t.added_at FROM mine JOIN {table} t ON t.{index} = mine.key"  # noqa: S608 - of constants
        f" WHERE {told.format(index=index)}"
        for table, index, origin in tables
    )
    pairs = _PAIRS.format(of_a="a.added_at", of_b="b.added_at", near=near("a.party_id", "b.party_id"))
    once = "SELECT party_id, key, min(origin) AS origin, min(added_at) AS added_at FROM told GROUP BY 1, 2"
    return f"WITH mine AS MATERIALIZED ({mine}), told AS ({found}), found AS ({once}),{pairs}"


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
        statement=_registered("representative_hash", "{}", where="{} <> ''"),
    ),
    LinkForm(
        LinkKind.PHONE, LinkKind.PHONE.label, order=70, is_directed=False,
        origins={"phones": _("登记的电话"), "contacts": _("联系人电话")}, statement=_numbers,
    ),
    LinkForm(
        LinkKind.ADDRESS, LinkKind.ADDRESS.label, order=80, is_directed=False, origins=_REGISTER,
        # A street without a number is no address that two firms could share.
        statement=_registered(
            "address", "regexp_replace(upper({}), '\\s', '', 'g')", where="{} ~ '[0-9０-９]'"
        ),
    ),
)  # fmt: skip
"""The kinds that this room answers for."""
