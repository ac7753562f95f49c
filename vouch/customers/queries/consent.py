"""The gate's questions: is there a live authorisation for this purpose, and if not, which one is lacking and why.

An authorisation is live at a moment when it was verified, has begun (``starts_at`` included), has not ended
(``ends_at`` excluded) and was not withdrawn. Upper rooms ask at the time of use; nobody is told of a withdrawal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from vouch.customers.models import Authorisation, Notice
from vouch.customers.queries.numbers import numbered
from vouch.customers.terms import (
    ENDING_DAYS,
    QUERY_REASONS,
    AuthorisationState,
    DataClass,
    Lack,
    NoticeState,
    Purpose,
    Standing,
)
from vouch.engine import facts
from vouch.parties import queries as parties
from vouch.parties.models import Party
from vouch.parties.terms import NATURAL_PERSONS, PartyStatus
from vouch.platform.identity.actor import Actor
from vouch.platform.identity.models import User

PROCESSED = (PartyStatus.ACTIVE, PartyStatus.CLOSED)
"""Parties of any other status are kept and nothing else, whatever they authorised."""


def live(at: datetime) -> Q:
    """What makes an authorisation live at this moment."""
    return Q(
        state=AuthorisationState.VERIFIED, starts_at__lte=at, ends_at__gt=at, grantor__status__in=PROCESSED
    )


def covering(*, purpose: str, scope: str, recipient_id: int | None = None) -> Q:
    """What makes an authorisation speak of this purpose, class and recipient (None: the institution itself)."""
    said = Q(purposes__contains=[purpose], scope__contains=[scope])
    return said & (Q(recipient=None) if recipient_id is None else Q(recipient_id=recipient_id))


def live_authorisation(
    party_id: int, *, purpose: str, scope: str, at: datetime, recipient_id: int | None = None
) -> Authorisation | None:
    """The authorisation that allows this now, the one that lasts longest; None where nothing does."""
    found = Authorisation.objects.filter(
        live(at), covering(purpose=purpose, scope=scope, recipient_id=recipient_id), grantor_id=party_id
    )
    return found.order_by("-ends_at", "-pk").first()


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no live authorisation, in a word, in a sentence, and by which authorisation (if any)."""

    lack: Lack
    message: str
    authorisation: Authorisation | None = None


def missing_authorisation(
    party: Party, *, purpose: str, scope: str, at: datetime, recipient_id: int | None = None
) -> Missing:
    """What stands in the way, told by the authorisation that comes nearest. Asked only where none is live."""
    what = {
        "name": party.name,
        "purpose": str(Purpose(purpose).label),
        "scope": str(DataClass(scope).label),
    }
    if party.status not in PROCESSED:
        return Missing(Lack.RESTRICTED, _("“%(name)s”已被限制处理，除存储外不得读取或使用。") % what)
    granted = list(Authorisation.objects.filter(grantor=party).order_by("-ends_at", "-pk"))
    to_whom = [one for one in granted if one.recipient_id == recipient_id]
    reaching = [one for one in to_whom if scope in one.scope]
    exact = [one for one in reaching if purpose in one.purposes]
    if exact:
        return _not_in_force(exact, at, what)
    if reaching:
        said = "、".join(dict.fromkeys(title for one in reaching for title in one.purpose_titles))
        text = _(
            "“%(name)s”的授权只限于“%(said)s”，不含“%(purpose)s”；用途变更须重新取得同意（个人信息保护法14条）。"
        )
        return Missing(Lack.PURPOSE, text % {**what, "said": said}, reaching[0])
    if to_whom:
        text = _("“%(name)s”的授权范围不含%(scope)s。请就%(scope)s另行取得书面授权并登记。")
        return Missing(Lack.SCOPE, text % what, to_whom[0])
    if granted and recipient_id is not None:
        text = _("“%(name)s”没有同意向该接收方提供%(scope)s；每个接收方都须单独同意（个人信息保护法23条）。")
        return Missing(Lack.RECIPIENT, text % what, granted[0])
    text = _("没有“%(name)s”用于“%(purpose)s”的%(scope)s授权。请先取得书面授权，登记签署文件并核验。")
    return Missing(Lack.NONE, text % what)


def _not_in_force(found: Sequence[Authorisation], at: datetime, what: dict[str, str]) -> Missing:
    """Of those that say the right thing, why none holds: the most recent one tells."""
    order = [Standing.RECORDED, Standing.FUTURE, Standing.WITHDRAWN, Standing.ENDED, Standing.REJECTED]
    nearest = min(found, key=lambda one: order.index(standing_of(one, at=at)))
    standing = standing_of(nearest, at=at)
    values = {
        **what,
        "number": nearest.number,
        "starts": f"{timezone.localtime(nearest.starts_at):%Y-%m-%d}",
        "ends": f"{timezone.localtime(nearest.ends_at - timedelta(microseconds=1)):%Y-%m-%d}",
        "withdrawn": f"{timezone.localtime(nearest.withdrawn_at):%Y-%m-%d %H:%M}"
        if nearest.withdrawn_at
        else "",
    }
    told = {
        Standing.RECORDED: _(
            "“%(name)s”的授权 %(number)s 尚未核验，核验通过后才能使用。请由登记人以外的人员核验。"
        ),
        Standing.FUTURE: _("“%(name)s”的授权 %(number)s 自 %(starts)s 起生效，现在还不能使用。"),
        Standing.ENDED: _("“%(name)s”的授权 %(number)s 已于 %(ends)s 到期。请重新取得书面授权。"),
        Standing.WITHDRAWN: _(
            "“%(name)s”已于 %(withdrawn)s 撤回授权 %(number)s，不得再读取。确需使用的，须重新取得同意。"
        ),
        Standing.REJECTED: _("“%(name)s”的授权 %(number)s 核验未通过。请补正签署文件后重新登记。"),
    }[standing]
    return Missing(Lack(standing.value), told % values, nearest)


def standing_of(authorisation: Authorisation, *, at: datetime) -> Standing:
    """What it is worth at this moment; the same as the column of ``with_standing``."""
    if authorisation.state != AuthorisationState.VERIFIED:
        return Standing(authorisation.state)
    if at < authorisation.starts_at:
        return Standing.FUTURE
    if at >= authorisation.ends_at:
        return Standing.ENDED
    soon = at + timedelta(days=ENDING_DAYS)
    return Standing.ENDING if authorisation.ends_at <= soon else Standing.LIVE


def with_standing(authorisations: QuerySet[Any], *, at: datetime) -> QuerySet[Any]:
    """Each with ``standing``, so that a list may be filtered and sorted by it."""
    is_verified = Q(state=AuthorisationState.VERIFIED)
    cases = [
        When(is_verified & Q(starts_at__gt=at), then=Value(Standing.FUTURE.value)),
        When(is_verified & Q(ends_at__lte=at), then=Value(Standing.ENDED.value)),
        When(
            is_verified & Q(ends_at__lte=at + timedelta(days=ENDING_DAYS)), then=Value(Standing.ENDING.value)
        ),
        When(is_verified, then=Value(Standing.LIVE.value)),
    ]
    found: QuerySet[Any] = authorisations.annotate(
        standing=Case(*cases, default=F("state"), output_field=CharField())
    )
    return found


def consenting(subjects: Sequence[int] | None, *, purpose: facts.Purpose) -> set[int]:
    """Which parties have authorised us to read their credit data for this purpose: the catalogue's guard."""
    found = Authorisation.objects.filter(
        live(purpose.at), covering(purpose=purpose.code, scope=DataClass.CREDIT)
    )
    if subjects is not None:
        asked = list(subjects)
        found = found.filter(Q(grantor__in=asked) | Q(grantor__canonical__in=asked))
    # Whoever signed in one of two records of the same customer signed for the customer (decision 8).
    return set(found.values_list(Coalesce("grantor__canonical_id", "grantor_id"), flat=True))


def reading_allowed(scope: str, *, at: datetime) -> Q:
    """Parties of which this sensitive class may be read at this moment, as a condition on ``Party``.

    An organisation's accounts are its own affair; of a natural person they are sensitive (PIPL 28, 29) and need a live
    authorisation for a purpose of judging, at the time of use.
    """
    held = Authorisation.objects.filter(
        live(at),
        grantor=OuterRef("pk"),
        recipient=None,
        scope__contains=[scope],
        purposes__overlap=[reason.value for reason in QUERY_REASONS],
    )
    return ~Q(kind__in=NATURAL_PERSONS) | Q(Exists(held))


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


BANK_ALLOWED = f"""EXISTS (
    SELECT FROM parties_party AS reader WHERE reader.id = m.party_id AND (
        reader.kind NOT IN ({_quoted(sorted(NATURAL_PERSONS))}) OR reader.status IN ({_quoted(PROCESSED)}) AND EXISTS (
            SELECT FROM customers_authorisation AS a
            WHERE a.grantor_id = reader.id AND a.recipient_id IS NULL AND a.state = '{AuthorisationState.VERIFIED.value}'
                AND a.starts_at <= statement_timestamp() AND a.ends_at > statement_timestamp()
                AND a.scope::text[] @> ARRAY['{DataClass.BANK.value}']
                AND a.purposes::text[] && ARRAY[{_quoted(reason.value for reason in QUERY_REASONS)}]
        )
    )
)"""  # noqa: S608 - of constants
"""SQL: what ``reading_allowed`` says of bank data, of the material ``m``'s party now: the moment is that of reading, whatever
day is asked about. A test holds the two together."""


def may_read(party_id: int, scope: str, *, at: datetime) -> bool:
    """Whether this class of data of this party may be read now."""
    return Party.objects.filter(reading_allowed(scope, at=at), pk=party_id).exists()


def why_not_read(party: Party, scope: str, *, at: datetime) -> str:
    """Why this class of data of this party may not be read, in a sentence; "" where it may."""
    if may_read(party.pk, scope, at=at):
        return ""
    return missing_authorisation(party, purpose=Purpose.REVIEW, scope=scope, at=at).message


def authorisations_visible_to(actor: Actor) -> QuerySet[Authorisation]:
    """The authorisations of the parties that the actor may see."""
    return Authorisation.objects.filter(grantor__in=parties.visible_to(actor))


def authorisations_of(party_id: int, *, at: datetime) -> QuerySet[Authorisation]:
    """One party's authorisations with their standing, newest first. The caller has checked visibility."""
    found = Authorisation.objects.filter(grantor_id=party_id).select_related("recipient", "notice")
    return with_standing(found, at=at).order_by("-ends_at", "-pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationsWanted:
    """What a list of authorisations is cut down to; empty values cut nothing."""

    text: str = ""
    standing: str = ""
    purpose: str = ""
    scope: str = ""
    to_others: str = ""


def authorisations_where(
    actor: Actor, wanted: AuthorisationsWanted, *, at: datetime
) -> QuerySet[Authorisation]:
    """The list across the book."""
    found: QuerySet[Any] = with_standing(
        authorisations_visible_to(actor).select_related("grantor", "recipient", "notice"), at=at
    )
    if wanted.text:
        number = numbered(wanted.text, "SQ")
        named = Q(grantor__in=parties.search(Party.objects.all(), wanted.text))
        found = found.filter(named if number is None else named | Q(pk=number))
    if wanted.standing:
        found = found.filter(standing=wanted.standing)
    if wanted.purpose:
        found = found.filter(purposes__contains=[wanted.purpose])
    if wanted.scope:
        found = found.filter(scope__contains=[wanted.scope])
    if wanted.to_others:
        found = found.filter(recipient__isnull=wanted.to_others == "no")
    return found


def without_credit_authorisation(actor: Actor, *, at: datetime) -> QuerySet[Party]:
    """The customers of the actor's whose credit data nobody may read now, for any purpose."""
    held = Authorisation.objects.filter(
        live(at),
        Q(grantor=OuterRef("pk")) | Q(grantor__canonical=OuterRef("pk")),
        recipient=None,
        scope__contains=[DataClass.CREDIT],
        purposes__overlap=[reason.value for reason in QUERY_REASONS],
    )
    customers = parties.with_particulars(parties.listed(parties.visible_to(actor))).filter(
        status=PartyStatus.ACTIVE
    )
    # Those whom somebody looks after: a bank that receives data is a party too, but no customer.
    looked_after = Q(assignments__ends_on=None, assignments__isnull=False)
    return customers.filter(looked_after).filter(~Exists(held))


def counts_by_standing(actor: Actor, *, at: datetime) -> dict[str, int]:
    """How many authorisations of each standing the actor sees."""
    rows = with_standing(authorisations_visible_to(actor), at=at).order_by().values_list("standing")
    return dict.fromkeys(Standing.values, 0) | dict(rows.annotate(count=Count("pk")))


def notices() -> QuerySet[Notice]:
    """Every version of every notice, the newest first."""
    return Notice.objects.order_by("kind", "-version")


def notice_in_force(kind: str) -> Notice | None:
    """What persons (or enterprises) are told now."""
    return Notice.objects.filter(kind=kind, state=NoticeState.PUBLISHED).first()


def files_of(party_id: int) -> QuerySet[Authorisation]:
    """The party's authorisations that have a signed file, newest first."""
    return Authorisation.objects.filter(grantor_id=party_id, document__isnull=False).order_by("-pk")


def possible_recipients(actor: Actor, *, grantor_id: int) -> QuerySet[Party]:
    """Parties that data may be provided to: banks and re-guarantors are parties, and seen as any other."""
    return parties.visible_to(actor).filter(status__in=PROCESSED).exclude(pk=grantor_id)


def staff_who_witness() -> QuerySet[User]:
    """Who may have seen the signature."""
    return User.objects.filter(is_active=True).order_by("name")
