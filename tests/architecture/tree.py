"""The tree under test, read once: modules as syntax, templates and style sheets as text."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))


class Module(NamedTuple):
    """A module of the product: its path, its text, and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path from the root, as a reader would say it."""
        return str(self.path.relative_to(ROOT))


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of `alerts` and `kmsconsole`, without migrations."""
    paths = [path for part in ("alerts", "kmsconsole") for path in sorted((ROOT / part).rglob("*.py"))]
    kept = [path for path in paths if "migrations" not in path.parts]
    return tuple(Module(path, text, ast.parse(text)) for path in kept for text in [path.read_text()])


def functions(module: Module) -> list[ast.FunctionDef]:
    """Return every function and method of a module."""
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)]


def classes(module: Module) -> list[ast.ClassDef]:
    """Return every class of a module."""
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]


def name_of(path: Path) -> str:
    """Return a path from the root, for the id of a test."""
    return str(path.relative_to(ROOT))
