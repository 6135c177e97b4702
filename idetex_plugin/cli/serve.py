"""`idetex serve`: assess and judge over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idetex_plugin.cli.engine_options import (
    Dtype,
    EngineName,
    Model,
    RequestTimeout,
    ServedModel,
    Slots,
    Url,
    WaitForServer,
    engine_options,
)
from idetex_plugin.cli.exits import stop


def command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any free one.")] = 8008,
    policy: Annotated[str, typer.Option(help="Where a request names none: web, ..., or a TOML file.")] = "web",
    root: Annotated[
        Path | None, typer.Option(help="Take paths below this folder, too.", exists=True, file_okay=False)
    ] = None,
    token: Annotated[str, typer.Option(help="What callers have to bear.", envvar="IDETEX_TOKEN")] = "",
    queue: Annotated[int, typer.Option(min=1, help="Requests under way; beyond it callers get 503.")] = 32,
    max_mb: Annotated[int, typer.Option(min=1, help="MiB of the largest body.")] = 64,
    body_seconds: Annotated[float, typer.Option(min=0.1, help="Seconds in which a body has to come.")] = 30,
    answer_seconds: Annotated[float, typer.Option(min=0.1, help="Seconds until an answer.")] = 120,
    model: Model = "nano",
    engine: EngineName = "auto",
    url: Url = None,
    dtype: Dtype = "auto",
    slots: Slots = None,
    served_model: ServedModel = "",
    timeout: RequestTimeout = None,
    wait_for_server: WaitForServer = None,
    max_pixels: Annotated[int, typer.Option(min=1, help="Photos with more are refused, not decoded.")] = 100_000_000,
) -> None:
    """Serve `POST /v1/assess`, `POST /v1/gate`, `/health` and `/metrics` until it is stopped. Needs the extra serve.

    The address is printed once the engine has started. Exit codes: 2 wrong use, or the address cannot be bound, 3 the
    engine could not start or the server cannot be used, 130 stopped by Ctrl-C.
    """
    from idetex_plugin.assessing.ensemble import ensemble_or_one
    from idetex_plugin.cli.engine_faults import engine_faults
    from idetex_plugin.cli.listening import listening, serve_at
    from idetex_plugin.gating.policies import policy_named
    from idetex_plugin.words.extras import require

    try:
        require("serve", "idetex serve", "starlette", "uvicorn", "prometheus_client", "python_multipart")
    except ImportError as error:
        stop(error)
    from idetex_plugin.serve.app import make_app
    from idetex_plugin.serve.limits import ServiceLimits

    options = engine_options(
        url=url, dtype=dtype, slots=slots, served_model=served_model, timeout=timeout, wait_for_server=wait_for_server
    )
    limits = ServiceLimits(queue, max_mb << 20, body_seconds, answer_seconds, root=root, token=token)
    try:
        with (
            listening(host, port) as at,
            ensemble_or_one(model, engine, max_pixels=max_pixels, **options) as assessor,
            engine_faults([assessor]),
        ):
            policy_named(policy, assessor.vocabulary)
            assessor.start()
            serve_at(at, make_app(assessor, limits, policy), host)
    except (OSError, ValueError, ImportError) as error:
        stop(error)
