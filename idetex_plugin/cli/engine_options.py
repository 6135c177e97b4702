"""The options of every command that runs a model, said once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer


def _dtype(name: str) -> str:
    """The name as it is. Raises BadParameter for no known one."""
    from idetex_plugin.engines.runtime import check_dtype

    try:
        check_dtype(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return name


Model = Annotated[
    str, typer.Option(help="A name from `idetex models`, a folder, or a card's TOML file; or several, joined by +.")
]
OneModel = Annotated[str, typer.Option(help="A name from `idetex models`, a folder, or a card's TOML file.")]
EngineName = Annotated[str, typer.Option("--engine", help="auto, vllm, server, transformers, or one of a plugin.")]
Url = Annotated[
    list[str] | None,
    typer.Option(
        "--url", "--server", help="A server's address, for the server engine; again for each further server of the "
        "same model.", show_default=False,
    ),
]  # fmt: skip
Dtype = Annotated[
    str,
    typer.Option(help="Number format in this process: auto, float32, bfloat16 or float16.", callback=_dtype),
]
Slots = Annotated[
    int | None, typer.Option(min=1, help="Prompts in work at once.  [default: the engine's own]", show_default=False)
]
ServedModel = Annotated[
    str,
    typer.Option(help="The name at the server, where it is not evidently the card's checkpoint.", show_default=False),
]
RequestTimeout = Annotated[
    float | None, typer.Option("--timeout", min=0.1, help="Seconds for one reply of a server.  [default: 120]",
                               show_default=False),
]  # fmt: skip
WaitForServer = Annotated[
    float | None,
    typer.Option(
        min=0, help="Seconds to wait for a server that does not answer, also at the start.  "
        "[default: 300 once it has answered, 0 at the start]", show_default=False,
    ),
]  # fmt: skip


def engine_options(
    *,
    url: Sequence[str] | None = None,
    dtype: str = "auto",
    slots: int | None = None,
    served_model: str = "",
    timeout: float | None = None,
    wait_for_server: float | None = None,
) -> dict[str, Any]:
    """What was asked for, as keywords of `Assessor` (see `engines.choose.EngineOptions`); what was not is left out."""
    wanted: dict[str, Any] = {
        "url": _one_or_several(url or ()), "dtype": None if dtype == "auto" else dtype, "slots": slots,
        "served_model": served_model or None, "timeout": timeout, "wait_for_server": wait_for_server,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _one_or_several(urls: Sequence[str]) -> str | tuple[str, ...] | None:
    given = tuple(url for url in urls if url)
    return given if len(given) > 1 else next(iter(given), None)
