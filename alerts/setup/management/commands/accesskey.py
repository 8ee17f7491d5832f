"""`manage.py accesskey`: access keys of the API from the command line. A secret is printed once, and never again.

accesskey create --name NAME [--role R] [--action A]… [--network N]… [--region R] [--expires WHEN]
accesskey list
accesskey disable|enable|rotate|delete ID
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alerts.accounts.access_key_forms import AccessKeyForm
from alerts.accounts.access_keys import (
    create_access_key,
    delete_access_key,
    disable_access_key,
    enable_access_key,
    rotate_access_key,
)
from alerts.accounts.audit import note
from alerts.accounts.models import AccessKey, CloudAccount, Role
from alerts.setup.management.commands.rules import account_of

if TYPE_CHECKING:
    from datetime import datetime

ACTOR = "manage.py accesskey"
ON_ONE = ("disable", "enable", "rotate", "delete")


class Command(BaseCommand):
    """Makes, lists and changes access keys."""

    help = "Create, list, disable, enable, rotate or delete access keys of the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verbs and what they take."""
        verbs = parser.add_subparsers(dest="do", required=True)
        create, listing = verbs.add_parser("create"), verbs.add_parser("list")
        create.add_argument("--name", required=True, help="what uses it")
        create.add_argument("--role", default=Role.VIEWER.value, choices=Role.values)
        create.add_argument(
            "--action", action="append", default=[], help="such as cms:Describe*; may come several times"
        )
        create.add_argument("--network", action="append", default=[], help="such as 10.0.0.0/8; may come several times")
        create.add_argument("--region", default="cn-hangzhou", help="where calls that name no region are meant")
        create.add_argument("--expires", default="", help="such as 2027-01-31T12:00+00:00; never unless given")
        for each in (create, listing):
            each.add_argument("--account", help="UID of the account; not needed while there is one only")
        for verb in ON_ONE:
            verbs.add_parser(verb).add_argument("id", help="AccessKey ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked for."""
        now = timezone.now()
        if options["do"] == "create":
            self.create(account_of(options["account"]), options, now=now)
        elif options["do"] == "list":
            self.list(account_of(options["account"]), now=now)
        else:
            self.change(options["do"], options["id"], now=now)

    def create(self, account: CloudAccount, options: dict[str, Any], *, now: datetime) -> None:
        """Make a key and print it as `id:secret`."""
        typed = {name: options[name] for name in ("name", "role", "region")} | {
            "actions": "\n".join(options["action"]), "networks": "\n".join(options["network"]),
            "expires_at": options["expires"],
        }  # fmt: skip
        form = AccessKeyForm(typed, now=now)
        if not form.is_valid():
            raise CommandError("\n".join(f"{name}: {each}" for name, found in form.errors.items() for each in found))
        key, secret = create_access_key(account, now=now, **form.cleaned_data)
        note(account, actor=ACTOR, verb="access_key.create", subject=key.key_id, now=now)
        self.stdout.write(f"{key.key_id}:{secret}")

    def list(self, account: CloudAccount, *, now: datetime) -> None:
        """Print a line for each key: id, role, state, last use, name."""
        for key in AccessKey.objects.filter(account=account).defer("secret").order_by("pk"):
            expired = key.expires_at is not None and key.expires_at <= now
            state = "disabled" if key.disabled_at else "expired" if expired else "active"
            used = f"{key.last_used_at:%Y-%m-%dT%H:%MZ}" if key.last_used_at else "never"
            self.stdout.write("\t".join((key.key_id, key.role, state, used, key.name)))

    def change(self, verb: str, key_id: str, *, now: datetime) -> None:
        """Do it to one key; a new secret is printed as `id:secret`."""
        key = AccessKey.objects.select_related("account").filter(key_id=key_id).first()
        if key is None:
            raise CommandError("There is no access key of this ID.")
        note(key.account, actor=ACTOR, verb=f"access_key.{verb}", subject=key.key_id, now=now)
        if verb == "rotate":
            self.stdout.write(f"{key.key_id}:{rotate_access_key(key, now=now)}")
        elif verb == "disable":
            disable_access_key(key, now=now)
        elif verb == "enable":
            enable_access_key(key)
        else:
            delete_access_key(key)
