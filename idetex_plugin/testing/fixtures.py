"""pytest fixtures for the authors of plugins. pytest loads this in every run, so everything heavy waits for its use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.plugins.manager import Hooks


@pytest.fixture
def idetex_hooks() -> Callable[..., Hooks]:
    """`idetex_hooks(plugin, ...)`: a manager with the built-in plugin and only these.

    It is strict: what a plugin raises is raised, and so is every answer of a wrong kind.
    """

    def only(*plugins: Any) -> Hooks:
        from idetex_plugin.plugins.manager import Hooks

        hooks = Hooks(strict=True)
        for number, plugin in enumerate(plugins, 1):
            hooks.register(plugin, getattr(plugin, "__name__", f"plugin {number}"))
        return hooks

    return only


@pytest.fixture
def idetex_assessor(idetex_hooks: Callable[..., Hooks]) -> Iterator[Callable[..., Assessor]]:
    """`idetex_assessor(plugin, ..., sees=[regions], level="poor", answers={text: option}, **options)`: an assessor
    with only these plugins and without a model.

    On every photo it sees these regions and this level, and answers a question with the option given for its text,
    or with the first one. The options are those of `Assessor`. It is closed at the end of the test.
    """
    from idetex_plugin.assessing.assessor import Assessor
    from idetex_plugin.engines.scripted import ScriptedEngine
    from idetex_plugin.testing.speech import Speech

    with ExitStack() as opened:

        def make(
            *plugins: Any, sees: Any = (), level: str = "good", answers: dict[str, str] | None = None, **options: Any
        ) -> Assessor:
            engine = ScriptedEngine(Speech(sees, level, answers or {}))
            return opened.enter_context(Assessor(engine=engine, hooks=idetex_hooks(*plugins), **options))

        yield make


@pytest.fixture
def idetex_photos(tmp_path: Path) -> dict[str, Path]:
    """Files of one small scene: "clean", "noisy", "blurred", "dark", "compressed" and "truncated"."""
    from idetex_plugin.testing.photos import write_samples

    return write_samples(tmp_path / "idetex_photos")
