"""The parts of the App's plugin that need no App and no database."""

from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from idetex_fiftyone.app.installation import BUNDLE, FILES, SHIM, install, is_current, uninstall
from idetex_fiftyone.counts import Figures
from idetex_plugin.cli.app import app

needs_fiftyone = pytest.mark.skipif(not getattr(find_spec("fiftyone"), "origin", None), reason="needs fiftyone")


def test_install_may_be_repeated_and_uninstall_too(tmp_path: Path) -> None:
    assert is_current(tmp_path)
    folder = install(tmp_path)
    assert is_current(tmp_path)
    (folder / "fiftyone.yml").write_text("old")
    assert not is_current(tmp_path)
    assert install(tmp_path) == folder
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert (folder / "fiftyone.yml").read_bytes() == (SHIM / "fiftyone.yml").read_bytes()
    assert all(path.read_bytes() in (folder / BUNDLE).read_bytes() for path in SHIM.glob("*.js"))
    assert yaml.safe_load((folder / "fiftyone.yml").read_text("utf-8"))["js_bundle"] == BUNDLE
    assert uninstall(tmp_path) == folder
    assert uninstall(tmp_path) is None


def test_somebody_elses_files_are_left_alone(tmp_path: Path) -> None:
    notes = install(tmp_path) / "notes.txt"
    notes.write_text("mine")
    for work in (install, uninstall):
        with pytest.raises(FileExistsError, match=r"notes\.txt"):
            work(tmp_path)
    assert notes.read_text() == "mine"


def test_the_command(tmp_path: Path) -> None:
    for words, told in ((["install"], "Next"), (["uninstall"], "removed"), (["uninstall"], "not installed")):
        result = CliRunner().invoke(app, ["fiftyone", *words, "--plugins", str(tmp_path)])
        assert result.exit_code == 0
        assert told in result.output


def test_figures_add_up_what_was_said() -> None:
    counts = Figures()
    counts.regions.update({("Noise", "Severe", "accepted"): 2, ("Noise", "", "waiting"): 3})
    counts.regions["Blur", "", "rejected"] = 1
    assert (counts.decided, counts.waiting, counts.total) == (3, 3, 6)


@needs_fiftyone
def test_every_operator_and_panel_is_listed() -> None:
    from idetex_fiftyone.app import register

    names = []

    class Plugin:
        def register(self, kind: type) -> None:
            names.append(kind().config.name)

    register(Plugin())
    listed = yaml.safe_load((SHIM / "fiftyone.yml").read_text("utf-8"))
    assert sorted(names) == sorted(listed["operators"] + listed["panels"])


@needs_fiftyone
def test_a_second_click_takes_a_filter_back() -> None:
    from idetex_fiftyone.app.filters import Filters

    chosen = Filters(confidence=0.5).toggled(distortion="Noise", severity="Severe")
    assert str(chosen) == "Severe, Noise, confidence from 0.50"
    assert chosen.toggled(distortion="Noise", severity="Severe") == Filters(confidence=0.5)
    assert chosen.toggled(distortion="Noise", severity="Minor").severity == "Minor"
    assert Filters.of(chosen.document()) == chosen


@needs_fiftyone
def test_the_histograms_hold_every_region_and_fade_what_is_not_chosen() -> None:
    from idetex_fiftyone.app import plots
    from idetex_fiftyone.app.filters import Filters

    counts = Figures()
    counts.regions.update({("Noise", "Severe", "waiting"): 2, ("Noise", "", "waiting"): 3})
    counts.regions["Blur", "Severe", "rejected"] = 1
    counts.scores.update({1.0: 1, 5.0: 2})
    traces = plots.distortions(counts, Filters(distortion="Noise", severity="Severe"))
    assert [(trace["name"], trace["x"]) for trace in traces] == [("Severe", [1, 2]), (plots.NO_SEVERITY, [0, 3])]
    assert traces[0]["marker"]["opacity"] == [plots.FADED, 1]
    look = plots.layout("Regions", bars=plots.named(counts), most=3, across=True, stacked=True)
    assert (look["yaxis"]["ticktext"], look["xaxis"]["dtick"]) == (["Blur", "Noise"], 1)
    [scores] = plots.scores(counts, Filters())
    assert sum(scores["y"]) == 3
