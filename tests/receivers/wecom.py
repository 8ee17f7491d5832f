"""WeCom's group robots, as their page describes them: key, size of the Markdown in bytes, 20 messages a minute."""

from tests.receivers.http import ReceivedRequest, Reply
from tests.receivers.provider import Provider, read_json, said

HINT = (
    "hint: [1714538355214402498975046], from ip: 192.0.2.1, more info at https://open.work.weixin.qq.com/devtool/query"
)


class WeComReceiver(Provider):
    """One robot."""

    per_minute = 20

    def __init__(self, *, key: str) -> None:
        """Take the robot's key."""
        super().__init__()
        self.key = key

    @property
    def webhook(self) -> str:
        """The URL as WeCom shows it."""
        return f"{self.url}/cgi-bin/webhook/send?key={self.key}"

    def judge(self, request: ReceivedRequest) -> Reply:
        """Answer with `errcode` and `errmsg` inside 200."""
        if request.path != "/cgi-bin/webhook/send" or request.query.get("key") != [self.key]:
            return said(errcode=93000, errmsg=f"invalid webhook url, {HINT}")
        document = read_json(request)
        markdown = document.get("markdown")
        if document.get("msgtype") != "markdown" or not isinstance(markdown, dict):
            return said(errcode=40008, errmsg=f"invalid message type, {HINT}")
        content = str(markdown.get("content", ""))
        if not content:
            return said(errcode=44004, errmsg=f"empty content, {HINT}")
        if len(content.encode()) > 4096:
            return said(errcode=40058, errmsg=f"markdown.content exceed max length 4096. {HINT}")
        if self.too_fast():
            return said(errcode=45009, errmsg=f"api freq out of limit, {HINT}")
        return said(errcode=0, errmsg="ok")
