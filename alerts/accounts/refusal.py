"""How a verb says no: a sentence for the person, and the field it belongs to if there is one."""


class Refused(Exception):
    """The state machine or a limit does not allow this change. `field` names the form field at fault, if any."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
