"""Backtest: what a policy, as it is typed and as it is stored, would have told in the last 90 days.

The page is sent as it comes into being: first its frame, then how far the replay is, then what was found. That needs no
scripts; of the progress only the newest line is shown.

The replay runs in the thread of the web server that sends the page. gunicorn's time limit for threaded workers is none
for requests: a worker is ended when its main loop is silent, which goes on beside any number of threads.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.accounts.models import Role
from alerts.cloudmonitor.views.subscription_policies import trail
from alerts.cloudmonitor.views.subscription_policy_form import SubscriptionPolicyCreate, SubscriptionPolicyModify
from alerts.events.partitions import RETENTION
from alerts.notifications.policy_backtest import plan_of, run
from alerts.subscriptions.backtest import Plan, Replay
from alerts.subscriptions.models import SubscriptionPolicy
from alerts.ui.backtests import told_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from alerts.subscriptions.forms import PolicyForm

MARK = "KMSCONSOLE-BACKTEST"


class Reader(NamedTuple):
    """In which zone and language a page is read: what is sent later is not within the request any more."""

    zone: str
    language: str

    def draw(self, template: str, context: dict[str, Any]) -> str:
        """Render a template for the reader."""
        with timezone.override(self.zone), translation.override(self.language):
            return render_to_string(template, context)


class SubscriptionPolicyBacktest(SubscriptionPolicyCreate):
    """Replays a new policy as it is typed."""

    http_method_names: Sequence[str] = ("post", "options")

    def post(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Replay what is typed, or say what is wrong with it."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        return self.streamed(self.plans(form))

    def plans(self, form: PolicyForm) -> list[tuple[str, Plan]]:
        """Return what is replayed, with headings."""
        return [(_("As typed"), plan_of(form.wanted(), push=list(form.cleaned_data["push_channels"])))]

    def streamed(self, plans: list[tuple[str, Plan]]) -> HttpResponseBase:
        """Return the page that is sent while the replay runs."""
        context = {"title": _("Backtest"), "trail": trail((_("Backtest"), "")), "mark": MARK}
        frame = render_to_string("cloudmonitor/backtest.html", context, self.request)
        reader = Reader(timezone.get_current_timezone_name(), translation.get_language() or "en")
        parts = sent_in_parts(frame.split(MARK), plans, account=self.account.pk, reader=reader)
        return StreamingHttpResponse(part.encode() for part in parts)


class SubscriptionPolicyBacktestStored(SubscriptionPolicyBacktest):
    """Replays a stored policy as it is (GET), or beside what is typed (POST)."""

    http_method_names = ("get", "post", "options")
    needs = Role.VIEWER
    policy = SubscriptionPolicyModify.policy
    title = SubscriptionPolicyModify.title

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponseBase:
        """Replay it as it is."""
        return self.streamed([self.stored()])

    def plans(self, form: PolicyForm) -> list[tuple[str, Plan]]:
        """Return the stored policy, and what is typed."""
        return [self.stored(), *super().plans(form)]

    def stored(self) -> tuple[str, Plan]:
        """Return the policy as it is stored."""
        found = SubscriptionPolicy.objects.select_related("resource_group", "configuration")
        policy = get_object_or_404(found, account=self.account, pk=self.kwargs["pk"])
        return _("As it is stored"), plan_of(policy)


def sent_in_parts(
    frame: Sequence[str], plans: Sequence[tuple[str, Plan]], *, account: str, reader: Reader
) -> Iterator[str]:
    """Yield the page: its beginning, the progress line after line, what was found, and its end."""
    head, middle, foot = frame
    yield head
    now, begun, events = timezone.now(), time.monotonic(), 0
    replays = [(label, Replay(plan)) for label, plan in plans]
    for progress in run([replay for _label, replay in replays], account=account, now=now):
        events = progress.events
        percent = round(progress.share * 100)
        yield reader.draw("cloudmonitor/_backtest_progress.html", {"percent": percent, "events": events})
    yield middle
    with timezone.override(reader.zone), translation.override(reader.language):
        reports = [(label, replay.report) for label, replay in replays]
        told = told_of(reports, start=now - RETENTION, end=now, zone=reader.zone)
    seconds = time.monotonic() - begun
    yield reader.draw("cloudmonitor/_backtest_found.html", {"told": told, "seconds": seconds, "events": events})
    yield foot
