import sys

import pytest

from idetex_plugin.words.extras import MissingExtraError, extra, install_command, missing, require


def test_an_absent_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught, extra("parquet", "an export"):
        import pyarrow.parquet  # noqa: F401
    assert str(caught.value) == (
        "an export needs pyarrow, which is not installed: pip install 'idetex-plugin[parquet]'"
    )
    assert caught.value.name == "pyarrow"


def test_faults_of_this_project_and_other_errors_go_through() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_room"), extra("train", "training"):
        import idetex_plugin.no_such_room  # type: ignore[import-not-found]  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name"), extra("train", "training"):
        from json import no_such_name  # type: ignore[attr-defined]  # noqa: F401
    with pytest.raises(ValueError, match="mine"), extra("train", "training"):
        raise ValueError("mine")


def test_the_innermost_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"\[local\]"), extra("eval", "the bench"):
        raise missing("local", "the engine", "torch")


def test_require_looks_without_importing() -> None:
    require("eval", "a plot", "json", "xmlrpc")
    assert "xmlrpc" not in sys.modules
    with pytest.raises(MissingExtraError, match=r"a plot needs no_such, .*\[eval\]"):
        require("eval", "a plot", "json", "no_such")


def test_the_build_for_cpus_is_found_on_an_unconfigured_machine() -> None:
    assert "--extra-index-url https://" in install_command("cpu")
    assert install_command("eval") == "pip install 'idetex-plugin[eval]'"
