"""Questions about messages."""

from vouch.platform.courier.models import Address, Channel, Delivery, Message, Preference, Wording
from vouch.platform.courier.queries.channels import (
    SECURITIES,
    channels,
    config_of,
    last_deliveries,
    mail_channel,
    shown_config,
)
from vouch.platform.courier.queries.jobs import (
    HEAD_EVENTS,
    SIGN_IN,
    SignIn,
    failed_jobs_since,
    has_news,
    lanes_due,
    last_head_delivery,
    last_told_failure,
    newest_head_size,
    strange_sign_ins,
)
from vouch.platform.courier.queries.log import (
    deliveries_visible_to,
    deliveries_where,
    given_up_count,
    masked_address,
    masked_mail,
)
from vouch.platform.courier.queries.messages import (
    BELL_MAX,
    LOST,
    key_beside,
    messages_where,
    owner_of,
    text_of,
    unread_count,
    visible_to,
    with_key,
)
from vouch.platform.courier.queries.people import (
    Wishes,
    addresses_of,
    admins,
    house_hours,
    house_quiet,
    mails_of,
    phones_of_notice,
    preference_of,
    wishes_of,
)
from vouch.platform.courier.queries.texts import (
    label_of,
    text_in_force,
    wording_text,
    wordings_in_force,
    wordings_of,
)
from vouch.platform.web.faces import Visible

VISIBLE: Visible = {
    Message: visible_to,
    Delivery: deliveries_visible_to,
    Address: lambda actor: Address.objects.filter(user=actor.user_id),
    Preference: lambda actor: Preference.objects.filter(user=actor.user_id),
    Channel: "通道是设置，不含客户资料；凭系统管理员岗位进入页面",
    Wording: "消息文案是设置，不含客户资料",
}
"""How rows of each table are seen."""

__all__ = [
    "BELL_MAX",
    "HEAD_EVENTS",
    "LOST",
    "SECURITIES",
    "SIGN_IN",
    "VISIBLE",
    "SignIn",
    "Wishes",
    "addresses_of",
    "admins",
    "channels",
    "config_of",
    "deliveries_visible_to",
    "deliveries_where",
    "failed_jobs_since",
    "given_up_count",
    "has_news",
    "house_hours",
    "house_quiet",
    "key_beside",
    "label_of",
    "lanes_due",
    "last_deliveries",
    "last_head_delivery",
    "last_told_failure",
    "mail_channel",
    "mails_of",
    "masked_address",
    "masked_mail",
    "messages_where",
    "newest_head_size",
    "owner_of",
    "phones_of_notice",
    "preference_of",
    "shown_config",
    "strange_sign_ins",
    "text_in_force",
    "text_of",
    "unread_count",
    "visible_to",
    "wishes_of",
    "with_key",
    "wording_text",
    "wordings_in_force",
    "wordings_of",
]
