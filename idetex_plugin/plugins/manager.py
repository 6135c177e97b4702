"""Finding plugins and calling them, each under its own guard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Protocol, TypeVar

import pluggy

from idetex_plugin import __version__
from idetex_plugin.plugins import builtin, specs
from idetex_plugin.plugins.calls import BUILT_IN, Calls
from idetex_plugin.plugins.checks import check
from idetex_plugin.plugins.events import Assessed, AssessFailed, Event, RunFinished, RunStarted
from idetex_plugin.plugins.installed import offers
from idetex_plugin.plugins.limits import limit_from_environment
from idetex_plugin.plugins.problems import Kind, PluginError, Problem, Problems, in_words, wrong_answer
from idetex_plugin.words.vocabulary import DistortionType, Vocabulary

log = logging.getLogger(__name__)


class HasName(Protocol):
    """What can be told apart by its name."""

    @property
    def name(self) -> str:
        """Unique among its kind."""
        ...


T = TypeVar("T")
Named = TypeVar("Named", bound=HasName)
NAMES: dict[type, str] = {
    Assessed: "idetex_assessed",
    AssessFailed: "idetex_assess_failed",
    RunStarted: "idetex_run_started",
    RunFinished: "idetex_run_finished",
}


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that was found: its distribution with version, and its hooks or else why it is left out."""

    name: str
    distribution: str
    hooks: tuple[str, ...] = ()
    error: str = ""


class Hooks:
    """The plugins of one process, or of one test: the built-in one, and what is registered or loaded.

    As in pluggy, the one registered last is asked first. The built-in one comes first where things are added, and last
    where something is decided.

    limit: seconds that a plugin has for an answer; None for IDETEX_PLUGIN_SECONDS, or 60. One that takes longer is not
        called again. Events are told in the caller's own thread and without a limit.
    strict: raise PluginError for what is otherwise noted among the `problems`; for the tests of a plugin.
    """

    def __init__(self, *, limit: float | None = None, strict: bool = False) -> None:
        self._manager = pluggy.PluginManager(specs.PROJECT)
        self._manager.add_hookspecs(specs)
        self._problems = Problems(strict)
        self._calls = Calls(self._problems, limit_from_environment() if limit is None else limit)
        self.plugins: list[Plugin] = []
        self.register(builtin, BUILT_IN, f"idetex-plugin {__version__}")

    @property
    def problems(self) -> list[Problem]:
        """What plugins did wrong when they were called: the first fault of each in each hook."""
        return list(self._problems)

    def register(self, plugin: Any, name: str, distribution: str = "") -> None:
        """Add one plugin. Raises ValueError, naming it, for a name taken and for what `checks.check` refuses."""
        if self._manager.has_plugin(name):
            raise ValueError(f"plugin {name!r}: the name is taken")
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
            found = check(plugin, self._manager)
        except Exception as error:
            if self._manager.get_plugin(name) is plugin:
                self._manager.unregister(plugin)
            raise ValueError(f"plugin {name!r}: {error}") from error
        self.plugins.append(Plugin(name, distribution, found))

    def load(self, allow: Iterable[str] | None = None, block: Iterable[str] | None = None) -> None:
        """Register the plugin of every entry point; one that cannot be loaded is noted, logged and passed over.

        allow, block: names of plugins or distributions to load alone, or not at all; None for what IDETEX_PLUGINS and
        IDETEX_BLOCK say.
        """
        for offer in offers(allow, block):
            error = offer.refused
            if not error:
                try:
                    self.register(offer.entry.load(), offer.entry.name, offer.distribution)
                    continue
                except (Exception, SystemExit) as raised:
                    error = in_words(raised)
                    log.warning("plugin %s of %s is left out: %s", offer.entry.name, offer.distribution, error)
            self.plugins.append(Plugin(offer.entry.name, offer.distribution, error=error))

    def tell(self, event: Event) -> None:
        """Tell every plugin of an event."""
        hook = NAMES[type(event)]
        for implementation in self._implementations(hook):
            self._calls.tell(implementation, hook, {"event": event})

    def gather(self, hook: str, kind: type[T], **arguments: Any) -> list[T]:
        """Everything of this kind that plugins give through an adder such as "idetex_remedies"."""
        return [item for _, item in self._given(hook, kind, arguments)]

    def named(self, hook: str, kind: type[Named], **arguments: Any) -> list[Named]:
        """The same for things with a `name`; of two with one name the first is kept, and the second noted."""
        found: dict[str, tuple[str, Named]] = {}
        for plugin, item in self._given(hook, kind, arguments):
            first = found.setdefault(item.name, (plugin, item))
            if first[1] is not item:
                what = f"gave {item.name!r}, which plugin {first[0]} gives already"
                self._problems.note(PluginError(plugin, hook, what))
        return [item for _, item in found.values()]

    def vocabulary(self) -> Vocabulary:
        """The distortions of ViDA and of plugins; one with a spelling that is taken is noted and left out."""
        words = Vocabulary(())
        for plugin, kind in self._given("idetex_distortions", DistortionType, {}):
            try:
                words.add(kind)
            except ValueError as error:
                self._problems.note(PluginError(plugin, "idetex_distortions", f"gave what cannot be added: {error}"))
        return words

    def first(self, hook: str, kind: Kind[T], **arguments: Any) -> tuple[str, T] | None:
        """The first answer and the name of the plugin that gives it. Raises PluginError, see `each`."""
        for plugin, ask in self.each(hook, kind):
            answer = ask(**arguments)
            if answer is not None:
                return plugin, answer
        return None

    def having(self, hook: str) -> list[str]:
        """The plugins that have this hook, each as its name and distribution."""
        return [f"{plugin.name} {plugin.distribution}".strip() for plugin in self.plugins if hook in plugin.hooks]

    def each(self, hook: str, kind: Kind[T]) -> Iterator[tuple[str, Callable[..., T | None]]]:
        """The plugins that have this hook, by name, each with a function that asks it.

        The function gives None for no answer, also from a plugin that raises: that is noted. It raises PluginError for
        an answer of another kind and for a plugin that is late: its answer was meant to count, so the caller must not
        go on as if there were none.
        """
        for implementation in self._implementations(hook):
            yield implementation.plugin_name, partial(self._ask, implementation, hook, kind)

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """In the order of asking, the built-in one last."""
        asked = reversed(getattr(self._manager.hook, hook).get_hookimpls())
        return sorted(asked, key=lambda implementation: implementation.plugin_name == BUILT_IN)

    def _ask(self, implementation: pluggy.HookImpl, hook: str, kind: Kind[T], **arguments: Any) -> T | None:
        answer = self._calls.answer(implementation, hook, arguments)
        if answer is None or isinstance(answer, kind):
            return answer
        error = wrong_answer(implementation.plugin_name, hook, answer, kind)
        self._problems.note(error)
        raise error

    def _given(self, hook: str, kind: type[T], arguments: Mapping[str, Any]) -> Iterator[tuple[str, T]]:
        own_first = sorted(self._implementations(hook), key=lambda each: each.plugin_name != BUILT_IN)
        for implementation in own_first:
            for item in self._calls.items(implementation, hook, arguments):
                if isinstance(item, kind):
                    yield implementation.plugin_name, item
                else:
                    self._problems.note(wrong_answer(implementation.plugin_name, hook, item, kind))


@cache
def get_manager() -> Hooks:
    """The plugins of this process, loaded at the first call."""
    hooks = Hooks()
    hooks.load()
    return hooks
