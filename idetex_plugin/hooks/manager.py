"""Finding plugins and calling them, each under its own guard."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from idetex_plugin.hooks import specs
from idetex_plugin.hooks.events import Assessed, AssessFailed, Event, RunFinished, RunStarted

log = logging.getLogger(__name__)
GROUP = "idetex"
NAMES: dict[type, str] = {
    Assessed: "idetex_assessed",
    AssessFailed: "idetex_assess_failed",
    RunStarted: "idetex_run_started",
    RunFinished: "idetex_run_finished",
}


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that was found: its distribution with version, and the error that kept it from loading, or ""."""

    name: str
    distribution: str
    error: str = ""


class Hooks:
    """The plugins of one process, or of one test."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(specs.PROJECT)
        self._manager.add_hookspecs(specs)
        self.plugins: list[Plugin] = []

    def register(self, plugin: Any, name: str, distribution: str = "") -> None:
        """Add one plugin. Raises ValueError for a name taken, a misspelt hook or an argument that it does not have."""
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            if self._manager.get_plugin(name) is plugin:
                self._manager.unregister(plugin)
            raise ValueError(f"plugin {name!r}: {error}") from error
        self.plugins.append(Plugin(name, distribution))

    def load(self) -> None:
        """Register the plugin of every entry point; one that cannot be loaded is noted and logged."""
        for entry in entry_points(group=GROUP):
            distribution = _distribution(entry)
            try:
                self.register(entry.load(), entry.name, distribution)
            except Exception as error:
                log.warning("plugin %s of %s is left out: %s", entry.name, distribution, error)
                self.plugins.append(Plugin(entry.name, distribution, f"{type(error).__name__}: {error}"))

    def tell(self, event: Event) -> None:
        """Tell every plugin of an event."""
        for _ in self._each(NAMES[type(event)], event=event):
            pass

    def gather(self, hook: str) -> list[Any]:
        """Everything that the plugins give through an adder such as "idetex_models", in the order of loading."""
        given: list[Any] = []
        for name, result in self._each(hook):
            try:
                given.extend(result or ())
            except TypeError:
                log.warning("plugin %s: %s gave %r, which is no list", name, hook, result)
        return given

    def _each(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            try:
                wanted = (arguments[name] for name in implementation.argnames)
                yield implementation.plugin_name, implementation.function(*wanted)
            except Exception:
                log.exception("plugin %s raised in %s", implementation.plugin_name, hook)


@cache
def get_manager() -> Hooks:
    """The plugins of this process, loaded at the first call."""
    hooks = Hooks()
    hooks.load()
    return hooks


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"
