"""Tables of identity, by noun."""

from vouch.platform.identity.models.answered_request import AnsweredRequest
from vouch.platform.identity.models.api_key import ApiKey
from vouch.platform.identity.models.delegation import Delegation
from vouch.platform.identity.models.draft import Draft
from vouch.platform.identity.models.hand_over import HandOver, HandOverLine
from vouch.platform.identity.models.part import Part
from vouch.platform.identity.models.rights_change import RightsChange
from vouch.platform.identity.models.session import Session
from vouch.platform.identity.models.staff import Unit, User
from vouch.platform.identity.models.used_password import UsedPassword

__all__ = [
    "AnsweredRequest", "ApiKey", "Delegation", "Draft", "HandOver", "HandOverLine", "Part", "RightsChange", "Session", "Unit",
    "UsedPassword", "User",
]  # fmt: skip
