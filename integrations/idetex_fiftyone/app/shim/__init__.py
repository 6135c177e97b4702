"""Loads the plugin from the installed package, so that upgrading the package upgrades the plugin."""

try:
    from idetex_fiftyone.app import register
except ImportError as error:
    raise ImportError(
        f"the idetex plugin needs its package: pip install 'idetex-plugin[fiftyone]' ({error})"
    ) from error

__all__ = ["register"]
