"""Which runs a dataset holds, and taking one away."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import fiftyone as fo

from idetex_fiftyone.colours import PREDICTED, with_colours, without_colours
from idetex_fiftyone.fields import MEASURED, OWNER, STATUS, Fields
from idetex_fiftyone.truth.rescue import migrate
from idetex_fiftyone.views import create_views, own_views

METHOD = "idetex"


def register(dataset: Any, fields: Fields, info: dict[str, Any]) -> None:
    """Enter the run into FiftyOne's list of runs, and its fields into a group of the sidebar, with colours.

    On thumbnails, of these fields only the boxes and the summary are shown at first.
    """
    config = dataset.init_run()
    config.method = METHOD
    for key, value in info.items():
        setattr(config, key.replace(" ", "_"), value)
    dataset.register_run(fields.run, config, overwrite=True)
    names = [path for path in fields.declared() if "." not in path and path not in (fields.measures, fields.status)]
    names += [f"{fields.measures}.{name}" for name in MEASURED]
    names += [f"{fields.status}.{name}" for name in STATUS if name != "written"]
    groups = dataset.app_config.sidebar_groups or fo.DatasetAppConfig.default_sidebar_groups(dataset)
    groups = [group for group in groups if group.name not in (fields.run, fields.status, fields.measures)]
    for group in groups:
        group.paths = [path for path in group.paths if path not in names]
    dataset.app_config.sidebar_groups = [*groups, fo.SidebarGroupDocument(name=fields.run, paths=names, expanded=True)]
    dataset.app_config.color_scheme = with_colours(
        dataset.app_config.color_scheme, names, fields.regions, PREDICTED
    )
    active = dataset.app_config.active_fields or fo.DatasetAppConfig.default_active_fields(dataset)
    shown = [path for path in active.paths if path not in names]
    dataset.app_config.active_fields = fo.ActiveFields(paths=[*shown, fields.regions, fields.summary])
    dataset.save()


def runs(dataset: Any) -> dict[str, dict[str, Any]]:
    """The runs by name, with model, fingerprint, its parts and time; also those of an exported or cloned dataset."""
    found: dict[str, dict[str, Any]] = {}
    for field in dataset.get_field_schema().values():
        info = field.info or {}
        if OWNER in info:
            found.setdefault(info[OWNER], {}).update(info)
    return found


def repair(dataset: Any, run: str) -> None:
    """Declare the run's fields again, which brings back one that another process has undone. KeyError for no run."""
    info = runs(dataset)[run]
    if "fingerprint" in info:
        Fields(run, info["answers"]).declare(dataset, info)


def rename(dataset: Any, run: str, name: str) -> None:
    """Give a run another name, with its fields, sidebar group and saved views.

    KeyError if there is no such run, ValueError for a name that cannot be one or is taken.
    """
    info = runs(dataset)[run]
    fields = Fields(name, info.get("answers", ()))
    moved = {path: f"{name}{path.removeprefix(run)}" for path in _mine(dataset, run)}
    if taken := sorted(path for path in moved.values() if dataset.has_sample_field(path)):
        raise ValueError(f"the dataset has a field {taken[0]!r} already")
    had_views = _forget(dataset, run, set(moved))
    for path in moved:
        field = dataset.get_field(path)
        field.info = {**field.info, OWNER: name}
        field.save()
    dataset.rename_sample_fields(moved)
    if "fingerprint" in info:
        register(dataset, fields, {key: value for key, value in info.items() if key != OWNER})
    if had_views:
        create_views(dataset, name)


def delete_run(dataset: Any, run: str) -> None:
    """Take away the run's fields, saved views, sidebar group and entry. KeyError if there is no such run.

    What people said stays: in the truth, and what they said in the run's own fields moves there (`truth.rescue`).
    """
    if run not in runs(dataset):
        raise KeyError(run)
    migrate(dataset, run)
    names = _mine(dataset, run)
    dataset.delete_sample_fields(names)
    _forget(dataset, run, names)


def _mine(dataset: Any, run: str) -> list[str]:
    schema = dataset.get_field_schema()
    return [path for path, field in schema.items() if (field.info or {}).get(OWNER) == run]


def _forget(dataset: Any, run: str, names: Collection[str]) -> bool:
    """Take away everything but fields, which have these names. Returns whether there were saved views."""
    views = own_views(dataset, run)
    for name in views:
        dataset.delete_saved_view(name)
    if dataset.has_run(run):
        dataset.delete_run(run)
    config = dataset.app_config
    if config.sidebar_groups:
        config.sidebar_groups = [group for group in config.sidebar_groups if group.name != run]
    config.color_scheme = without_colours(config.color_scheme, names)
    dataset.save()
    return bool(views)
