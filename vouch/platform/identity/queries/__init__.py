"""Questions about units and staff, keys, who stands in for whom, and who acted where."""

from vouch.platform.identity.models import (
    AnsweredRequest,
    ApiKey,
    Delegation,
    Part,
    Session,
    Unit,
    UsedPassword,
    User,
)
from vouch.platform.identity.queries.access import (
    OpenSession,
    has_second_factor,
    newest_password,
    open_sessions,
    used_hashes,
)
from vouch.platform.identity.queries.delegation import stood_in_for
from vouch.platform.identity.queries.keys import actor_of_key, api_keys, digest_of_key, key_in_force
from vouch.platform.identity.queries.parts import parts_in_other_offices
from vouch.platform.identity.queries.staff import (
    UnknownUnit,
    account_managers,
    active_staff,
    actor_of,
    classes_of,
    head_office,
    unit_named,
    units,
    units_below,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    AnsweredRequest: "接口请求的指纹与处理结果，只供重复请求的判断，不经页面显示",
    ApiKey: "接口密钥的登记（只存哈希），不含客户资料；凭岗位进入页面",
    Delegation: "员工之间的代理，不含客户资料；在职员工均可查看",
    Unit: "机构名册，不含客户资料；凭岗位进入页面",
    Part: "员工的经办记录，只供前中后台分离的判断，不经页面显示",
    Session: "员工的登录会话，不含客户资料；各人看本人的",
    UsedPassword: "口令的哈希，不经任何页面显示",
    User: "员工名册，不含客户资料；凭岗位进入页面",
}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "OpenSession",
    "UnknownUnit",
    "account_managers",
    "active_staff",
    "actor_of",
    "actor_of_key",
    "api_keys",
    "classes_of",
    "digest_of_key",
    "has_second_factor",
    "head_office",
    "key_in_force",
    "newest_password",
    "open_sessions",
    "parts_in_other_offices",
    "stood_in_for",
    "unit_named",
    "units",
    "units_below",
    "used_hashes",
]
