"""Verbs of messages: the only place that writes them."""

from vouch.platform.courier.actions.channels import (
    ChannelDetails,
    add_channel,
    change_channel,
    pause_channel,
    remove_channel,
    resume_channel,
    retry_channel,
    test_channel,
)  # fmt: skip
from vouch.platform.courier.actions.deliveries import (
    Batch,
    abandon_batch,
    begin_batch,
    postpone_batch,
    record_sent,
    retry_delivery,
    sweep,
)  # fmt: skip
from vouch.platform.courier.actions.heads import abandon_head, queue_head, record_head_sent
from vouch.platform.courier.actions.notices import Notice, notify, queue_notice
from vouch.platform.courier.actions.people import (
    Wished,
    read_all,
    read_message,
    set_addresses,
    set_preference,
)
from vouch.platform.courier.actions.texts import reset_wording, word_template

__all__ = [
    "Batch", "ChannelDetails", "Notice", "Wished", "abandon_batch", "abandon_head", "add_channel", "begin_batch",
    "change_channel", "notify", "pause_channel", "postpone_batch", "queue_head", "queue_notice", "read_all",
    "read_message", "record_head_sent", "record_sent", "remove_channel", "reset_wording", "resume_channel",
    "retry_channel", "retry_delivery", "set_addresses", "set_preference", "sweep", "test_channel", "word_template",
]  # fmt: skip
