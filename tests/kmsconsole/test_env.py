"""Reading the environment: defaults, types, and the one sentence for a bad value."""

import base64
import ipaddress
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmsconsole import env


def test_with_nothing_set_every_variable_has_its_default() -> None:
    found = env.read({})
    assert (found.port, found.bind, found.account, found.demo) == (8000, "127.0.0.1", "1000000000000001", True)
    assert found.data == Path(".data").absolute()
    assert found.site_url == "http://localhost:8000"
    assert found.hosts_answered == ("localhost", "127.0.0.1", "[::1]")
    assert found.outgoing_allow == ()
    assert found.chromium is None


def test_an_empty_variable_counts_as_absent() -> None:
    assert env.read({"PORT": "", "KMSCONSOLE_DEMO": " "}) == env.read({})


def test_values_are_typed() -> None:
    found = env.read({"PORT": "9", "KMSCONSOLE_DEMO": "0", "KMSCONSOLE_OUTGOING_ALLOW": "10.0.0.0/8, ::1 192.168.1.5"})
    assert found.port == 9
    assert found.demo is False
    assert found.outgoing_allow == tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "::1/128", "192.168.1.5/32")))


def test_the_host_of_the_own_address_is_answered() -> None:
    found = env.read({"KMSCONSOLE_URL": "https://kms.example.com/", "KMSCONSOLE_ALLOWED_HOSTS": "kms,localhost"})
    assert found.site_url == "https://kms.example.com"
    assert found.hosts_answered == ("localhost", "127.0.0.1", "[::1]", "kms.example.com", "kms")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "٣"),
        ("PORT", "8000x"),
        ("KMSCONSOLE_DEMO", "yes"),
        ("KMSCONSOLE_ACCOUNT", "123"),
        ("KMSCONSOLE_ADMIN_PASSWORD", "short"),
        ("KMSCONSOLE_ADMIN_USER", "a b"),
        ("KMSCONSOLE_API_TOKEN", "short"),
        ("KMSCONSOLE_API_TOKEN", "with/slash/in/the/token"),
        ("KMSCONSOLE_OUTGOING_ALLOW", "10.0.0.1/8"),
        ("KMSCONSOLE_OUTGOING_ALLOW", "example.com"),
        ("KMSCONSOLE_ALLOWED_HOSTS", "http://example.com"),
        ("KMSCONSOLE_DATABASE_URL", "mysql://somewhere/db"),
        ("KMSCONSOLE_REDIS_URL", "localhost:6379"),
        ("KMSCONSOLE_SMTP_URL", "smtp://"),
        ("KMSCONSOLE_SMTP_URL", "smtp://mail:port"),
        ("KMSCONSOLE_MAIL_FROM", "nobody"),
        ("KMSCONSOLE_URL", "kms.example.com"),
        ("KMSCONSOLE_BIND", "localhost"),
        ("KMSCONSOLE_INGEST_RATE", "-1"),
        ("KMSCONSOLE_SECRET_KEY", "short"),
        ("KMSCONSOLE_ENCRYPTION_KEY", "c2hvcnQ="),
    ],
)
def test_a_bad_value_gives_one_sentence_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(env.Invalid) as caught:
        env.read({name: value})
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} (")
    assert " must " in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("name", [declared.name for declared in env.DECLARED if declared.secret])
def test_a_bad_secret_is_not_shown(name: str) -> None:
    with pytest.raises(env.Invalid) as caught:
        env.read({name: "sesame"})
    assert "sesame" not in str(caught.value)


def test_a_key_of_32_bytes_is_taken() -> None:
    key = base64.urlsafe_b64encode(bytes(range(32))).decode()
    assert env.read({"KMSCONSOLE_ENCRYPTION_KEY": key}).encryption_key == key


@pytest.mark.parametrize(
    "value",
    ["postgresql://u:p@h:5432/n", "postgres://h/n", "postgresql://u@/n?host=%2Ftmp%2Fx", "postgresql://[::1]/n"],
)
def test_forms_of_the_database_address(value: str) -> None:
    assert env.read({"KMSCONSOLE_DATABASE_URL": value}).database_url == value


@given(name=st.sampled_from([declared.name for declared in env.DECLARED]), value=st.text(max_size=60))
def test_any_text_is_either_taken_or_refused(name: str, value: str) -> None:
    with suppress(env.Invalid):
        env.read({name: value})


def test_every_variable_has_a_line_for_people_and_a_default_that_can_be_read() -> None:
    for declared in env.DECLARED:
        assert declared.about
        assert not declared.about.endswith(".")
        declared.read({})
