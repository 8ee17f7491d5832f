"""`manage.py source`: accounts of the cloud that are read, from the command line.

source add --name NAME --key-id ID [--secret FILE] --region R… [--read WHAT]… [--every MINUTES] [--endpoint HOST:PORT]
           [--role-arn ARN [--external-id ID] [--session NAME]]
source change NAME [--rename NAME] [any of the above]   # what is not named stays, the secret too
source list
source check|poll|pause|resume|delete NAME
source teller NAME cloud|console

The secret is read from a file, or from the standard input, and never from the arguments, which others can see.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from alerts.accounts.audit import note
from alerts.accounts.refusal import Refused
from alerts.mirrors.book import change, connect, delete, let_tell, pause, resume
from alerts.mirrors.check import check
from alerts.mirrors.forms import SourceForm, initial_of
from alerts.mirrors.models import Reads, Source
from alerts.mirrors.policy import assuming_policy, least_policy
from alerts.mirrors.poll import claim_one, progress, step
from alerts.mirrors.standing import standing_of
from alerts.setup.management.commands.rules import account_of, text_of

if TYPE_CHECKING:
    from datetime import datetime

ACTOR = "manage.py source"
WATCHING = 0.2
"""Seconds between two looks while the line reads what was to be read here."""
ON_ONE = ("check", "poll", "pause", "resume", "delete", "teller")
FIELDS = {
    "access_key_id": "key_id", "regions": "region", "reads": "read", "every": "every", "calls_per_second": "calls",
    "endpoint": "endpoint", "role_arn": "role_arn", "external_id": "external_id", "role_session": "session",
}  # fmt: skip


def declare(verb: CommandParser, *, needed: bool) -> None:
    """Declare what a source consists of, for the verb that makes one and the one that changes one."""
    verb.add_argument("--key-id", required=needed, help="AccessKey ID")
    verb.add_argument("--secret", help="file with the AccessKey secret; - for the standard input")
    verb.add_argument("--region", action="append", required=needed, help="such as cn-hangzhou; may come several times")
    verb.add_argument("--read", action="append", choices=Reads.values, help="everything unless given")
    verb.add_argument("--every", type=int, help="minutes; 5 unless given")
    verb.add_argument("--calls", type=int, help="calls a second at most; 25 unless given")
    verb.add_argument("--endpoint", help="host:port of another console in place of the cloud")
    verb.add_argument("--role-arn", help="RAM role by which the account is read; the key only assumes it")
    verb.add_argument("--external-id", help="if the role's trust policy asks for one")
    verb.add_argument("--session", help="name of the role's session; kms-console unless given")


def given_of(options: dict[str, Any]) -> dict[str, Any]:
    """Return what was given of that, by the names of the form's fields."""
    named = {name: options[word] for name, word in FIELDS.items() if options[word] is not None}
    if "regions" in named:
        named["regions"] = "\n".join(named["regions"])
    return named


def read(form: SourceForm) -> dict[str, Any]:
    """Return what the form reads, or say what is wrong with it."""
    if not form.is_valid():
        raise CommandError("\n".join(f"{name}: {each}" for name, found in form.errors.items() for each in found))
    return form.given


class Command(BaseCommand):
    """Connects, lists, checks and reads sources."""

    help = "Connect, list, check, read, pause, resume or delete accounts of the cloud."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verbs and what they take."""
        verbs = parser.add_subparsers(dest="do", required=True)
        add, alter, listing = (verbs.add_parser(verb) for verb in ("add", "change", "list"))
        add.add_argument("--name", required=True)
        add.add_argument("--teller", default="", choices=["", *Source.Teller.values])
        alter.add_argument("name")
        alter.add_argument("--rename")
        for verb, needed in ((add, True), (alter, False)):
            declare(verb, needed=needed)
        each = [verbs.add_parser(verb) for verb in ON_ONE]
        for verb in each:
            verb.add_argument("name")
        each[-1].add_argument("teller", choices=Source.Teller.values)
        for verb in (add, alter, listing, *each):
            verb.add_argument("--account", help="UID of the account; not needed while there is one only")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked for, and note it in the audit trail."""
        now, account = timezone.now(), account_of(options["account"])
        if options["do"] == "list":
            self.list(account.pk, now=now)
            return
        try:
            with transaction.atomic():
                source = (
                    self.add(options, now=now) if options["do"] == "add" else self.found(account.pk, options["name"])
                )
                note(account, actor=ACTOR, verb=f"source.{options['do']}", subject=source.name, now=now)
                self.change_row(source, options, now=now)
        except Refused as refused:
            raise CommandError(str(refused.message)) from refused
        if options["do"] == "check":
            self.check_one(source, now=now)
        elif options["do"] == "poll":
            self.poll(source)

    def found(self, account: str, name: str) -> Source:
        """Return the source of this name."""
        source = Source.objects.select_related("account").filter(account=account, name=name).first()
        if source is None:
            raise CommandError("There is no source of this name.")
        return source

    def add(self, options: dict[str, Any], *, now: datetime) -> Source:
        """Connect a source; the line begins to read it at once."""
        usual = {"reads": Reads.values, "every": 5, "calls_per_second": 25}
        typed = {**usual, "name": options["name"], "teller": options["teller"], **given_of(options)}
        typed["access_key_secret"] = text_of(options["secret"] or "-").strip()
        return connect(account_of(options["account"]), now=now, **read(SourceForm(typed)))

    def change_one(self, source: Source, options: dict[str, Any], *, now: datetime) -> None:
        """Change what is named; everything else is typed into the form as it is stored."""
        stored = {**initial_of(source), "regions": "\n".join(source.regions)}
        typed = {**stored, "name": options["rename"] or source.name, **given_of(options)}
        if options["secret"]:
            typed["access_key_secret"] = text_of(options["secret"]).strip()
        change(source, now=now, **read(SourceForm(typed, source=source)))

    def list(self, account: str, *, now: datetime) -> None:
        """Print a line for each source: name, state, last success, lag in seconds, error."""
        for source in Source.objects.filter(account=account).defer("access_key_secret").order_by("name"):
            state = standing_of(source)
            last = f"{source.polled_at:%Y-%m-%dT%H:%M:%SZ}" if source.polled_at else "never"
            lag = f"{(now - source.polled_at).total_seconds():.0f}" if source.polled_at else ""
            self.stdout.write("\t".join((source.name, state, last, lag, source.error)))

    def change_row(self, source: Source, options: dict[str, Any], *, now: datetime) -> None:
        """Do to its row what needs nothing but the row."""
        if options["do"] == "change":
            self.change_one(source, options, now=now)
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
            self.stdout.write("\t".join((each.region, each.action, each.outcome, each.said)))
        if any(each.granted is False for each in found):
            self.stdout.write(least_policy(source.reads))
            if source.role_arn:
                self.stdout.write(
                    f"That is for the role; the user of the key needs:\n{assuming_policy(source.role_arn)}"
                )
            raise CommandError("Something is missing; the policy above grants it all.")

    def poll(self, source: Source) -> None:
        """Read it once, to the end, and print how much of each thing was read."""
        if source.paused_at:
            raise CommandError("The source is paused: resume it first.")
        held = claim_one(source, now=timezone.now())
        if held is None:
            raise CommandError("The source is being read at the moment.")
        while True:
            # The line reads on as well, a page here and a page there: then this waits for its turn.
            if held is not None:
                step(held, now=timezone.now())
            source.refresh_from_db()
            if source.begun_at is None:
                break
            time.sleep(max(WATCHING if held is None else 0.0, (source.next_at - timezone.now()).total_seconds()))
            held = claim_one(source, now=timezone.now())
        for row in progress(source):
            self.stdout.write(
                "\t".join((row.region or "-", row.what, str(row.done), "read" if row.ended_at else "stopped"))
            )
        if source.error:
            raise CommandError(source.error)
