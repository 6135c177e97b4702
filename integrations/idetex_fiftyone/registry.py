"""Which runs a dataset holds, and taking one away."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from idetex_fiftyone.fields import OWNER, STATUS, Fields

METHOD = "idetex"


def register(dataset: Any, fields: Fields, info: dict[str, Any]) -> None:
    """Enter the run into FiftyOne's list of runs, and its fields into a group of the sidebar."""
    config = dataset.init_run()
    config.method = METHOD
    for key, value in info.items():
        setattr(config, key.replace(" ", "_"), value)
    dataset.register_run(fields.run, config, overwrite=True)
    names = [path for path in fields.declared() if "." not in path and path != fields.status]
    names += [f"{fields.status}.{name}" for name in STATUS]
    groups = dataset.app_config.sidebar_groups or fo.DatasetAppConfig.default_sidebar_groups(dataset)
    groups = [group for group in groups if group.name not in (fields.run, fields.status)]
    for group in groups:
        group.paths = [path for path in group.paths if path not in names]
    dataset.app_config.sidebar_groups = [*groups, fo.SidebarGroupDocument(name=fields.run, paths=names, expanded=True)]
    dataset.save()


def runs(dataset: Any) -> dict[str, dict[str, Any]]:
    """The runs by name, with model, fingerprint, its parts and time; also those of an exported or cloned dataset."""
    schema = dataset.get_field_schema()
    return {field.info[OWNER]: dict(field.info) for field in schema.values() if OWNER in (field.info or {})}


def repair(dataset: Any, run: str) -> None:
    """Declare the run's fields again, which brings back one that another process has undone. KeyError for no run."""
    info = runs(dataset)[run]
    prefix = f"{run}_"
    schema = dataset.get_field_schema()
    mine = [path for path, field in schema.items() if (field.info or {}).get(OWNER) == run]
    known = {path for path in Fields(run).declared() if "." not in path}
    Fields(run, [path.removeprefix(prefix) for path in mine if path not in known]).declare(dataset, info)


def delete_run(dataset: Any, run: str) -> None:
    """Take away the run's fields, saved views, sidebar group and entry. KeyError if there is no such run."""
    if run not in runs(dataset):
        raise KeyError(run)
    schema = dataset.get_field_schema()
    dataset.delete_sample_fields([path for path, field in schema.items() if (field.info or {}).get(OWNER) == run])
    for name in dataset.list_saved_views():
        if name.startswith(f"{run}: "):
            dataset.delete_saved_view(name)
    if dataset.has_run(run):
        dataset.delete_run(run)
    if groups := dataset.app_config.sidebar_groups:
        dataset.app_config.sidebar_groups = [group for group in groups if group.name != run]
        dataset.save()
