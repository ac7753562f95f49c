"""Questions about units and staff, their rights, keys, who stands in for whom, and who acted where."""

from vouch.platform.identity.models import (
    AnsweredRequest,
    ApiKey,
    Delegation,
    Draft,
    HandOver,
    HandOverLine,
    Part,
    RightsChange,
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
from vouch.platform.identity.queries.delegation import (
    delegations,
    live_delegations,
    open_between,
    stood_in_for,
)
from vouch.platform.identity.queries.drafts import drafts_of
from vouch.platform.identity.queries.keys import actor_of_key, api_keys, digest_of_key, key_in_force
from vouch.platform.identity.queries.parts import parts_in_other_offices
from vouch.platform.identity.queries.rights import (
    Side,
    changes,
    changes_in,
    held_by,
    in_words,
    is_stale,
    place_of,
    rights_of,
    sides,
    waiting_changes,
)
from vouch.platform.identity.queries.staff import (
    Branch,
    UnknownUnit,
    account_managers,
    active_staff,
    actor_of,
    classes_of,
    head_office,
    staff,
    unit_named,
    unit_tree,
    units,
    units_below,
    with_absences,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    AnsweredRequest: "接口请求的指纹与处理结果，只供重复请求的判断，不经页面显示",
    ApiKey: "接口密钥的登记（只存哈希），不含客户资料；凭岗位进入页面",
    Delegation: "员工之间的代理，不含客户资料；在职员工均可查看",
    Draft: drafts_of,
    HandOver: "工作交接的登记，不含客户资料；凭岗位进入页面",
    HandOverLine: "交接明细只存编号；名称由各业务模块按数据范围取得",
    Part: "员工的经办记录，只供前中后台分离的判断，不经页面显示",
    RightsChange: "员工与机构的权限变更，不含客户资料；凭岗位进入页面",
    Session: "员工的登录会话，不含客户资料；各人看本人的",
    Unit: "机构名册，不含客户资料；凭岗位进入页面",
    UsedPassword: "口令的哈希，不经任何页面显示",
    User: "员工名册，不含客户资料；凭岗位进入页面",
}
"""How rows of each table are seen."""

__all__ = [
    "VISIBLE",
    "Branch",
    "OpenSession",
    "Side",
    "UnknownUnit",
    "account_managers",
    "active_staff",
    "actor_of",
    "actor_of_key",
    "api_keys",
    "changes",
    "changes_in",
    "classes_of",
    "delegations",
    "digest_of_key",
    "has_second_factor",
    "head_office",
    "held_by",
    "in_words",
    "is_stale",
    "key_in_force",
    "live_delegations",
    "newest_password",
    "open_between",
    "open_sessions",
    "parts_in_other_offices",
    "place_of",
    "rights_of",
    "sides",
    "staff",
    "stood_in_for",
    "unit_named",
    "unit_tree",
    "units",
    "units_below",
    "used_hashes",
    "waiting_changes", "with_absences",
]  # fmt: skip
