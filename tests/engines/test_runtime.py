import subprocess
import sys

import pytest

from idetex_plugin.engines import runtime
from idetex_plugin.words import extras


def package(folder, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    (folder / name / "version.py").write_text(text)


@pytest.fixture
def only(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def test_companions_linked_to_cuda_break_a_torch_without(only) -> None:
    package(only, "torch", "__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\n")
    package(only, "torchvision", "__version__ = '0.29.2+cu132'\n")
    package(only, "torchaudio", "__version__ = '2.11.0+cpu'\n")
    assert runtime.broken_companions() == ("torchvision",)


@pytest.mark.parametrize("cuda", ["'13.0'", "'12.8'"])
def test_a_torch_with_cuda_is_left_alone(only, cuda) -> None:
    package(only, "torch", f"__version__ = '2.13.0+cu130'\ncuda: Optional[str] = {cuda}\n")
    package(only, "torchvision", "__version__ = '0.29.2+cu132'\n")
    assert runtime.broken_companions() == ()


def test_without_torch_nothing_is_broken(only) -> None:
    package(only, "torchvision", "__version__ = '0.29.2+cu132'\n")
    assert runtime.broken_companions() == ()


def test_hidden_companions_count_as_not_installed(tmp_path) -> None:
    package(tmp_path, "torch", "__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\n")
    package(tmp_path, "torchvision", "__version__ = '0.29.2+cu132'\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from idetex_plugin.engines import runtime\nfrom idetex_plugin.words import extras\n"
        "assert extras.installed('torchvision')\n"
        "assert runtime.settle() == ('torchvision',) == runtime.settle()\n"
        "assert not extras.installed('torchvision')\n"
        "try: import torchvision\n"
        "except ImportError: print('hidden')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "hidden\n"


def test_the_users_settings_win(monkeypatch) -> None:
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    monkeypatch.delenv("VLLM_NO_USAGE_STATS", raising=False)
    monkeypatch.setattr(runtime, "broken_companions", lambda: ())
    runtime.settle()
    assert runtime.os.environ["VLLM_LOGGING_LEVEL"] == "DEBUG"
    assert runtime.os.environ["VLLM_NO_USAGE_STATS"] == "1"


@pytest.mark.parametrize(
    ("flags", "dtype"), [(["avx512_bf16"], "bfloat16"), (["amx_bf16"], "bfloat16"), ([], "float32")]
)
def test_auto_dtype_on_a_cpu(monkeypatch, flags, dtype) -> None:
    monkeypatch.setattr(runtime, "cpu_flags", lambda: frozenset(flags))
    assert runtime.pick_dtype("auto", "cpu") == dtype


def test_dtype_names() -> None:
    assert runtime.pick_dtype("fp32", "cpu") == runtime.pick_dtype("float32", "cpu") == "float32"
    with pytest.raises(ValueError, match="int8"):
        runtime.pick_dtype("int8", "cpu")


def test_absent_packages() -> None:
    assert not extras.installed("no_such_package") and not extras.installed("no_such.package")
    assert runtime.version_file("no_such_package") is None


def test_numba_imported_before_does_not_keep_vllm_from_looking_around() -> None:
    ffi = pytest.importorskip("llvmlite.binding.ffi")
    runtime.settle()
    assert vars(ffi.lib) == {}
    assert ffi.lib.LLVMPY_GetVersionInfo is not None
    runtime.settle()
