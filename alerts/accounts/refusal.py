"""How a verb says no: a sentence for the person, the field it belongs to, and the code it has in the public API."""


class Refused(Exception):
    """The state machine or a limit does not allow this change.

    `field` names the form field at fault, if any; `code` is the public API's word for the reason, if it has one.
    """

    def __init__(self, message: str, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code
