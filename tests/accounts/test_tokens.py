"""API tokens: shown once, known by digest, limited in scope, account and rate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from alerts.accounts.models import ApiToken, Scope
from alerts.accounts.tokens import USED_RESOLUTION, create_token, find_token, take_one
from tests.builders import NOW, OTHER_UID, a_token, an_account

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def granted(token: ApiToken, *, calls: int, rate: float, after: timedelta = timedelta(0)) -> int:
    return sum(take_one(token, rate=rate, now=NOW + after).granted for _ in range(calls))


def test_the_text_is_nowhere_in_the_row() -> None:
    row, text = create_token(an_account(), name="ci", scopes=[Scope.INGEST], now=NOW)
    assert len(text) > 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM accounts_apitoken t")
        (stored,) = cursor.fetchone()
    assert text not in stored
    assert text.startswith(row.hint)
    assert len(row.hint) <= 8


def test_two_tokens_are_never_the_same() -> None:
    assert a_token() != a_token()


def test_a_given_text_is_the_token_and_shows_little_of_itself() -> None:
    row, text = create_token(an_account(), name="x", scopes=[Scope.READ], now=NOW, token="given-token-0123456789")
    assert (text, row.hint) == ("given-token-0123456789", "give")


@pytest.mark.parametrize(
    ("scopes", "asked", "found"),
    [
        ((Scope.INGEST,), Scope.INGEST, True),
        ((Scope.INGEST,), Scope.READ, False),
        ((Scope.READ,), Scope.INGEST, False),
        ((Scope.INGEST, Scope.READ), Scope.READ, True),
    ],
)
def test_a_token_opens_what_its_scopes_name(scopes: tuple[str, ...], asked: str, *, found: bool) -> None:
    assert (find_token(a_token(*scopes), scope=asked, now=NOW) is not None) is found


def test_a_token_belongs_to_one_account() -> None:
    found = find_token(a_token(account=an_account(OTHER_UID)), scope=Scope.READ, now=NOW)
    assert found
    assert found.account_id == OTHER_UID


@pytest.mark.parametrize("text", ["", "wrong", "\x00", "ключ", "a" * 10_000])
def test_another_text_finds_nothing(text: str) -> None:
    a_token()
    assert find_token(text, scope=Scope.READ, now=NOW) is None


def test_a_revoked_token_is_not_found() -> None:
    text = a_token()
    ApiToken.objects.update(revoked_at=NOW)
    assert find_token(text, scope=Scope.READ, now=NOW) is None


def test_its_use_is_noted_once_a_minute() -> None:
    text = a_token()
    for after in (timedelta(0), SECOND, USED_RESOLUTION):
        find_token(text, scope=Scope.READ, now=NOW + after)
        assert ApiToken.objects.get().last_used_at == NOW
    find_token(text, scope=Scope.READ, now=NOW + USED_RESOLUTION + SECOND)
    assert ApiToken.objects.get().last_used_at == NOW + USED_RESOLUTION + SECOND


def test_the_bucket_holds_ten_seconds_and_fills_again() -> None:
    a_token()
    token = ApiToken.objects.get()
    assert granted(token, calls=50, rate=3) == 30
    assert granted(token, calls=50, rate=3, after=2 * SECOND) == 6
    assert granted(token, calls=50, rate=3, after=timedelta(days=1)) == 30


@pytest.mark.parametrize(("rate", "wait"), [(200, 1), (1, 1), (0.1, 10)])
def test_a_refusal_says_when_to_come_again(rate: float, wait: int) -> None:
    a_token()
    token = ApiToken.objects.get()
    granted(token, calls=int(max(1, rate * 10)), rate=rate)
    refused = take_one(token, rate=rate, now=NOW)
    assert (refused.granted, refused.retry_after) == (False, wait)


@pytest.mark.django_db(transaction=True)
def test_many_callers_at_once_share_one_bucket() -> None:
    a_token()
    token = ApiToken.objects.get()

    def caller(_number: int) -> int:
        try:
            return granted(token, calls=30, rate=4)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(caller, range(4))) == 40
