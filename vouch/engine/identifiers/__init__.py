"""Codes and numbers that Chinese organisations and persons go by, checked without looking anything up."""

from vouch.engine.identifiers._areas import PROVINCES
from vouch.engine.identifiers._contact_numbers import (
    Account,
    AccountKind,
    NumberProblem,
    Phone,
    PhoneKind,
    holds_protected,
    is_luhn,
    judge_account,
    judge_phone,
    looks_protected,
    without_protected,
)
from vouch.engine.identifiers._organisations import (
    USCC_CHARACTERS,
    Code,
    CodeKind,
    CodeProblem,
    holds_organisation_code,
    is_organisation_code_consistent,
    judge_code,
    normal_code,
    uscc_check_character,
    uscc_problem,
)
from vouch.engine.identifiers._persons import (
    Identity,
    IdentityKind,
    IdentityProblem,
    IdentityWarning,
    Sex,
    identity_check_character,
    identity_problem,
    judge_identity,
    upgraded,
)

__all__ = [
    "PROVINCES", "USCC_CHARACTERS", "Account", "AccountKind", "Code", "CodeKind", "CodeProblem", "Identity",
    "IdentityKind", "IdentityProblem", "IdentityWarning", "NumberProblem", "Phone", "PhoneKind", "Sex",
    "holds_organisation_code", "holds_protected", "identity_check_character", "identity_problem", "is_luhn",
    "is_organisation_code_consistent", "judge_account", "judge_code", "judge_identity", "judge_phone", "looks_protected", "normal_code",
    "upgraded", "uscc_check_character", "uscc_problem", "without_protected",
]  # fmt: skip
