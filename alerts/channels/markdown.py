"""Markdown of chats that name no escape character: what would be markup is shown by a look-alike.

DingTalk and WeCom document a few signs of Markdown each and no way to escape them, and their programs differ. So the
signs that could begin a link, a mention, an image, a font or a heading are replaced by their full-width forms, which
read the same and mean nothing. A URL in a text is kept readable but is no longer one: only the channel makes links.
"""

import re

_SIGNS = str.maketrans({"*": "＊", "`": "｀", "<": "＜", ">": "＞", "|": "｜", "~": "～", "\\": "＼", "!": "！"})
# A bracket is a bracket until an address follows it.
_TARGET = re.compile(r"\](\s*)([(:])")
_WIDE_TARGETS = {"(": "（", ":": "："}
# An underscore inside a word, as in secrets_rotation_failed, emphasises nothing.
_OUTER_UNDERSCORES = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_SCHEME = re.compile(r"://|(?<=mailto):|(?<=tel):|(?<=javascript):", re.IGNORECASE)
_WWW = re.compile(r"\bwww\.", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BEGINNING = re.compile(r"^(#+|-+|=+|\++)(?=\s|$|[-#=+])")
_WIDE_BEGINNING = str.maketrans({"#": "＃", "-": "－", "=": "＝", "+": "＋"})
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
_WIDE_DOTS = {".": "．", ")": "）"}


def plain(line: str) -> str:
    """Return one line of text as Markdown that shows just that text."""
    line = _ENTITY.sub("＆", line.strip()).translate(_SIGNS)
    line = _OUTER_UNDERSCORES.sub(lambda found: "＿" * len(found.group()), line)
    line = _WWW.sub(lambda found: found.group()[:3] + "．", _SCHEME.sub(_wide_colon, line))
    line = _TARGET.sub(lambda found: f"]{found.group(1)}{_WIDE_TARGETS[found.group(2)]}", line)
    line = _NUMBERED.sub(lambda found: found.group(1) + _WIDE_DOTS[found.group(2)], line)
    return _BEGINNING.sub(lambda found: found.group().translate(_WIDE_BEGINNING), line)


def _wide_colon(found: re.Match[str]) -> str:
    return "：" + found.group()[1:]


def link(label: str, url: str) -> str:
    """Return a link; `url` is ASCII without blanks, as `texts.link_of` gives it."""
    return f"[{label}]({url.replace('(', '%28').replace(')', '%29').replace('<', '%3C').replace('>', '%3E')})"
