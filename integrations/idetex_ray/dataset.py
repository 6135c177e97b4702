"""Assessing a dataset of Ray Data on all machines of a cluster."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import ray
from ray.data import ActorPoolStrategy, Dataset
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.annotations import RayDeprecationWarning

from idetex_plugin.engines.base import Engine, EngineDeadError
from idetex_plugin.words.card import TASKS, Card
from idetex_plugin.words.question import Question
from idetex_ray.actor import About, Assessing, Recipe, StoppedError, look
from idetex_ray.folder import Folder, Outcome, Unfinished
from idetex_ray.rows import LITTLE, Columns

DEATHS = 3


def assess_dataset(
    ds: Dataset,
    out: str | os.PathLike[str],
    model: str | os.PathLike[str] | Card = "nano",
    engine: str | Callable[[], Engine] = "auto",
    tasks: Sequence[str] = TASKS,
    questions: Sequence[Question] | None = None,
    *,
    photo_column: str | None = None,
    id_column: str | None = None,
    actors: int | tuple[int, int] = 1,
    batch_size: int = 128,
    rows_per_file: int = 1000,
    num_cpus: float = 1,
    num_gpus: float = 0,
    actor_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> Outcome:
    """Assess every row of a dataset into Parquet files below `out`, by actors that each keep an assessor.

    ds: rows of one photo each: those of `read_photos`; of Ray's `read_binary_files` and `read_images` with
    `include_paths=True`; of `read_parquet`; of `read_webdataset` with `decoder=None`, so that pictures come as they are
    coded. A photo is coded bytes, a path that the actor opens, a struct of `bytes` and `path`, or an array (H x W x 3,
    uint8), which knows nothing of its file: not how it is turned, its colour profile, or its damage.
    out: a folder that all machines see, by its path or an address such as s3://bucket/run. The same call continues it:
    rows whose ids are written are left out, and a file that was being written is written again.
    model, engine, tasks, questions, options: those of `Assessor`, such as url for a server. A path needs to lead to the
    same on all machines. Instead of a name, engine may be a function that makes an `Engine`, called in each actor.
    photo_column: what holds the photo; by default `bytes`, `image`, or a column named like a picture's suffix, else
    the path. id_column: what tells each row from all others; by default `path`, or the shard and key of a WebDataset.
    It becomes the `path` of the written row.
    actors: how many, or the least and the most. num_cpus, num_gpus: of the machine, for each. actor_options: other
    wishes for each, by the names of `Dataset.map_batches`: memory, resources, accelerator_type, label_selector,
    runtime_env. Reading and writing need processors besides.
    batch_size: rows that an actor takes at a time, and what is assessed again when it dies. rows_per_file: at least so
    many go into one file (the last ones may be fewer); what is in none is lost when the driver dies or the job stops.

    The columns are those of `idetex export --rows photos`, with one for every question and type, whatever is found.
    `copied_from` and `duplicates` are empty: equal photos are each assessed. A photo that fails is a row that says why.

    Returns how many rows there are and how many failed. Raises EngineDeadError when a service cannot be used (it is
    away, refuses the key, serves another model; ConnectionError where it is so from the start), an engine dies twice
    without a result between, or an actor again and again on one batch; RunError when `out` holds rows by another model
    or that were asked otherwise; RuntimeError where a machine has another checkpoint than the one where the job began;
    ValueError for an unknown model, task, question or column, or actors that leave no processor. Then rows that are in
    no file are lost, and the same call continues.
    """
    if not isinstance(model, Card):
        model = os.path.abspath(model) if os.path.exists(model) else os.fspath(model)
    recipe = Recipe(model, engine, tuple(tasks), questions, options)
    columns, folder = Columns(photo_column, id_column), Folder(out)
    wishes = {**(actor_options or {}), "num_cpus": num_cpus, "num_gpus": num_gpus}
    _check_room(actors, num_cpus)
    with _in_words():
        about: About = ray.get(ray.remote(look).options(**wishes).remote(recipe))
        folder.begin(about)
        if folder.recover(ds.context):
            ds = ds.map_batches(
                Unfinished, fn_constructor_args=(columns, folder), batch_format="pyarrow", num_cpus=LITTLE,
                compute=ActorPoolStrategy(min_size=1, max_size=4),
            )  # fmt: skip
        # Ray gives an actor whole blocks, and gives those of a dead one to another.
        ds = ds.repartition(target_num_rows_per_block=batch_size)
        with warnings.catch_warnings():
            # Ray is to name another place for it by 2.64; without it a batch that kills its actors is tried for ever.
            warnings.simplefilter("ignore", RayDeprecationWarning)
            rows = ds.map_batches(
                Assessing, fn_constructor_args=(recipe, columns, about.fingerprint), batch_format="pyarrow",
                batch_size=batch_size, compute=_pool(actors), max_task_retries=DEATHS, **wishes,
            )  # fmt: skip
        with _settings(rows, folder):
            rows.write_parquet(folder.rows, min_rows_per_file=rows_per_file, ray_remote_args={"num_cpus": LITTLE})
    return folder.outcome()


def _pool(actors: int | tuple[int, int]) -> ActorPoolStrategy:
    least, most = (actors, actors) if isinstance(actors, int) else actors
    return ActorPoolStrategy(min_size=least, max_size=most)


def _check_room(actors: int | tuple[int, int], num_cpus: float) -> None:
    """Raise ValueError where the actors would take all processors, and the job would wait for ever to read a row."""
    least = actors if isinstance(actors, int) else actors[0]
    there = ray.cluster_resources().get("CPU", 0.0)
    if least * num_cpus > there - 1:
        raise ValueError(
            f"{least} actors of {num_cpus:g} CPUs leave none of the cluster's {there:g} to read and write with: "
            "ask for fewer, for smaller ones by num_cpus, or, where the cluster grows, for actors=(least, most)"
        )


@contextmanager
def _settings(rows: Dataset, folder: Folder) -> Iterator[None]:
    """Ray's checkpoint on, no batch dropped for an error, and errors as they were raised. A dataset shares its settings
    with those that it came from."""
    context = rows.context
    wanted = {"checkpoint_config": folder.config(), "max_errored_blocks": 0, "raise_original_map_exception": True}
    before = {name: getattr(context, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(context, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)


@contextmanager
def _in_words() -> Iterator[None]:
    """Raise what was raised in another process as it was there, not as Ray wraps it."""
    try:
        yield
    except RayTaskError as error:
        cause = error.cause.error if isinstance(error.cause, StoppedError) else error.cause
        if isinstance(cause, Exception) and not isinstance(cause, RayError):
            raise cause from None
        raise
    except RayActorError as error:
        raise EngineDeadError(f"an actor died at its start, or {DEATHS + 1} times on one batch: {error}") from error
