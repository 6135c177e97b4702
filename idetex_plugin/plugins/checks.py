"""What is wrong with a plugin can be said before it is ever called."""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from typing import Any

import pluggy

PREFIX = "idetex_"


def check(plugin: Any, manager: pluggy.PluginManager) -> tuple[str, ...]:
    """The hooks of a registered plugin. Raises ValueError for one that cannot do what its author means.

    That is: a class, a hook that is async, an old-style wrapper, without its mark or misspelt, and no hooks at all.
    pluggy itself refuses marked hooks that there are not, and arguments that a hook does not have.
    """
    if inspect.isclass(plugin):
        raise ValueError(f"{plugin.__qualname__} is a class: offer an object of it, or a module")
    hooks = {caller.name: caller.get_hookimpls() for caller in manager.get_hookcallers(plugin) or []}
    for name, own in ((name, each) for name, all_ in hooks.items() for each in all_ if each.plugin is plugin):
        if own.hookwrapper:
            raise ValueError(f"{name} is an old-style wrapper: mark it hookimpl(wrapper=True)")
        if inspect.iscoroutinefunction(own.function) or inspect.isasyncgenfunction(own.function):
            raise ValueError(f"{name} is async, and nothing would await it: write a plain function")
    known = [name for name in vars(manager.hook) if name.startswith(PREFIX)]
    for name in dir(plugin):
        if name.startswith(PREFIX) and manager.parse_hookimpl_opts(plugin, name) is None:
            _check_unmarked(plugin, name, known)
    if not hooks:
        raise ValueError("it has no hooks: mark functions with idetex_plugin.hookimpl")
    return tuple(sorted(hooks))


def _check_unmarked(plugin: Any, name: str, known: list[str]) -> None:
    if not inspect.isroutine(inspect.getattr_static(plugin, name, None)):
        return
    if name in known:
        raise ValueError(f"{name} is not marked with idetex_plugin.hookimpl")
    if close := get_close_matches(name, known, n=1, cutoff=0.85):
        raise ValueError(f"{name} is no hook; did you mean {close[0]}?")
