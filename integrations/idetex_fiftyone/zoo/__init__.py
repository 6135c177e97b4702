"""A source of FiftyOne's model zoo: the embedded checkpoint. The weights are in the package itself."""

from pathlib import Path
from typing import Any


def download_model(model_name: str, model_path: str) -> None:
    """Check that the package is there, and leave a note of it where FiftyOne looks for weights."""
    import idetex_plugin

    Path(model_path).write_text(f"The weights of {model_name} are in idetex-plugin {idetex_plugin.__version__}.\n")


def load_model(model_name: str, model_path: str, **options: Any) -> Any:
    """The model; options as for `idetex_plugin.Assessor`."""
    from idetex_fiftyone.model import AssessorModel

    return AssessorModel(model="nano", **options)
