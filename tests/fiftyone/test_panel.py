"""The review panel's logic, driven as the App drives it, against a real database."""

import json
from getpass import getuser
from types import SimpleNamespace
from typing import Any

import fiftyone as fo
import pydash
import pytest
from app_dataset import Model, write
from bson import json_util
from fiftyone import ViewField as F
from standins import WindowEngine

from idetex_fiftyone import assess, figures, finish
from idetex_fiftyone.app import tabs
from idetex_fiftyone.app.card_view import RELABEL
from idetex_fiftyone.app.installation import install
from idetex_fiftyone.app.queue import CLEAN, CONFLICTS, UNSURE
from idetex_fiftyone.app.review_panel import ReviewPanel
from idetex_fiftyone.app.reviewer import LONGEST


class State(SimpleNamespace):
    """A panel's state: what was never set is None."""

    def __getattr__(self, name: str) -> None:
        return None


class App:
    """What the App keeps between two events: the panel's state, the view, and what the panel drew."""

    def __init__(self, dataset: Any) -> None:
        self.dataset, self.drawn = dataset, ""
        state = State()
        self.selected: list[str] = []
        read = pydash.partial(pydash.get, state.__dict__)
        self.panel = SimpleNamespace(state=state, set_state=state.__dict__.update, get_state=read)
        self.request_params: dict[str, Any] = {"view": []}
        self.params: dict[str, Any] = {}
        self.pressed = 0
        self.triggered: list[tuple[str, dict[str, Any]]] = []
        nothing = dict.fromkeys(("reload_samples", "reload_dataset", "set_active_fields"), self._nothing)
        self.ops = SimpleNamespace(set_view=self.look_at, show_panel_output=self._draw, **nothing)
        self.work = ReviewPanel()
        self.do("on_load")

    def look_at(self, view: Any) -> None:
        """Show a view, as the user or the panel wants it; the App gives every stage a new id."""
        self.request_params["view"] = json.loads(json_util.dumps(view.view()._serialize()))

    def do(self, event: str, **params: Any) -> "App":
        """An event, and what the App does after each: draw again."""
        self.params = {"__method__": event, **params}
        self.work.execute(self)
        return self

    @property
    def keys(self) -> dict[str, Any]:
        """What was drawn for `keys.js`."""
        found: dict[str, Any] = self.schema["type"]["properties"]["keys"]["view"]
        return found

    def press(self, letter: str) -> "App":
        """Do what `keys.js` does for a key, with what was drawn last."""
        does = self.keys["keys"][letter]
        self.pressed += 1
        return self.do(does["operator"].rpartition("#")[2], **does["params"], press=str(self.pressed))

    def answer(self, event: str, **more: Any) -> "App":
        """Press a button of the photo in hand."""
        card, wanted = self.work.current(self)
        region = card.region(wanted)
        return self.do(event, sample=card.sample, region=str(region["_id"]) if region else "", **more)

    @property
    def sample(self) -> str:
        """The photo in hand."""
        card, _ = self.work.current(self)
        return card.sample if card else ""

    @property
    def view(self) -> Any:
        """What the grid shows."""
        return fo.DatasetView._build(self.dataset, self.request_params["view"])

    def trigger(self, operator: str, params: dict[str, Any]) -> None:
        """What the panel asks the App to do."""
        self.triggered.append((operator, params))

    def _draw(self, output: Any) -> None:
        self.schema = output.to_json()
        self.drawn = json.dumps(self.schema, default=str)

    def _nothing(self, *arguments: Any, **options: Any) -> None:
        pass


@pytest.fixture
def dataset(tmp_path: Any) -> Any:
    write(tmp_path)
    made = fo.Dataset.from_images_dir(str(tmp_path))
    engine = WindowEngine(answer=Model(), slots=1)
    assess(made, engine=engine, tasks=("grounding", "perception"), questions=(), progress=False)
    yield made
    made.delete()


@pytest.fixture
def app(dataset: Any) -> App:
    return App(dataset)


def with_regions(app: App, number: int) -> Any:
    """The card of the first photo with so many regions; those before are left for later."""
    while len((card := app.work.current(app)[0]).regions) < number:
        app.press("L")
    return card


def test_answers_are_kept_counted_and_undone(app: App, dataset: Any) -> None:
    total = dataset.count("idetex_regions.detections")
    events = (("accept", {}), ("reject", {}), ("severity", {"severity": "Minor"}), ("level", {"level": "fair"}))
    for event, more in events:
        first = app.sample
        app.answer(event, **more)
        assert figures(dataset, "idetex").decided == (event != "level")
        assert f"{int(event != 'level')} of {total} regions decided" in app.drawn
        app.do("undo")
        assert (figures(dataset, "idetex").decided, app.sample) == (0, first)
    app.answer("finish")
    assert figures(dataset, "idetex").reviewed["fully"] == 1
    assert app.sample != first
    app.do("undo")
    assert (app.sample, figures(dataset, "idetex").reviewed["fully"]) == (first, 0)
    for _ in range(2):
        app.do("undo")
    assert "Nothing to undo" in app.drawn


def test_a_region_is_called_something_else(app: App, dataset: Any) -> None:
    card, _ = app.work.current(app)
    path = f"settings.{RELABEL}{card.sample}_{card.regions[0]['_id']}"
    app.do("relabel", path=path, value="Noise")
    assert dataset.reload() is None and dataset.distinct("idetex_truth.detections.label") == ["Noise"]


def test_keys_one_after_the_other_go_to_one_region_after_the_other(app: App, dataset: Any) -> None:
    card = with_regions(app, 3)
    turn = app.keys["turn"]
    for letter in "AR2":
        assert app.keys["photo"] == card.sample
        app.press(letter)
        assert app.keys["press"] == str(app.pressed)
    assert app.keys["turn"] == turn + 3
    details = dataset[card.sample].idetex_review.details
    decisions = {each["prediction"]: each["verdict"] for each in details["decisions"]}
    asked = [str(each["_id"]) for each in card.regions[:3]]
    assert [decisions[each] for each in asked[:2]] == ["accepted", "rejected"]
    moderate = card.regions[2]["severity"] == "Moderate"
    assert decisions[asked[2]] == ("accepted" if moderate else "corrected")
    app.press("U").press("U").press("U")
    assert figures(dataset, "idetex").decided == 0
    assert (app.keys["turn"], app.keys["photo"]) == (turn + 6, card.sample)


def test_a_drawing_of_the_view_counts_for_no_answer(app: App) -> None:
    with_regions(app, 2)
    before = app.press("J").keys
    for event in ("on_change_view", "draw_again"):
        after = app.do(event).keys
        assert (after["turn"], after["press"]) == (before["turn"], before["press"])


def test_keys_say_what_they_can_do(app: App) -> None:
    assert set(app.keys["keys"]) <= set(app.keys["letters"])
    assert {"A", "R", "1", "2", "3", "6", "0", "N", "L", "D", "U", "T"} <= set(app.keys["keys"])
    app.answer("finish").do("undo").do("choose_tab", value=tabs.FILTER)
    assert set(app.keys["keys"]) == set(app.keys["letters"]) == {"U"}


def test_draw_opens_the_photo_in_hand_where_it_can_be_annotated(app: App) -> None:
    app.press("D")
    assert app.triggered == [("annotate", {"id": app.sample, "field_path": "idetex_truth"})]


def test_who_decides_is_who_the_window_says(app: App, dataset: Any) -> None:
    for name, by in (("Anna", "Anna"), ("  ", getuser()), (None, getuser()), ("B" * 200, "B" * LONGEST)):
        app.answer("accept", reviewer=name)
        assert f", by {by}" in app.drawn
        [sample] = dataset.match(F("idetex_review.by") == by)
        assert sample.idetex_truth.detections[0].by == by
        app.do("undo", reviewer=name)
    app.answer("level", level="fair", reviewer="Anna").do("undo", reviewer="Bert")
    assert dataset.count_values("idetex_review.level")["fair"] == 1  # what Anna did is not Bert's to undo
    assert "Nothing to undo" in app.drawn


def test_what_was_drawn_in_the_opened_photo_is_shown_when_it_is_closed(app: App, dataset: Any) -> None:
    sample = dataset[app.sample]
    told = "\\+ Noise, Severe (drawn)"  # a plus that begins a line would make a list of it
    assert told not in app.schema["type"]["properties"]["words"]["default"]
    drawn = fo.Detection(label="Noise", bounding_box=[0.6, 0.6, 0.2, 0.2], severity="Severe")  # as Annotate writes it
    sample["idetex_truth"] = fo.Detections(detections=[drawn])
    sample.save()
    app.do("on_change_current_sample")
    assert told in app.schema["type"]["properties"]["words"]["default"]
    app.answer("finish")
    assert dataset.reload() is None and dataset[sample.id].idetex_truth.detections[0].label == "Noise"


def test_a_plugin_of_another_version_says_so(app: App, monkeypatch: Any, tmp_path: Any) -> None:
    folder = install(tmp_path)
    monkeypatch.setattr(fo.config, "plugins_dir", str(tmp_path))
    assert "idetex fiftyone install" not in app.do("refresh").drawn
    (folder / "keys.js").write_text("old")
    assert "idetex fiftyone install" in app.do("refresh").drawn
    assert "keys" not in app.schema["type"]["properties"]


def test_what_the_app_tells_of_fields_that_it_draws_changes_nothing(app: App) -> None:
    app.press("L")
    with_regions(app, 2)
    app.press("J")
    card, wanted = app.work.current(app)
    skipped, turn = list(app.panel.state.skipped), app.keys["turn"]
    app.do("choose_tab", path="head.tab", value=tabs.REVIEW)
    app.do("choose_order", path="settings.order", value=app.panel.state.order)
    app.do("choose_run", path="head.run", value="idetex")
    assert app.keys["turn"] == turn  # so a key that is answered at the same time is drawn
    for event in ("choose_said", "choose_reviewed"):
        app.do(event, value=tabs.ANY)
    assert app.work.current(app)[1] == wanted and app.sample == card.sample
    assert skipped and app.panel.state.skipped == skipped


def test_filters_lie_on_top_of_the_users_view(app: App, dataset: Any) -> None:
    chosen = dataset.match(F("filepath").re_match("[02468].jpg"))
    app.look_at(chosen)
    app.do("on_change_view")
    assert f"{len(chosen)} photos of this view" in app.drawn
    severe = chosen.filter_labels("idetex_regions", F("severity") == "Severe")
    label = severe.distinct("idetex_regions.detections.label")[0]
    app.do("click_distortion", y=label, trace="Severe")
    shown = severe.filter_labels("idetex_regions", F("label") == label)
    assert app.view.values("id") == shown.values("id")
    assert f"{len(chosen)} photos of this view" in app.drawn and f"Severe, {label}" in app.drawn
    assert app.sample in shown.values("id")
    app.do("choose_said", value="waiting")
    assert app.view.values("id") == shown.values("id")
    app.do("accept_all")
    assert figures(dataset, "idetex").decided == shown.count("idetex_regions.detections")
    assert len(app.view) == 0
    app.do("undo").do("show_all")
    assert app.view.values("id") == chosen.values("id")
    app.do("click_level", y="bad")
    app.look_at(dataset.limit(3))
    app.do("on_change_view")
    assert "3 photos of this view" in app.drawn and app.work._scope(app).filters == type(app.work._scope(app).filters)()


def test_a_closed_tab_leaves_no_filter_behind(app: App, dataset: Any) -> None:
    app.do("click_level", y="bad")
    app.look_at(dataset)
    app.do("on_load")
    assert f"{len(dataset)} photos of the dataset" in app.drawn
    assert "shown" not in app.drawn


def test_bulk_says_how_many_before_it_does(app: App, dataset: Any) -> None:
    app.do("choose_tab", value=tabs.FILTER)
    counts = figures(dataset, "idetex")
    assert f"Reject the {counts.waiting} waiting of {counts.total} regions shown" in app.drawn
    app.do("reject_all")
    assert figures(dataset, "idetex").said("rejected") == counts.waiting
    assert f"Reject the 0 waiting of {counts.total} regions shown" in app.drawn


def test_a_threshold_is_kept_with_the_dataset(app: App, dataset: Any) -> None:
    app.do("choose_tab", value=tabs.FILTER).do("move_threshold", value=0.6)
    sure = dataset.filter_labels("idetex_regions", F("confidence") >= 0.6)
    assert app.view.values("id") == sure.values("id")
    app.do("remember").do("show_all")
    again = App(dataset).do("choose_tab", value=tabs.FILTER)
    assert "Use the remembered 0.60" in again.drawn
    again.do("move_threshold", value=0.6)
    assert again.view.values("id") == sure.values("id")


def test_the_selected_photos_are_tagged_else_those_shown(app: App, dataset: Any) -> None:
    app.do("choose_tab", value=tabs.FILTER).do("move_threshold", value=0.6)
    sure = dataset.filter_labels("idetex_regions", F("confidence") >= 0.6).values("id")
    app.do("tag")
    assert "Write a tag first" in app.drawn and not dataset.count("tags")
    app.panel.state.tagging = {"tag": " check "}
    app.selected = sure[:2]
    app.do("on_change_selected")
    assert "Tag the 2 selected" in app.drawn
    app.do("tag")
    assert dataset.match_tags("check").values("id") == sure[:2] and app.panel.state.told == "tagged “check”: 2 photos"
    app.selected = []
    app.do("tag")
    assert dataset.match_tags("check").values("id") == sure
    assert app.panel.state.told == f"tagged “check”: {len(sure) - 2} photos; 2 had the tag"
    app.do("untag")
    assert not dataset.count("tags") and app.panel.state.told == f"untagged “check”: {len(sure)} photos"


def test_orders(app: App, dataset: Any) -> None:
    scores = dict(zip(*dataset.values(["id", "idetex_score"]), strict=True))
    assert scores[app.sample] == min(scores.values())
    app.do("choose_order", value=UNSURE)
    doubts = dict(zip(*dataset.values(["id", "idetex_regions.detections.confidence"]), strict=True))
    least = {sample: min(abs(each - 0.5) for each in found) for sample, found in doubts.items() if found}
    assert least[app.sample] == min(least.values())
    app.do("choose_order", value=CLEAN)
    clean = [sample for sample, found in doubts.items() if not found]
    assert (app.sample in clean) == bool(clean)
    app.do("choose_order", value=CONFLICTS)
    assert app.sample == ""
    finish(dataset, reject_rest=True)
    engine = WindowEngine(answer=Model(), slots=1)
    engine.answer = Model()
    engine.answer._random.seed(4)
    assess(dataset, engine=engine, tasks=("grounding", "perception"), questions=(), only_new=False, progress=False)
    app.do("on_load")
    assert dataset.reload() is None and dataset[app.sample].idetex_status.conflicts > 0


def test_photos_are_left_for_later_and_come_back(app: App, dataset: Any) -> None:
    seen = set()
    for _ in range(len(dataset)):
        if not app.sample:
            break
        seen.add(app.sample)
        app.answer("later")
    assert len(seen) == len(dataset) and app.sample == ""
    assert f"Look at the {len(seen)} left for later" in app.drawn
    app.do("unskip")
    assert app.sample in seen


def test_files_and_failures_are_told(app: App, dataset: Any, tmp_path: Any) -> None:
    dataset.add_sample(fo.Sample(filepath=str(tmp_path / "new.jpg")))
    app.do("choose_tab", value=tabs.FILES)
    assert "1 new photo**" in app.drawn
    app.do("scan")
    assert "1 new" in app.panel.state.fresh
    engine = WindowEngine(answer=Model())
    assess(dataset, engine=engine, tasks=("grounding", "perception"), questions=(), progress=False)
    app.do("refresh")
    assert "1 failed" in app.drawn
    app.do("show_failed")
    assert app.view.values("id") == [dataset.last().id]
