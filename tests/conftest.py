"""Settings of all tests, and the database server of those that need one."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings
from mongo import database, settle

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
PORT = settle()


@pytest.fixture(scope="session")
def mongo() -> Iterator[None]:
    """A database server for FiftyOne."""
    if find_spec("fiftyone") is None:
        pytest.skip("fiftyone is not installed")
    with database(PORT):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put integration tests first: a file of them takes minutes, and one that begins last is waited for."""
    items.sort(key=lambda item: item.get_closest_marker("integration") is None)
