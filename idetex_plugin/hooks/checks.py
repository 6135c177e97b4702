"""What is wrong with a plugin can be said before it is ever called."""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from typing import Any

import pluggy

PREFIX = "idetex_"


def check(plugin: Any, manager: pluggy.PluginManager) -> tuple[str, ...]:
    """The hooks of a registered plugin. Raises ValueError for one that cannot do what its author means.

    That is: a class, a hook that is async or a wrapper or lacks its mark or is misspelt, and no hooks at all. pluggy
    itself refuses marked hooks that there are not, and arguments that a hook does not have.
    """
    callers = manager.get_hookcallers(plugin) or []
    implementations = [each for caller in callers for each in caller.get_hookimpls() if each.plugin is plugin]
    known = [name for name in vars(manager.hook) if name.startswith(PREFIX)]
    if inspect.isclass(plugin):
        raise ValueError(f"{plugin.__qualname__} is a class: offer an object of it, or a module")
    marked = set()
    for each in implementations:
        name = each.opts.get("specname") or each.function.__name__
        marked.add(each.function.__name__)
        if each.wrapper or each.hookwrapper:
            raise ValueError(f"{name} is a wrapper; plugins are called one by one, so there is nothing to wrap")
        if inspect.iscoroutinefunction(each.function) or inspect.isasyncgenfunction(each.function):
            raise ValueError(f"{name} is async, and nothing would await it: write a plain function")
    for name in dir(plugin):
        unmarked = name.startswith(PREFIX) and name not in marked
        if unmarked and inspect.isroutine(inspect.getattr_static(plugin, name, None)):
            if name in known:
                raise ValueError(f"{name} is not marked with idetex_plugin.hooks.hookimpl")
            if close := get_close_matches(name, known, n=1, cutoff=0.85):
                raise ValueError(f"{name} is no hook; did you mean {close[0]}?")
    if not implementations:
        raise ValueError("it has no hooks: mark functions with idetex_plugin.hooks.hookimpl")
    return tuple(sorted(caller.name for caller in callers))
