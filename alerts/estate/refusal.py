"""The refusal of the estate's verbs, which is that of all verbs."""

from alerts.accounts.refusal import Refused

__all__ = ["Refused"]
