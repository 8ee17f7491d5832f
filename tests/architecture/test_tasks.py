"""The line as tasks: small, and every scheduled name is one of them."""

import ast
from typing import Any

import pytest
from celery import Celery

from kmsconsole.celery import app
from tests.architecture.tree import functions, modules


@pytest.fixture
def line() -> Celery[Any]:
    app.loader.import_default_modules()
    return app


def test_each_task_has_at_most_six_statements() -> None:
    tasks = next(module for module in modules() if module.name == "alerts/tasks.py")
    sizes = {
        node.name: len(
            [item for item in node.body if not isinstance(item, ast.Expr) or isinstance(item.value, ast.Call)]
        )
        for node in functions(tasks)
        if node.decorator_list
    }
    assert sizes
    assert max(sizes.values()) <= 6


def test_every_scheduled_task_exists(line: Celery) -> None:
    scheduled = {entry["task"] for entry in line.conf.beat_schedule.values()}
    assert scheduled
    assert scheduled <= set(line.tasks)


def test_every_task_is_routed_to_a_queue_that_a_pool_serves(line: Celery) -> None:
    router = line.amqp.router
    own = [name for name in line.tasks if not name.startswith("celery.")]
    assert {router.route({}, name)["queue"].name for name in own} == {"line", "deliveries"}


def test_nothing_waits_inside_the_broker() -> None:
    found = [module.name for module in modules() if "countdown=" in module.text or "eta=" in module.text]
    assert found == []
