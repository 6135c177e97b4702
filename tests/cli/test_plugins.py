"""`idetex plugins`."""

import json
from importlib.metadata import EntryPoint

import pytest
from typer.testing import CliRunner, Result

from idetex_plugin import hookimpl
from idetex_plugin.cli.app import app
from idetex_plugin.plugins import installed
from idetex_plugin.plugins.manager import get_manager


class Raises:
    """Cannot say its questions."""

    @hookimpl
    def idetex_questions(self) -> None:
        raise RuntimeError("no [network]")


raises = Raises()


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch):
    """The command with three plugins installed: one that raises, one that is broken, one on the block-list."""
    entries = [
        EntryPoint("raises", f"{__name__}:raises", "idetex"), EntryPoint("broken", "no_such_module", "idetex"),
        EntryPoint("unwanted", "no_such_module_either", "idetex"),
    ]  # fmt: skip
    monkeypatch.setattr(installed, "entry_points", lambda group: entries)
    monkeypatch.setattr(EntryPoint, "load", lambda self: raises if self.name == "raises" else __import__(self.value))
    monkeypatch.setenv("IDETEX_BLOCK", "unwanted")
    get_manager.cache_clear()

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(app, ["plugins", *arguments], env={"COLUMNS": "200"})
        assert result.exit_code == 0, result.output
        return result

    yield run
    get_manager.cache_clear()


def test_the_table_names_what_is_loaded_and_what_failed(plugins) -> None:
    output = plugins().output
    assert "built-in" in output
    assert "idetex_questions raised RuntimeError: no [network]" in output
    assert "left out: ModuleNotFoundError: No module named 'no_such_module'" in output
    assert "left out: on the block-list" in output


def test_json_is_the_same(plugins) -> None:
    listed = {plugin["name"]: plugin for plugin in json.loads(plugins("--json").stdout)}
    assert list(listed) == ["built-in", "built-in gate", "broken", "raises", "unwanted"]
    assert "idetex_models" in listed["built-in"]["hooks"]
    assert (listed["raises"]["hooks"], listed["raises"]["error"]) == (["idetex_questions"], "")
    [problem] = listed["raises"]["problems"]
    assert problem["message"] == "raised RuntimeError: no [network]"
    assert listed["unwanted"]["error"] == "on the block-list"
