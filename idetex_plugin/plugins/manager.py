"""Finding plugins and calling them through pluggy, each under its own guard."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, TypeVar

import pluggy

from idetex_plugin import __version__
from idetex_plugin.plugins import specs
from idetex_plugin.plugins.calls import BUILT_IN, Calls, Take, calling
from idetex_plugin.plugins.checks import check
from idetex_plugin.plugins.events import Assessed, AssessFailed, Event, RunFinished, RunStarted
from idetex_plugin.plugins.installed import offers
from idetex_plugin.plugins.limits import limit_from_environment
from idetex_plugin.plugins.names import ADDED, Hook
from idetex_plugin.plugins.problems import PluginError, Problem, Problems, in_words, wrong_answer
from idetex_plugin.words.vocabulary import DistortionType, Vocabulary

log = logging.getLogger(__name__)
LAST = f"{BUILT_IN} gate"
DEFAULT_PLUGINS = {BUILT_IN: "idetex_plugin.plugins.builtin", LAST: "idetex_plugin.gating.builtin"}
"""The built-in plugins: registered like any other, by the names of their modules. The last one decides after all that
are registered later, since pluggy asks the `trylast` of a later plugin after an earlier one's."""
LISTENERS: dict[type, Hook] = {
    Assessed: Hook.ASSESSED,
    AssessFailed: Hook.ASSESS_FAILED,
    RunStarted: Hook.RUN_STARTED,
    RunFinished: Hook.RUN_FINISHED,
}


class HasName(Protocol):
    """What can be told apart by its name."""

    @property
    def name(self) -> str:
        """Unique among its kind."""
        ...


T = TypeVar("T")
Named = TypeVar("Named", bound=HasName)


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that was found: its distribution with version, and its hooks or else why it is left out."""

    name: str
    distribution: str
    hooks: tuple[str, ...] = ()
    error: str = ""

    @property
    def built_in(self) -> bool:
        """Whether it is this package's own."""
        return self.name in DEFAULT_PLUGINS


class Hooks:
    """The plugins of one process, or of one test: the built-in ones, and what is registered or loaded.

    Calls go through pluggy: the plugin registered last is asked first, and `tryfirst`, `trylast` and wrappers count.
    The built-in plugins come first where things are added, and last where something is decided.

    limit: seconds that a plugin has for an answer; None for IDETEX_PLUGIN_SECONDS, or 60. One that takes longer is left
        out until that call of it has returned. Events are told in the caller's own thread and without a limit.
    strict: raise PluginError for what is otherwise noted among the `problems`; for the tests of a plugin.
    """

    def __init__(self, *, limit: float | None = None, strict: bool = False) -> None:
        self._manager = pluggy.PluginManager(specs.PROJECT)
        self._manager.add_hookspecs(specs)
        self._problems = Problems(strict)
        self._calls = Calls(self._problems, limit_from_environment() if limit is None else limit)
        self.plugins: list[Plugin] = []
        for name, module in DEFAULT_PLUGINS.items():
            self.register(import_module(module), name, f"idetex-plugin {__version__}")

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
        self._guard(plugin)
        self.plugins.append(Plugin(name, distribution, found))
        decider = self._manager.get_plugin(LAST)
        if decider is not None and name != LAST:
            self._manager.unregister(decider)
            self._manager.register(decider, LAST)
            self._guard(decider)

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

    def notify(self, event: Event) -> None:
        """Tell every plugin of an event."""
        self._call(LISTENERS[type(event)], event=event)

    def gather(self, hook: Hook, kind: type[T], **arguments: Any) -> list[T]:
        """Everything of this kind that plugins add through a hook such as `Hook.REMEDIES`."""
        return [item for _, item in self._given(hook, kind, arguments)]

    def named(self, hook: Hook, kind: type[Named], **arguments: Any) -> list[Named]:
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
        for plugin, kind in self._given(Hook.DISTORTIONS, DistortionType, {}):
            try:
                words.add(kind)
            except ValueError as error:
                self._problems.note(PluginError(plugin, Hook.DISTORTIONS, f"gave what cannot be added: {error}"))
        return words

    def try_adders(self) -> None:
        """Call every hook that adds; what is wrong with what plugins add is then among the problems."""
        types = self.vocabulary().names
        self.gather(Hook.REMEDIES, ADDED[Hook.REMEDIES])
        for hook in (Hook.MODELS, Hook.ENGINES, Hook.DIALECTS):
            self.named(hook, ADDED[hook])
        self.named(Hook.QUESTIONS, ADDED[Hook.QUESTIONS], types=types)

    def decide(self, hook: Hook, event: Any, kind: type[T]) -> tuple[str, T] | None:
        """The first answer and the plugin that gives it, or None.

        Raises PluginError for an answer of another kind and for a plugin that is late: its answer was meant to count,
        so the caller must not go on as if there were none.
        """
        with calling() as call:
            answer = self._call(hook, event=event)
        if answer is None:
            return None
        plugin = call.giver(answer)
        if not isinstance(answer, kind):
            error = wrong_answer(plugin, hook, answer, kind)
            self._problems.note(error)
            raise error
        return plugin, answer

    def fold(self, hook: Hook, event: Any, take: Take) -> None:
        """Ask one plugin after the other, each shown what `take(plugin, answer)` made of the event before.

        Raises what `take` raises, which ends the asking, and PluginError as `decide` does.
        """
        with calling(event, take):
            self._call(hook, event=event)

    def others(self, hook: Hook) -> list[str]:
        """The plugins beside the built-in ones that have this hook, each as its name and distribution."""
        return [
            f"{plugin.name} {plugin.distribution}".strip()
            for plugin in self.plugins
            if hook in plugin.hooks and not plugin.built_in
        ]

    def _guard(self, plugin: Any) -> None:
        for caller in self._manager.get_hookcallers(plugin) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin:
                    self._calls.guard(implementation, caller.name)

    def _call(self, hook: Hook, **arguments: Any) -> Any:
        return getattr(self._manager.hook, hook)(**arguments)

    def _given(self, hook: Hook, kind: type[T], arguments: dict[str, Any]) -> Iterator[tuple[str, T]]:
        with calling() as call:
            answers = self._call(hook, **arguments)
        for item in (item for given in answers for item in given):
            plugin = call.giver(item)
            if isinstance(item, kind):
                yield plugin, item
            else:
                self._problems.note(wrong_answer(plugin, hook, item, kind))


@cache
def get_manager() -> Hooks:
    """The plugins of this process, loaded at the first call."""
    hooks = Hooks()
    hooks.load()
    return hooks
