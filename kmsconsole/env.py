"""The environment, read once and typed.

Everything a deployment may set is a field of `Environment`, and nothing else reads `os.environ`. Each field carries its
`Variable`: name, default, reader and a line for people; `DECLARED` lists them, and the README's table is tested against
it. A variable that is set but empty counts as absent.

Forms of the addresses:

* database: `postgresql://user:password@host:5432/name`, or on a Unix socket `postgresql://user@/name?host=/folder`;
* broker: `redis://:password@host:6379/0`, `rediss://…`, or on a Unix socket `redis+socket:///path/to/socket`;
* mail: `smtp://user:password@host:25`, or with TLS from the first byte `smtps://user:password@host:465`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kmsconsole.readers import (
    ACCESS_KEY,
    BIND,
    ENDPOINT,
    HEADER,
    MAILBOX,
    PASSWORD,
    PHONE_BODY,
    PORT,
    POSTGRESQL,
    REDIS,
    SECRET,
    TEMPLATE,
    TOKEN,
    UID,
    USER,
    Network,
    Reader,
    Refused,
    address,
    cidrs,
    flag,
    hosts,
    json_text,
    key,
    number,
    path,
)

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Invalid(ValueError):
    """A variable has a value that it may not have. The message is one sentence: the variable, and what may stand."""


@dataclass(frozen=True)
class Variable:
    """One variable: its name, its default as it would be written in a shell, its reader, and a line for people."""

    name: str
    default: str
    reader: Reader
    about: str
    secret: bool = False

    def read(self, environ: Mapping[str, str]) -> Any:
        """Return the typed value, the default's when the variable is absent or empty. Raises `Invalid`."""
        raw = environ.get(self.name, "").strip() or self.default
        try:
            return self.reader(raw)
        except Refused as refused:
            shown = f"hidden, {len(raw)} characters" if self.secret else repr(raw)
            message = f"{self.name} ({shown}) {refused}."
            raise Invalid(message) from None


def _set_by(name: str, default: str, reader: Reader, about: str, *, secret: bool = False) -> Any:
    return field(metadata={"variable": Variable(name, default, reader, about, secret)})


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a deployment sets. The order is the order of the README's table."""

    port: int = _set_by("PORT", "8000", PORT, "Port of the web server")
    bind: str = _set_by("KMSCONSOLE_BIND", "127.0.0.1", BIND, "Address on which the web server listens")
    data: Path = _set_by("KMSCONSOLE_DATA", ".data", path, "Folder of database, keys and sockets")
    url: str = _set_by(
        "KMSCONSOLE_URL",
        "",
        address("http", "https"),
        "Address with which links in messages start; empty: http://localhost:PORT",
    )
    allowed_hosts: tuple[str, ...] = _set_by(
        "KMSCONSOLE_ALLOWED_HOSTS",
        "",
        hosts,
        "Host names answered besides the loopback ones and that of KMSCONSOLE_URL",
    )
    account: str = _set_by("KMSCONSOLE_ACCOUNT", "1000000000000001", UID, "Uid of the first cloud account, 16 digits")
    admin_user: str = _set_by("KMSCONSOLE_ADMIN_USER", "admin", USER, "Name of the first administrator")
    admin_password: str = _set_by(
        "KMSCONSOLE_ADMIN_PASSWORD",
        "",
        PASSWORD,
        "Its password; empty: generated at the first start and printed",
        secret=True,
    )
    api_token: str = _set_by(
        "KMSCONSOLE_API_TOKEN", "", TOKEN, "Token with ingest and read scope; empty: generated likewise", secret=True
    )
    admin_access_key: str = _set_by(
        "KMSCONSOLE_ADMIN_ACCESS_KEY",
        "",
        ACCESS_KEY,
        "Access key of an administrator for the API, as id:secret; empty: none is made",
        secret=True,
    )
    demo: bool = _set_by("KMSCONSOLE_DEMO", "1", flag, "1 loads the demonstration estate, 0 starts empty")
    database_url: str = _set_by(
        "KMSCONSOLE_DATABASE_URL", "", POSTGRESQL, "PostgreSQL to use instead of the embedded one", secret=True
    )
    redis_url: str = _set_by(
        "KMSCONSOLE_REDIS_URL", "", REDIS, "Redis or Valkey to use instead of the embedded one", secret=True
    )
    smtp_url: str = _set_by(
        "KMSCONSOLE_SMTP_URL",
        "",
        address("smtp", "smtps"),
        "Mail server; empty: messages stay in the outbox page",
        secret=True,
    )
    mail_from: str = _set_by("KMSCONSOLE_MAIL_FROM", "kms-console@localhost", MAILBOX, "Sender of the messages")
    outgoing_allow: tuple[Network, ...] = _set_by(
        "KMSCONSOLE_OUTGOING_ALLOW", "", cidrs, "Networks that outgoing HTTP may reach although they are private"
    )
    cloud_access_key: str = _set_by(
        "KMSCONSOLE_CLOUD_ACCESS_KEY",
        "",
        ACCESS_KEY,
        "Access key of Alibaba Cloud as id:secret, for queues, functions, logs and text messages",
        secret=True,
    )
    cloud_endpoint: str = _set_by(
        "KMSCONSOLE_CLOUD_ENDPOINT",
        "",
        ENDPOINT,
        "Endpoint of these services, may hold {product}, {region} and {uid}; empty: the public ones",
    )
    sms_url: str = _set_by(
        "KMSCONSOLE_SMS_URL", "", ENDPOINT, "HTTP API of a provider of text messages; empty: they stay in the outbox",
        secret=True,
    )  # fmt: skip
    sms_body: str = _set_by(
        "KMSCONSOLE_SMS_BODY",
        PHONE_BODY,
        json_text,
        "What it is sent: JSON with {phone}, {text}, {level} in its strings",
    )
    sms_template: str = _set_by(
        "KMSCONSOLE_SMS_TEMPLATE", "", TEMPLATE, "SignName:TemplateCode: text messages go through Alibaba Cloud SMS"
    )
    voice_url: str = _set_by(
        "KMSCONSOLE_VOICE_URL", "", ENDPOINT, "HTTP API of a provider of calls; empty: they stay in the outbox",
        secret=True,
    )  # fmt: skip
    voice_body: str = _set_by("KMSCONSOLE_VOICE_BODY", PHONE_BODY, json_text, "What it is sent, likewise")
    phone_authorization: str = _set_by(
        "KMSCONSOLE_PHONE_AUTHORIZATION", "", HEADER, "Authorization header for both providers", secret=True
    )
    ingest_rate: int = _set_by(
        "KMSCONSOLE_INGEST_RATE", "200", number(1, 1_000_000), "Calls a second that one token may make to /ingest/"
    )
    secret_key: str = _set_by(
        "KMSCONSOLE_SECRET_KEY",
        "",
        SECRET,
        "Key of sessions and signatures; empty: made once, kept in the data folder",
        secret=True,
    )
    encryption_key: str = _set_by(
        "KMSCONSOLE_ENCRYPTION_KEY",
        "",
        key,
        "Key of secrets at rest, 32 bytes in URL-safe base64; empty: likewise",
        secret=True,
    )
    chromium: Path | None = _set_by(
        "KMSCONSOLE_CHROMIUM", "", path, "Chromium for the browser tests; empty: looked for"
    )

    @property
    def site_url(self) -> str:
        """The address with which links in messages start, without a slash at its end."""
        return self.url or f"http://localhost:{self.port}"

    @property
    def hosts_answered(self) -> tuple[str, ...]:
        """Every host name that the web server answers: the loopback names, that of `site_url`, and the allowed ones."""
        own = urlsplit(self.site_url).hostname or ""
        return tuple(dict.fromkeys((*LOOPBACK_HOSTS, own, *self.allowed_hosts)))


DECLARED: tuple[Variable, ...] = tuple(declared.metadata["variable"] for declared in fields(Environment))


def read(environ: Mapping[str, str]) -> Environment:
    """Read every variable. Raises `Invalid`.

    `secret_key`, `encryption_key`, `database_url` and `redis_url` stay empty when absent: `make run`
    finds them and sets them for its children.
    """
    return Environment(**{each.name: each.metadata["variable"].read(environ) for each in fields(Environment)})
