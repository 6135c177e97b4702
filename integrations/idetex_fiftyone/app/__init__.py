"""The plugin of the FiftyOne App: operators and panels over the functions of `idetex_fiftyone`."""

from __future__ import annotations

from typing import Any


def register(plugin: Any) -> None:
    """FiftyOne calls this once. Every name here is also in `shim/fiftyone.yml`: FiftyOne drops others silently."""
    from idetex_fiftyone.app.assess import AssessImages
    from idetex_fiftyone.app.doctor import Doctor
    from idetex_fiftyone.app.gate import GateCompressed
    from idetex_fiftyone.app.review import AcceptRegions, RejectRegions, Undo
    from idetex_fiftyone.app.review_panel import ReviewPanel
    from idetex_fiftyone.app.runs import CreateQualityViews, DeleteRun
    from idetex_fiftyone.app.sample_panel import SamplePanel
    from idetex_fiftyone.app.truth import Calibrate, Evaluate, ExportTruth

    work = AssessImages, GateCompressed, CreateQualityViews, DeleteRun, Doctor
    people = AcceptRegions, RejectRegions, Undo, Evaluate, Calibrate, ExportTruth
    for kind in (*work, *people, ReviewPanel, SamplePanel):
        plugin.register(kind)
