import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.zoo as foz
import pytest
from standins import WindowEngine

from idetex_fiftyone import AssessorModel

SOURCE = Path(__file__).parents[2] / "integrations" / "idetex_fiftyone" / "zoo"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zoo's source behind an address, and an empty zoo."""
    monkeypatch.setattr(fo.config, "model_zoo_dir", str(tmp_path / "zoo"))
    shutil.make_archive(str(tmp_path / "served" / "source"), "zip", SOURCE)
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/source.zip"
        server.shutdown()


@pytest.mark.parametrize("batch_size", [None, 4])
def test_apply_model_writes_the_labels(dataset: Any, engine: WindowEngine, batch_size: int | None) -> None:
    model = AssessorModel()
    dataset.apply_model(model, label_field="seen", batch_size=batch_size, progress=False)
    assert dataset.count("seen_regions.detections") == len(dataset)
    assert dataset.distinct("seen_regions.detections.label") == ["Noise"]
    assert dataset.exists("seen_level").count() == dataset.exists("seen_severity").count() == len(dataset)
    ids = dataset.values("seen_regions.detections.id", unwind=True)
    assert len(set(ids)) == len(ids)
    model.close()


def test_a_bad_photo_is_named(tmp_path: Path, engine: WindowEngine) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")
    with pytest.raises(ValueError, match=r"bad\.png"):
        AssessorModel().predict(None, fo.Sample(filepath=str(bad)))


def test_the_zoo_gives_the_embedded_checkpoint(dataset: Any, engine: WindowEngine, source: str) -> None:
    foz.register_zoo_model_source(source)
    model = foz.load_zoo_model("idetex/nano", tasks=["grounding"])
    assert isinstance(model, AssessorModel)
    dataset.limit(2).apply_model(model, label_field="zoo", progress=False)
    assert dataset.count("zoo_regions.detections") == 2
    assert not dataset.has_sample_field("zoo_level")
