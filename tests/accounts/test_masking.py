"""Masking: what looks like a secret does not reach a log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from alerts.accounts.masking import MASK, Masked, masked

SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"POST /ingest/cloudmonitor/{SECRET} 401", "POST /ingest/cloudmonitor/"),
        (f"GET /confirm/{SECRET}/ 404", "GET /confirm/"),
        (f"Authorization: Bearer {SECRET}", "Bearer "),
        (f"authorization: bearer {SECRET}", "bearer "),
        (f"smtp://user:{SECRET}@mail.example.com:587", "@mail.example.com:587"),
        (f"redis://:{SECRET}@cache/0", "redis://:"),
        (f"postgresql://app:{SECRET}@db/kms failed", "@db/kms failed"),
        (f"could not reach https://hooks.example.com/services/{SECRET}", "https://hooks.example.com"),
        (f"https://hooks.example.com?key={SECRET}", "https://hooks.example.com"),
        (f"{{'password': '{SECRET}'}}", "'password': '"),
        (f"token={SECRET}&x=1", "token="),
        (f"SECRET = {SECRET}", "SECRET = "),
    ],
)
def test_the_secret_part_is_hidden_and_the_rest_can_be_read(text: str, kept: str) -> None:
    hidden = masked(text)
    assert SECRET not in hidden
    assert kept in hidden
    assert MASK in hidden


@pytest.mark.parametrize(
    "text", ["Secret:RotateSecret:Failure on secret/rds-prod-app", "3 facts evaluated", "a secret was rotated"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Masked())
    logger = logging.getLogger("tests.masking")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


def test_arguments_tracebacks_and_stacks_are_masked_too(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.warning("called %s with %s", f"https://example.com/{SECRET}", {"token": SECRET})
    try:
        raise ValueError(f"https://example.com/{SECRET}")  # noqa: EM102, TRY301, RUF100
    except ValueError:
        logger.exception("it failed")
    logger.warning("here", stack_info=True)
    said = stream.getvalue()
    assert SECRET not in said
    assert "ValueError" in said
    assert said.count("https://example.com") >= 2


def test_a_traceback_that_another_already_wrote_down_is_masked(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    record = logger.makeRecord("x", logging.ERROR, "f", 1, "failed", (), None)
    record.exc_text = f"ValueError: https://example.com/{SECRET}"
    logger.handle(record)
    assert SECRET not in stream.getvalue()
