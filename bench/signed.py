"""Signed calls of the API over ninety days of events: DescribeSystemEventAttribute, by both signatures."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from alerts.openapi.signatures import acs3, v1
from alerts.openapi.signatures.encoding import digest
from bench.calls import Call, at_a_time
from bench.figures import Figure, Section
from bench.history import RARE_NAME, History
from bench.server import Server

KEY, SECRET = "LTAIbench", "bench-secret-1"
ENVIRON = {"KMSCONSOLE_ADMIN_ACCESS_KEY": f"{KEY}:{SECRET}"}
ACTION, VERSION = "DescribeSystemEventAttribute", "2019-01-01"
WARM_UP = 64
Signer = Callable[[str, Mapping[str, str]], Call]
SEARCHES: Mapping[str, Mapping[str, str]] = {
    "newest page": {"Product": "KMS", "PageSize": "20"},
    "newest page, level CRITICAL": {"Product": "KMS", "Level": "CRITICAL", "PageSize": "20"},
    f"newest page, name {RARE_NAME}": {"Product": "KMS", "Name": RARE_NAME, "PageSize": "20"},
    "newest page, a keyword": {"Product": "KMS", "SearchKeywords": "throttling", "PageSize": "20"},
}


def measure(server: Server, history: History, *, count: int, clients: int) -> list[Section]:
    """Return the figures of calls that several clients make at a time, each call with a nonce of its own."""
    figures = [_figure(server, f"{name}, by header", by_header, search, count, clients)
               for name, search in SEARCHES.items()]  # fmt: skip
    figures.append(
        _figure(server, "newest page, by parameters", by_parameters, SEARCHES["newest page"], count, clients)
    )
    return [Section(f"{ACTION}, signed, at {history.count:,} events, {clients} clients", None, None, figures)]


def _figure(server: Server, name: str, sign: Signer, search: Mapping[str, str], count: int, clients: int) -> Figure:
    host = f"127.0.0.1:{server.port}"
    calls = [sign(host, search) for _each in range(count)]
    warm = [sign(host, search) for _each in range(WARM_UP)]
    return at_a_time(name, server, calls, clients=clients, warm=warm)


def by_header(host: str, search: Mapping[str, str]) -> Call:
    """Return a call as today's SDKs sign it."""
    headers = {
        "host": host, "x-acs-action": ACTION, "x-acs-version": VERSION, "x-acs-date": _now(),
        "x-acs-signature-nonce": uuid.uuid4().hex, "x-acs-content-sha256": digest(b""), "accept": "application/json",
    }  # fmt: skip
    claim = acs3.Claim(KEY, tuple(sorted(headers)), "")
    text = acs3.string_to_sign("POST", "/", query=search.items(), headers=headers, claim=claim, body=digest(b""))
    signature = f"SignedHeaders={';'.join(claim.signed)},Signature={acs3.sign(SECRET, text)}"
    headers["Authorization"] = f"{acs3.ALGORITHM} Credential={KEY},{signature}"
    return Call(f"/?{urlencode(search)}", method="POST", body=b"", headers=headers)


def by_parameters(_host: str, search: Mapping[str, str]) -> Call:
    """Return a call as the SDKs before those sign it."""
    pairs = {
        "Action": ACTION, "Version": VERSION, "Format": "JSON", "AccessKeyId": KEY, "Timestamp": _now(),
        "SignatureMethod": v1.METHOD, "SignatureVersion": v1.VERSION, "SignatureNonce": uuid.uuid4().hex, **search,
    }  # fmt: skip
    pairs[v1.SIGNATURE] = v1.sign(SECRET, v1.string_to_sign("POST", pairs.items()))
    return Call(f"/?{urlencode(pairs)}", method="POST", body=b"")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
