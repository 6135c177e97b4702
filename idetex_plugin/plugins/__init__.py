"""Where other packages take part: mark functions with `hookimpl` and give them names from `hooks.specs`."""

from idetex_plugin.plugins.specs import hookimpl

__all__ = ["hookimpl"]
