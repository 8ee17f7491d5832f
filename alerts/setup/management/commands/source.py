"""`manage.py source`: accounts of the cloud that are read, from the command line.

source add --name NAME --key-id ID [--secret FILE] --region R… [--read WHAT]… [--every MINUTES] [--endpoint HOST:PORT]
source list
source check|poll|pause|resume|delete NAME
source teller NAME cloud|console

The secret is read from a file, or from the standard input, and never from the arguments, which others can see.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alerts.accounts.audit import note
from alerts.accounts.refusal import Refused
from alerts.mirrors.book import connect, delete, let_tell, pause, resume
from alerts.mirrors.check import check, least_policy
from alerts.mirrors.forms import SourceForm
from alerts.mirrors.models import Reads, Source
from alerts.mirrors.poll import claim_one, progress, step
from alerts.setup.management.commands.rules import account_of, text_of

if TYPE_CHECKING:
    from datetime import datetime

ACTOR = "manage.py source"
ON_ONE = ("check", "poll", "pause", "resume", "delete", "teller")
ANSWERS = {True: "granted", False: "missing", None: "untried"}


class Command(BaseCommand):
    """Connects, lists, checks and reads sources."""

    help = "Connect, list, check, read, pause, resume or delete accounts of the cloud."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verbs and what they take."""
        verbs = parser.add_subparsers(dest="do", required=True)
        add, listing = verbs.add_parser("add"), verbs.add_parser("list")
        add.add_argument("--name", required=True)
        add.add_argument("--key-id", required=True, help="AccessKey ID")
        add.add_argument("--secret", default="-", help="file with the AccessKey secret; - for the standard input")
        add.add_argument("--region", action="append", required=True, help="such as cn-hangzhou; may come several times")
        add.add_argument("--read", action="append", choices=Reads.values, help="everything unless given")
        add.add_argument("--every", type=int, default=5, help="minutes")
        add.add_argument("--calls", type=int, default=25, help="calls a second at most")
        add.add_argument("--endpoint", default="", help="host:port of another console in place of the cloud")
        add.add_argument("--teller", default="", choices=["", *Source.Teller.values])
        each = [verbs.add_parser(verb) for verb in ON_ONE]
        for verb in each:
            verb.add_argument("name")
        each[-1].add_argument("teller", choices=Source.Teller.values)
        for verb in (add, listing, *each):
            verb.add_argument("--account", help="UID of the account; not needed while there is one only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked for."""
        now, account = timezone.now(), account_of(options["account"])
        if options["do"] == "list":
            self.list(account.pk, now=now)
            return
        if options["do"] == "add":
            source = self.add(options, now=now)
        else:
            found = Source.objects.select_related("account").filter(account=account, name=options["name"]).first()
            if found is None:
                raise CommandError("There is no source of this name.")
            source = found
        if options["do"] not in {"check", "poll"}:
            note(account, actor=ACTOR, verb=f"source.{options['do']}", subject=source.name, now=now)
        self.on_one(source, options, now=now)

    def add(self, options: dict[str, Any], *, now: datetime) -> Source:
        """Connect a source; the line begins to read it at once."""
        typed = {
            "name": options["name"], "access_key_id": options["key_id"],
            "access_key_secret": text_of(options["secret"]).strip(), "regions": "\n".join(options["region"]),
            "reads": options["read"] or Reads.values, "every": options["every"], "calls_per_second": options["calls"],
            "endpoint": options["endpoint"], "teller": options["teller"],
        }  # fmt: skip
        form = SourceForm(typed)
        if not form.is_valid():
            raise CommandError("\n".join(f"{name}: {each}" for name, found in form.errors.items() for each in found))
        try:
            return connect(account_of(options["account"]), now=now, **form.given)
        except Refused as refused:
            raise CommandError(str(refused.message)) from refused

    def list(self, account: str, *, now: datetime) -> None:
        """Print a line for each source: name, state, last success, lag in seconds, error."""
        for source in Source.objects.filter(account=account).defer("access_key_secret").order_by("name"):
            state = "paused" if source.paused_at else "silent" if source.silent_since else "active"
            last = f"{source.polled_at:%Y-%m-%dT%H:%M:%SZ}" if source.polled_at else "never"
            lag = f"{(now - source.polled_at).total_seconds():.0f}" if source.polled_at else ""
            self.stdout.write("\t".join((source.name, state, last, lag, source.error)))

    def on_one(self, source: Source, options: dict[str, Any], *, now: datetime) -> None:
        """Do it to one source."""
        if options["do"] == "check":
            self.check_one(source, now=now)
        elif options["do"] == "poll":
            self.poll(source)
        elif options["do"] == "pause":
            pause(source, now=now)
        elif options["do"] == "resume":
            resume(source, now=now)
        elif options["do"] == "teller":
            let_tell(source, teller=options["teller"], now=now)
        elif options["do"] == "delete":
            delete(source)

    def check_one(self, source: Source, *, now: datetime) -> None:
        """Print a line for each permission, and the least policy where one is missing."""
        found = check(source, now=now)
        for each in found:
            self.stdout.write("\t".join((each.region, each.action, ANSWERS[each.granted], each.said)))
        if any(each.granted is False for each in found):
            self.stdout.write(least_policy(source.reads))
            raise CommandError("Something is missing; the policy above grants it all.")

    def poll(self, source: Source) -> None:
        """Read it once, to the end, and print how much of each thing was read."""
        if source.paused_at:
            raise CommandError("The source is paused: resume it first.")
        while True:
            held = claim_one(source, now=timezone.now())
            if held is None:
                raise CommandError("The source is being read at the moment.")
            step(held, now=timezone.now())
            source.refresh_from_db()
            if source.begun_at is None:
                break
            time.sleep(max(0.0, (source.next_at - timezone.now()).total_seconds()))
        for row in progress(source):
            self.stdout.write(
                "\t".join((row.region or "-", row.what, str(row.done), "read" if row.ended_at else "stopped"))
            )
        if source.error:
            raise CommandError(source.error)
