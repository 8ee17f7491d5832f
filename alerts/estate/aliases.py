"""Names of keys: a key may have several, and each name is that of one key in its region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.estate.models import Alias, Key
from alerts.estate.naming import check_alias
from alerts.estate.refusal import Refused, refuse_mirrored

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def create_alias(key: Key, *, name: str, now: datetime) -> Alias:
    """Give a key a further name, such as `alias/orders`; its first one is the one that people see."""
    check_alias(name)
    row = Key.objects.select_for_update(of=("self",)).get(pk=key.pk)
    refuse_mirrored(row)
    if row.deleted_at:
        raise Refused(_("This key has been deleted."), code="Forbidden.KeyNotFound")
    try:
        with transaction.atomic():
            alias = Alias.objects.create(account=row.account, region=row.region, key=row, name=name, created_at=now)
    except IntegrityError as error:
        sentence = _("Another key in this region has this alias.")
        raise Refused(sentence, field="alias", code="AliasAlreadyExists") from error
    if not row.alias:
        key.alias = row.alias = name
        row.save(update_fields=["alias"])
    return alias
