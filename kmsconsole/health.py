"""`GET /healthz`: whether database, broker, both worker pools and beat are alive, each answered by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from alerts.pulse import answering_queues, pulses

if TYPE_CHECKING:
    from django.http import HttpRequest

OK = "ok"


def database_state() -> str:
    """Return "ok", or what is wrong with the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"does not answer ({type(error).__name__})"
    return OK


def process_states() -> dict[str, str]:
    """Return the state of broker, pools and beat. Without beat no pulse is sent, so the pools are asked directly."""
    try:
        alive = pulses("beat", "line", "deliveries")
        if not alive["beat"]:
            queues = answering_queues()
            alive |= {name: name in queues for name in ("line", "deliveries")}
    except (OperationalError, RedisError, OSError) as error:
        unknown = "unknown while the broker does not answer"
        broker = f"does not answer ({type(error).__name__})"
        return {"broker": broker, "beat": unknown, "line": unknown, "deliveries": unknown}
    return {"broker": OK} | {name: OK if here else "no sign of life" for name, here in alive.items()}


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything is alive, else 503; the body names each part and what is wrong with it."""
    checks = {"database": database_state(), **process_states()}
    well = all(state == OK for state in checks.values())
    answer = JsonResponse({"status": OK if well else "failing", "checks": checks}, status=200 if well else 503)
    # The body says what is wrong. Django would log an error at every question, dozens of times during a start.
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return answer
