import sys

import pytest
from engines.fake_server import FakeServer, completion, serving
from engines.tiny import tiny_card

from idetex_plugin.engines import choose
from idetex_plugin.engines.choose import make_engine
from idetex_plugin.engines.scripted import ScriptedEngine

CARD = tiny_card("tiny")
MADE = ScriptedEngine({})


@pytest.fixture
def transformers(monkeypatch) -> None:
    monkeypatch.setattr(choose, "_transformers", lambda *arguments: MADE)


def test_vllm_comes_first_and_says_so(monkeypatch, transformers) -> None:
    monkeypatch.setattr(choose, "installed", lambda package: True)
    monkeypatch.setattr(choose, "_vllm", lambda *arguments: "vllm engine")
    assert make_engine("auto", CARD) == ("vllm engine", "it is installed and starts")
    assert make_engine("vllm", CARD) == ("vllm engine", "asked for by name")


def test_transformers_when_vllm_is_absent(monkeypatch, transformers) -> None:
    monkeypatch.setattr(choose, "installed", lambda package: package != "vllm")
    assert make_engine("auto", CARD) == (MADE, "vllm is not installed")
    assert make_engine("transformers", CARD) == (MADE, "asked for by name")


def test_transformers_when_vllm_does_not_start(monkeypatch, transformers) -> None:
    def start(*arguments):
        raise RuntimeError("operator torchvision::nms does not exist\nmore")

    monkeypatch.setattr(choose, "installed", lambda package: True)
    monkeypatch.setattr(choose, "_vllm", start)
    engine, why = make_engine("auto", CARD)
    assert engine is MADE and "torchvision::nms" in why and "idetex doctor" in why and "\n" not in why
    with pytest.raises(RuntimeError, match="nms"):
        make_engine("vllm", CARD)


def test_a_url_means_the_server() -> None:
    with serving(FakeServer(lambda body, number: completion("x"))) as fake:
        engine, why = make_engine("auto", CARD, url=fake.url)
        assert (engine.name, why) == ("server", "a url is given")
        engine.close()
    with pytest.raises(ValueError, match="url"):
        make_engine("server", CARD)


def test_asking_for_an_absent_vllm_names_the_command(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "idetex_plugin.engines.vllm", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == "vllm"]:
        monkeypatch.delitem(sys.modules, name)

    class Absent:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] == "vllm":
                raise ModuleNotFoundError("No module named 'vllm'", name="vllm")

    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(ImportError, match=r"pip install 'idetex-plugin\[cpu\]'"):
        make_engine("vllm", CARD)


def test_unknown_engines_and_missing_checkpoints(monkeypatch, tmp_path) -> None:
    with pytest.raises(ValueError, match="tensorrt"):
        make_engine("tensorrt", CARD)
    monkeypatch.setattr("idetex_plugin.engines.prompts.EMBEDDED_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="embedded"):
        make_engine("auto", tiny_card(tmp_path, checkpoint="embedded"))
