"""The order of all tests: each process begins with its share of what takes long, so that none is left alone with it at last."""

from __future__ import annotations

import pytest

from tests.servers.engines import home, migrated, on_postgres, postgres_process_fixture

__all__ = ["home", "migrated", "on_postgres", "postgres_process_fixture"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Spread the slow ones over the first chunks that pytest-xdist hands out: a quarter of a process's share each."""
    processes = int(getattr(config, "workerinput", {}).get("workercount", 1))
    chunk = max(len(items) // processes // 4, 2)
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    ordered: list[pytest.Item] = []
    for number in range(processes):
        first = slow[number::processes]
        fill = max(0, chunk - len(first))
        ordered += [*first, *quick[:fill]]
        del quick[:fill]
    items[:] = [*ordered, *quick]
