"""Where notifications go: plug-ins without models, Django or queue.

A channel is one module of this package and one name in CHANNELS. What it promises stands in `base`: it sends one
message to one address and says how that went, as an Outcome or as a DeliveryError that knows whether another try makes
sense. When to try again, how often, and what is kept of it belongs to the stage that delivers.
"""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.channels.base import Channel
from alerts.channels.dingtalk import DingTalk
from alerts.channels.email import Email
from alerts.channels.function import Function
from alerts.channels.lark import Lark
from alerts.channels.log import Log
from alerts.channels.queue import Queue
from alerts.channels.slack import Slack
from alerts.channels.sms import Sms
from alerts.channels.teams import Teams
from alerts.channels.voice import Voice
from alerts.channels.webhook import Webhook
from alerts.channels.wecom import WeCom

CHANNELS: tuple[Channel, ...] = (
    Email(),
    Sms(),
    Voice(),
    DingTalk(),
    Lark(),
    WeCom(),
    Slack(),
    Teams(),
    Webhook(),
    Queue(),
    Function(),
    Log(),
)

BY_KIND: Mapping[str, Channel] = MappingProxyType({channel.kind: channel for channel in CHANNELS})
