"""The one table that a run prints: text, so that two runs can be laid side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.figures import Figure, Section, ratio

HEADS = ("", "p50 ms", "p95 ms", "total s", "per second", "cpu ms", "x empty page", "x bare database")
WIDTHS = (58, 9, 9, 9, 12, 10, 14, 17)
EMPTY_MARK = "(empty page) "
BARE_MARK = "(bare database) "


def number(value: float | None, *, scale: float = 1) -> str:
    """Return a number with three figures that count, or a dash."""
    if value is None:
        return "-"
    scaled = value * scale
    places = 0 if scaled >= 100 else 1 if scaled >= 10 else 2
    return f"{scaled:,.{places}f}"


def line(cells: Sequence[str]) -> str:
    """Return one line: the name to the left, the numbers to the right."""
    name, *numbers = cells
    rest = "".join(cell.rjust(width) for cell, width in zip(numbers, WIDTHS[1:], strict=True))
    return f"{name.ljust(WIDTHS[0])}{rest}".rstrip()


def row(figure: Figure, section: Section, *, mark: str = "") -> str:
    """Return the line of one figure."""
    cells = (
        f"  {mark}{figure.name}",
        number(figure.p50, scale=1000),
        number(figure.p95, scale=1000),
        number(figure.took),
        number(figure.per_second),
        number(figure.cpu, scale=1000),
        number(ratio(figure, section.empty)),
        number(ratio(figure, section.bare)),
    )
    return line(cells)


def rows(section: Section) -> list[str]:
    """Return the lines of a section: its title, what it is compared with, its figures."""
    beside = [(section.empty, EMPTY_MARK), (section.bare, BARE_MARK)]
    compared = [row(figure, section, mark=mark) for figure, mark in beside if figure]
    return [section.title, *compared, *(row(figure, section) for figure in section.figures)]


def table(sections: Iterable[Section]) -> str:
    """Return the whole table."""
    lines = [line(HEADS), "-" * sum(WIDTHS)]
    for section in sections:
        lines += [*rows(section), ""]
    return "\n".join(lines)
