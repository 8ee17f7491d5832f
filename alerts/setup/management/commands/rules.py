"""`manage.py rules`: contacts, groups and alert rules as one YAML file.

rules export [--secrets] [--output FILE]    write the file
rules diff FILE                             say what it would change; ends with 1 when that is something
rules import FILE                           bring it in, all or nothing
rules lint                                  say what is wrong with rules; ends with 1 when that is something
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alerts.accounts.audit import note
from alerts.accounts.models import CloudAccount
from alerts.notifications.addresses import ask_unasked
from alerts.notifications.files import MORE
from alerts.notifications.lint import findings_of
from alerts.rules.files.load import Plan, load, planned
from alerts.rules.files.text import MOST_BYTES
from alerts.rules.files.write import exported
from alerts.rules.models import AlertRule
from alerts.ui.rule_findings import said

if TYPE_CHECKING:
    from collections.abc import Iterator

DIFFERENT, WRONG = 1, 2
ACTOR = "manage.py rules"


class Command(BaseCommand):
    """Exports, compares and imports."""

    help = "Export, compare or import contacts, groups and alert rules as one YAML file, or lint the rules."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verbs and what they take."""
        verbs = parser.add_subparsers(dest="do", required=True)
        for verb in ("export", "import", "diff", "lint"):
            each = verbs.add_parser(verb)
            each.add_argument("--account", help="UID of the account; not needed while there is one only")
            if verb == "export":
                each.add_argument("--secrets", action="store_true", help="with addresses, URLs and signing secrets")
                each.add_argument("--output", type=Path, help="file to write; the standard output unless given")
            elif verb != "lint":
                each.add_argument("file", help="file to read, or - for the standard input")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked for."""
        account = account_of(options["account"])
        if options["do"] == "export":
            self.export(account, secrets=options["secrets"], output=options["output"])
        elif options["do"] == "lint":
            self.lint(account)
        elif options["do"] == "import":
            self.bring_in(account, text_of(options["file"]))
        else:
            self.compare(account, text_of(options["file"]))

    def export(self, account: CloudAccount, *, secrets: bool, output: Path | None) -> None:
        """Write the file; one with secrets only its owner may read, and it is written down that there is one."""
        text = exported(account, secrets=secrets, more=MORE)
        if secrets:
            note(account, actor=ACTOR, verb="alert_rule.export_secrets", subject=account.name, now=timezone.now())
        if output is None:
            self.stdout.write(text, ending="")
            return
        output.touch(mode=0o600 if secrets else 0o644)
        if secrets:
            output.chmod(0o600)
        output.write_text(text, encoding="utf-8")

    def compare(self, account: CloudAccount, text: str) -> None:
        """Say what the file would change."""
        self.tell(plan := planned(account, text, now=timezone.now(), more=MORE))
        if plan.steps:
            sys.exit(DIFFERENT)

    def bring_in(self, account: CloudAccount, text: str) -> None:
        """Bring the file in, and say what it changed."""
        now = timezone.now()
        self.tell(plan := load(account, text, now=now, by=ACTOR, more=MORE))
        ask_unasked(account, now=now)
        note(account, actor=ACTOR, verb="alert_rule.import", subject=f"{len(plan.steps)} changed", now=now)

    def lint(self, account: CloudAccount) -> None:
        """Say what is wrong with the rules of the account."""
        rules = list(AlertRule.objects.saved().filter(account=account).order_by("name"))
        found = findings_of(rules, account=account.pk, now=timezone.now())
        wrong = [(rule, each) for rule in rules for each in found.get(rule.pk, ())]
        self.stdout.writelines(f"{rule.name}: {each.code}: {said(each).text}\n" for rule, each in wrong)
        if wrong:
            sys.exit(DIFFERENT)
        self.stdout.write("Nothing is wrong.")

    def tell(self, plan: Plan) -> None:
        """Write a plan; ends with 2 when there are mistakes in the file."""
        if plan.mistakes:
            raise CommandError("\n".join(["Nothing was changed.", *map(str, plan.mistakes)]), returncode=WRONG)
        self.stdout.writelines(f"{line}\n" for line in lines_of(plan))


def lines_of(plan: Plan) -> Iterator[str]:
    """Yield what a plan does, as lines."""
    if not plan.steps:
        yield "Nothing is different."
    for step in plan.steps:
        yield f"{'+' if step.new else '~'} {step.title} “{step.name}”"
        for each in step.changes:
            yield f"    {each.label}: {each.before or '–'} → {each.after or '–'}"


def account_of(uid: str | None) -> CloudAccount:
    """Return the account with this uid, or the only one. Raises CommandError."""
    accounts = CloudAccount.objects.filter(uid=uid) if uid else CloudAccount.objects.all()
    found = list(accounts.order_by("uid")[:2])
    if len(found) != 1:
        raise CommandError("There is no such account." if not found else "Say which account by --account UID.")
    return found[0]


def text_of(place: str) -> str:
    """Return the text of a file, or of the standard input. Raises CommandError."""
    try:
        with sys.stdin.buffer if place == "-" else Path(place).open("rb") as file:
            return file.read(MOST_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{place} is not UTF-8: byte {error.start + 1} is none of it.") from error
