"""How modules are written: size, words, and what is never used."""

import ast
import re
import statistics
from collections.abc import Iterator

from tests.architecture.tree import ROOT, classes, functions, modules

NEVER = re.compile(r"manager|handler|helper|util|service|processor|alarm", re.IGNORECASE)
LONGEST_MODULE = 300


def lines_of(node: ast.FunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    documented = ast.get_docstring(node) is not None
    begin = node.body[1].lineno if documented and len(node.body) > 1 else node.lineno
    return (node.end_lineno or begin) - begin + 1


def test_no_module_is_long() -> None:
    long = {module.name: module.text.count("\n") for module in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    lengths = sorted(lines_of(node) for module in modules() for node in functions(module))
    assert statistics.median(lengths) <= 7
    assert statistics.quantiles(lengths, n=20)[-1] <= 25


def test_each_module_begins_with_what_the_reader_finds() -> None:
    bare = [m.name for m in modules() if m.text.strip() and not (ast.get_docstring(m.tree) or "").strip()]
    assert bare == []


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def own_names() -> Iterator[tuple[str, str]]:
    """Yield what the product itself names: modules, classes, functions."""
    for module in modules():
        yield module.name, module.path.stem
        named: list[ast.FunctionDef | ast.ClassDef] = [*functions(module), *classes(module)]
        for node in named:
            yield f"{module.name}:{node.lineno}", node.name


def test_nothing_is_named_for_what_could_be_anything() -> None:
    assert [(place, name) for place, name in own_names() if NEVER.search(name)] == []


def test_models_save_as_django_saves_and_have_no_order_of_their_own() -> None:
    found = []
    for module in modules():
        for node in classes(module):
            names = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            found += [f"{module.name}:{node.name}.{name}" for name in names & {"save", "delete"}]
            if node.name == "Meta" and "models" in module.name:
                found += [f"{module.name}:{node.lineno} ordering" for item in node.body if "ordering" in ast.dump(item)]
    assert found == []


def test_there_are_no_signals_and_no_generic_keys() -> None:
    words = ("GenericForeignKey", "django.dispatch", "models.signals", "post_save", "pre_save")
    found = [(module.name, word) for module in modules() for word in words if word in module.text]
    assert found == []


def test_tasks_and_settings_stay_small() -> None:
    assert len((ROOT / "alerts/tasks.py").read_text().splitlines()) <= 145
    assert len((ROOT / "kmsconsole/settings.py").read_text().splitlines()) <= 250


def test_the_environment_is_read_in_one_place() -> None:
    allowed = {"kmsconsole/env.py", "kmsconsole/settings.py", "kmsconsole/run.py", "kmsconsole/celery.py"}
    # The supervisor hands its own environment on to its children.
    allowed |= {"kmsconsole/programs.py", "kmsconsole/embedded.py"}
    found = {module.name for module in modules() if "os.environ" in module.text or "getenv" in module.text}
    assert found - allowed == set()
