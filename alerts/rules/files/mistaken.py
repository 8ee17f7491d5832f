"""How an entry of a file is refused."""


class Mistaken(Exception):
    """One entry cannot be brought in; the sentences say why."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences
