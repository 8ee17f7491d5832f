"""What is said of a text that is no expression: one sentence, and the place."""

from lark import Token


class ExpressionError(ValueError):
    """Says in one sentence why a text is no expression, and at which column (the first is 1)."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def at(token: Token, what: str) -> ExpressionError:
    """Return the error that names the column of a token."""
    return at_column((token.start_pos or 0) + 1, what)


def at_column(column: int, what: str) -> ExpressionError:
    """Return the error that names a column, counted from 1."""
    return ExpressionError(f"Column {column}: {what}", column)
