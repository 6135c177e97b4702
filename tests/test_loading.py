"""Weights are data: no checkpoint's code is run and no pickle is read, as SECURITY.md says, wherever one is loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines.tiny import tiny_card, tiny_checkpoint

from idetex_plugin.engines.serving import serve_command

ROOT = Path(__file__).parents[1]
SOURCES = [file for room in ("idetex_plugin", "integrations", "examples") for file in (ROOT / room).rglob("*.py")]
ONLY_JSON = {"GenerationConfig"}
OWN_ADAPTER = {"PeftModel"}
"""Loads the adapter that the same run has just written, into a model that was loaded without code."""
FORBIDDEN = {"pickle.load", "pickle.loads", "joblib.load", "torch.hub.load", "dill.load", "marshal.loads"}


def calls() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every call in the sources: where, what, and the keywords that are constants."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                given = {each.arg: getattr(each.value, "value", None) for each in node.keywords if each.arg}
                yield f"{file.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func), given


CALLS = list(calls())


def test_nothing_that_loads_a_checkpoint_trusts_its_code() -> None:
    found = [(where, what, given) for where, what, given in CALLS if what.endswith(".from_pretrained")]
    assert len(found) >= 8
    for where, what, given in found:
        kind = what.removesuffix(".from_pretrained").rpartition(".")[2]
        if kind in ONLY_JSON | OWN_ADAPTER:
            continue
        assert given.get("trust_remote_code") is False, f"{where}: {what} does not say trust_remote_code=False"
        if "Model" in kind or kind.endswith("Generation"):
            assert given.get("use_safetensors") is True, f"{where}: {what} does not say use_safetensors=True"


def test_nothing_reads_pickles() -> None:
    for where, what, given in CALLS:
        assert what not in FORBIDDEN, f"{where}: {what}"
        if what == "torch.load":
            assert given.get("weights_only") is True, f"{where}: torch.load without weights_only=True"


def test_the_served_model_is_loaded_in_the_same_way() -> None:
    command = serve_command(tiny_card(Path("folder")))
    assert command[command.index("--load-format") + 1] == "safetensors" and "--trust-remote-code" not in command


def test_vllm_is_told_so(tiny_folder: Path) -> None:
    pytest.importorskip("vllm")
    from idetex_plugin.engines.vllm import VllmEngine

    engine = VllmEngine.__new__(VllmEngine)
    engine.dtype, engine.slots, engine.device = "float32", 1, "cpu"
    engine.prompts = type("P", (), {"max_length": 64})()
    told = engine._arguments(tiny_card(tiny_folder))
    assert told["trust_remote_code"] is False and told["load_format"] == "safetensors"


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    from idetex_plugin.engines.transformers import TransformersEngine

    folder = tiny_checkpoint(tmp_path / "tiny")
    [weights] = folder.glob("*.safetensors")
    torch.save(load_file(weights), folder / "pytorch_model.bin")
    weights.unlink()
    with pytest.raises(OSError, match="safetensors"):
        TransformersEngine(tiny_card(folder), dtype="float32")


def test_the_page_on_security_says_so() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "`trust_remote_code=False` and safetensors alone" in page


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint(tmp_path_factory.mktemp("tiny"))
