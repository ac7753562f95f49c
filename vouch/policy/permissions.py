"""Who may write, review and publish policies."""

from __future__ import annotations

from vouch.platform.identity.actor import Actor
from vouch.platform.identity.terms import Role
from vouch.policy.models import PolicyVersion
from vouch.policy.models.signed import Signed


def may_draft(actor: Actor) -> bool:
    """Risk officers write policies."""
    return actor.has_role(Role.RISK_REVIEWER, Role.CRO)


def may_review(actor: Actor, version: PolicyVersion) -> bool:
    """Another pair of eyes from risk or compliance; the installation may, for what it ships."""
    return actor.has_role(Role.RISK_REVIEWER, Role.CRO, Role.COMPLIANCE) and _is_another(actor, version)


def may_publish(actor: Actor, version: PolicyVersion) -> bool:
    """The chief risk officer or the general manager, and never the author."""
    return actor.has_role(Role.CRO, Role.EXECUTIVE) and _is_another(actor, version)


def may_begin(actor: Actor) -> bool:
    """The calendar: who published it has said from when."""
    return actor.is_system


def may_retire(actor: Actor) -> bool:
    """Those who may publish."""
    return actor.has_role(Role.CRO, Role.EXECUTIVE)


def may_read(actor: Actor) -> bool:
    """Everyone who signs in reads the rules they work by."""
    return actor.user_id is not None or actor.is_system


def _is_another(actor: Actor, version: PolicyVersion) -> bool:
    # The installation installs what it ships on its own: there is nobody else yet at the first run.
    return actor.is_system or version.author_id not in _names_of(actor)


def may_enter_figures(actor: Actor) -> bool:
    """Finance knows the institution's figures; compliance reports them."""
    return actor.has_role(Role.CASHIER, Role.COMPLIANCE)


def may_sign_figures(actor: Actor, row: Signed) -> bool:
    """A second person of finance, compliance or management."""
    return actor.has_role(Role.CASHIER, Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE) and is_second(actor, row)


def may_enter_setting(actor: Actor) -> bool:
    """Compliance and risk know how the rules are read."""
    return actor.has_role(Role.COMPLIANCE, Role.RISK_REVIEWER, Role.CRO)


def may_sign_setting(actor: Actor, row: Signed) -> bool:
    """Management answers for the reading."""
    return actor.has_role(Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE) and is_second(actor, row)


def may_enter_rule(actor: Actor) -> bool:
    """Those who write policies, and compliance."""
    return actor.has_role(Role.COMPLIANCE, Role.RISK_REVIEWER, Role.CRO)


def may_sign_rule(actor: Actor, row: Signed) -> bool:
    """Management or compliance, and never the author."""
    return actor.has_role(Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE) and is_second(actor, row)


def may_ask_exception(actor: Actor) -> bool:
    """Heads of business departments and risk; whoever decides does not ask."""
    return actor.has_role(Role.TEAM_LEAD, Role.RISK_REVIEWER, Role.COMPLIANCE, Role.CRO)


def may_sign_exception(actor: Actor, row: Signed) -> bool:
    """The chief risk officer or the general manager, never who asked."""
    return actor.has_role(Role.CRO, Role.EXECUTIVE) and is_second(actor, row)


def may_revoke_exception(actor: Actor) -> bool:
    """Those who may sign one, and compliance."""
    return actor.has_role(Role.CRO, Role.EXECUTIVE, Role.COMPLIANCE)


def may_read_exceptions(actor: Actor) -> bool:
    """Who asks for them, who signs, and who looks over both."""
    return may_ask_exception(actor) or actor.has_role(Role.EXECUTIVE, Role.AUDITOR)


def may_read_ratios(actor: Actor) -> bool:
    """The institution's own figures: finance, risk, compliance, audit, management."""
    return actor.has_role(
        Role.CASHIER, Role.RISK_REVIEWER, Role.COMPLIANCE, Role.CRO, Role.EXECUTIVE, Role.AUDITOR
    )


def may_install_rules(actor: Actor) -> bool:
    """The installation takes in what it ships; no person enters a national rule."""
    return actor.is_system


def may_tally(actor: Actor) -> bool:
    """A job's work."""
    return actor.is_system


def is_second(actor: Actor, row: Signed) -> bool:
    """Whether it is another person than who entered the row; the installation is nobody's second."""
    return not actor.is_system and row.author_id not in _names_of(actor)


def _names_of(actor: Actor) -> set[str]:
    """Who stands behind a signature: the actor, and whoever it stands in for (代理)."""
    return {actor.id, *(f"user:{pk}" for pk in actor.own_ids)}
