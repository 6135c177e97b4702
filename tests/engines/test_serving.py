import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from engines.tiny import tiny_card
from typer.testing import CliRunner

from idetex_plugin.cards.registry import cards, get_card
from idetex_plugin.cli.app import app
from idetex_plugin.engines.serving import serve_command, serve_line

PAGE = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")


def value(command: list[str], option: str) -> str:
    return command[command.index(option) + 1]


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.name)
def test_every_card_is_served_with_what_its_requests_need(card, monkeypatch) -> None:
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda repository, **options: f"/cache/{repository}")
    for cpu in (False, True):
        command = serve_command(card, cpu=cpu)
        assert json.loads(value(command, "--limit-mm-per-prompt")) == {"image": card.view_count, "video": 0}
        assert value(command, "--max-model-len") == str(card.max_model_len)
        assert json.loads(value(command, "--structured-outputs-config"))["disable_any_whitespace"] is True
        assert "--enable-prefix-caching" in command
        assert shlex.split(serve_line(command)) == command


def test_the_model_on_several_gpus_has_its_image_encoder_on_each() -> None:
    command = serve_command(get_card("qwen3-vl-8b"), gpus=4)
    assert value(command, "--tensor-parallel-size") == "4" and value(command, "--mm-encoder-tp-mode") == "data"
    assert command[:3] == ["vllm", "serve", "Qwen/Qwen3-VL-8B-Instruct"]
    assert "--tensor-parallel-size" not in serve_command(get_card("qwen3-vl-8b"))


def test_adapters_are_served_by_name(tmp_path) -> None:
    command = serve_command(tiny_card(tmp_path), adapters=["mine=/a b"])
    assert "--enable-lora" in command and value(command, "--lora-modules") == "mine=/a b"
    assert value(command, "--max-lora-rank") == "16"
    (tmp_path / "adapter_config.json").write_text('{"r": 48}')
    assert value(serve_command(tiny_card(tmp_path), adapters=[f"mine={tmp_path}"]), "--max-lora-rank") == "64"


@pytest.mark.parametrize(("layer", "sees"), [("visual.merger.linear_fc1", True), ("language_model.norm", False)])
def test_an_adapter_of_the_part_that_sees_is_not_left_out(tmp_path, layer, sees) -> None:
    from safetensors.numpy import save_file

    weights = {f"base_model.model.model.{layer}.lora_A.weight": np.zeros((2, 2), np.float32)}
    save_file(weights, tmp_path / "adapter_model.safetensors")
    command = serve_command(tiny_card(tmp_path), adapters=["other=/none", f"mine={tmp_path}"])
    assert ("--enable-tower-connector-lora" in command) == sees


def test_the_documentation_shows_what_the_command_prints() -> None:
    for arguments in (["qwen3-vl-8b", "--gpu"], ["qwen3-vl-8b", "--gpu", "--gpus", "4"]):
        line = CliRunner().invoke(app, ["serve-command", *arguments]).stdout.strip()
        shown = f"$ idetex serve-command {' '.join(arguments)}\n{line}\n"
        assert shown in PAGE, shown


def test_wrong_use_is_told() -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["serve-command", "nothing"]).exit_code == 2
    assert runner.invoke(app, ["serve-command", "nano", "--adapter", "x"]).exit_code == 2
