from pathlib import Path

import pytest
from engines.tiny import tiny_checkpoint


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved tiny checkpoint."""
    return tiny_checkpoint(tmp_path_factory.mktemp("tiny"))
