"""What the served report searches, filters and sorts by, against the rows themselves."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up import many

from idetex_plugin import Card, Run
from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.report.index import INDEX_NAME, RowIndex, RowQuery
from idetex_plugin.runs.rows import Stamp, first_failure
from idetex_plugin.runs.schema import FILE_NAME
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.vocabulary import Level

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
NAMES = [each.name for each in MEASURES]
PHOTOS = list(many(400))


def written(folder: Path, photos: list[Assessment]) -> Path:
    with Run.writer(folder, CARD, "f", {}) as run, run.together():
        for photo in photos:
            run.write(f"/photos/{photo.photo.name}", Stamp(1, 1), photo)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("index") / "run", PHOTOS)


@pytest.fixture(scope="module")
def index(folder: Path) -> RowIndex:
    return RowIndex(folder, NAMES)


def test_without_a_wish_all_rows_in_their_order(index: RowIndex) -> None:
    assert index.numbers(RowQuery(), 0, 1000) == list(range(1, 401))
    assert index.numbers(RowQuery(), 390, 100) == list(range(391, 401))
    assert index.count(RowQuery()) == 400


def has(kind: str | None = None, severity: str | None = None) -> Callable[[Assessment], bool]:
    return lambda photo: any(
        kind in {None, region.distortion} and severity in {None, region.severity or "Not stated"}
        for region in photo.regions
    )


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ({"distortion": ["Noise"]}, has("Noise")),
        ({"severity": ["Severe"]}, has(severity="Severe")),
        ({"distortion": ["Noise"], "severity": ["Severe"]}, has("Noise", "Severe")),
        ({"level": ["bad", "poor"]}, lambda photo: photo.quality and photo.quality.level in {"bad", "poor"}),
        ({"level": [""]}, lambda photo: photo.quality is None),
        ({"status": ["failed"]}, lambda photo: photo.state == "failed"),
        (
            {"level": ["bad"], "distortion": ["Noise", "Overexposure"]},
            lambda photo: photo.quality
            and photo.quality.level == "bad"
            and (has("Noise")(photo) or has("Overexposure")(photo)),
        ),
        (
            {"distortion": ["No damage found"]},
            lambda photo: not photo.regions and photo.tasks["grounding"].state == "ok",
        ),
        (
            {"distortion": ["No damage found", "Noise"]},
            lambda photo: has("Noise")(photo) or (not photo.regions and photo.tasks["grounding"].state == "ok"),
        ),
    ],
)
def test_filters_find_what_the_rows_say(index: RowIndex, chosen, fits) -> None:
    query = RowQuery(chosen=chosen)
    wanted = [number for number, photo in enumerate(PHOTOS, 1) if fits(photo)]
    assert wanted and index.numbers(query, 0, 1000) == wanted and index.count(query) == len(wanted)


def test_reasons_are_those_of_the_rows(index: RowIndex) -> None:
    reasons = {reason for reason in map(first_failure, PHOTOS) if reason}
    assert set(index.facts()["facets"]["reason"]) == reasons
    for reason in reasons:
        wanted = [number for number, photo in enumerate(PHOTOS, 1) if first_failure(photo) == reason]
        assert index.numbers(RowQuery(chosen={"reason": [reason]}), 0, 1000) == wanted


@pytest.mark.parametrize("text", ["img_00042", "IMG_00042.jpg", "shoot-03", "  shoot   03 img"])
def test_words_are_found_by_their_beginnings(index: RowIndex, text: str) -> None:
    terms = text.lower().replace("-", " ").replace("_", " ").replace(".", " ").split()
    found = index.numbers(RowQuery(text), 0, 1000)
    names = [PHOTOS[number - 1].photo.name.lower() for number in found]
    assert names and all(any(term in name for name in names) for term in terms)
    assert index.count(RowQuery(text)) == len(found)
    if "00042" in text:
        assert found == [42]


def test_texts_are_found_too_and_what_is_nowhere_is_not(index: RowIndex) -> None:
    with_noise = [number for number, photo in enumerate(PHOTOS, 1) if has("Noise")(photo)]
    assert set(with_noise) <= set(index.numbers(RowQuery("NOIS"), 0, 1000))
    assert index.count(RowQuery("zzzqqq")) == 0 and index.count(RowQuery("img zzzqqq")) == 0


@pytest.mark.parametrize(
    "text", ['"', "'); DROP TABLE item; --", "NEAR(a b)", "a* OR b", "*", "^img", "col:img", "é", "\0"]
)
def test_no_text_is_a_command(index: RowIndex, text: str) -> None:
    assert 0 <= index.count(RowQuery(text)) <= 400 and len(index.numbers(RowQuery(text), 0, 10)) <= 10


@pytest.mark.parametrize("order", ["nonsense", "number; DROP TABLE item", ""])
def test_an_unknown_order_is_that_of_the_run(index: RowIndex, order: str) -> None:
    assert index.numbers(RowQuery(order=order), 0, 3) == [1, 2, 3]


def standing(photo: Assessment) -> float | None:
    if photo.quality is None:
        return None
    return photo.quality.score if photo.quality.score is not None else Level(photo.quality.level).score


def test_orders(index: RowIndex) -> None:
    def shown(order: str) -> list[Assessment]:
        return [PHOTOS[number - 1] for number in index.numbers(RowQuery(order=order), 0, 1000)]

    up = [standing(photo) for photo in shown("score-up")]
    known = [value for value in up if value is not None]
    assert known == sorted(known) and up[: len(known)] == known and len(up) == 400
    assert [value for value in map(standing, shown("score-down")) if value is not None] == known[::-1]
    assert [photo.photo.name for photo in shown("name")] == sorted(photo.photo.name for photo in PHOTOS)
    assert [len(photo.regions) for photo in shown("regions")] == sorted((len(p.regions) for p in PHOTOS), reverse=True)
    ranks = [max((region.severity.rank if region.severity else 0 for region in p.regions), default=0) for p in
             shown("severity")]  # fmt: skip
    assert ranks == sorted(ranks, reverse=True)


def test_the_facts_are_those_of_the_rows(index: RowIndex) -> None:
    facts = index.facts()
    assert facts["photos"] == 400 and facts["damaged"] == sum(bool(photo.regions) for photo in PHOTOS)
    assert facts["failed"] == sum(photo.state == "failed" for photo in PHOTOS)
    assert facts["facets"]["distortion"]["Noise"] == sum(map(has("Noise"), PHOTOS))


def measure(photo: Assessment, name: str) -> float | None:
    return photo.measures.get(name)


def test_ranges_of_measures(index: RowIndex) -> None:
    name = next(name for name in NAMES if len({measure(photo, name) for photo in PHOTOS}) > 20)
    values = sorted(value for photo in PHOTOS if (value := measure(photo, name)) is not None)
    least, most = values[len(values) // 4], values[len(values) // 2]
    assert index.facts()["ends"][name] == (values[0], values[-1])
    for low, high in ((least, most), (least, None), (None, most)):
        query = RowQuery(ranges={name: (low, high)})
        wanted = [
            number for number, photo in enumerate(PHOTOS, 1)
            if (value := measure(photo, name)) is not None and (low or value) <= value <= (high or value)
        ]  # fmt: skip
        assert wanted and index.numbers(query, 0, 1000) == wanted and index.count(query) == len(wanted)
    assert index.count(RowQuery(ranges={name: (None, None)})) == 400
    assert index.count(RowQuery(ranges={"no such measure": (0, None)})) == 0


def test_photos_of_the_same_content(tmp_path: Path, index: RowIndex) -> None:
    def alike(number: int, content: str) -> Assessment:
        info = PHOTOS[number].photo.model_copy(update={"sha256": content * 64})
        return PHOTOS[number].model_copy(update={"photo": info})

    photos = [PHOTOS[0], alike(1, "a"), alike(2, "b"), PHOTOS[3], alike(4, "b"), alike(5, "a"), alike(6, "b")]
    twins = RowIndex(written(tmp_path / "run", photos), NAMES)
    query = RowQuery(chosen={"content": ["Same content as another"]}, order="copies")
    assert twins.numbers(query, 0, 9) == [2, 6, 3, 5, 7] and twins.count(query) == 5
    assert twins.numbers(RowQuery(order="copies"), 0, 9) == [2, 6, 3, 5, 7, 1, 4]
    assert twins.facts()["facets"]["content"] == {"Same content as another": 5}
    assert index.facts()["facets"]["content"] == {}
    twins.close()


def test_it_is_kept_beside_the_run_until_that_changes(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", PHOTOS[:5])
    RowIndex(folder, NAMES).close()
    kept = (folder / INDEX_NAME).stat().st_ino
    RowIndex(folder, NAMES).close()
    assert (folder / INDEX_NAME).stat().st_ino == kept
    written(folder, PHOTOS[:7])
    again = RowIndex(folder, NAMES)
    assert again.count(RowQuery()) == 7 and (folder / INDEX_NAME).stat().st_ino != kept
    again.close()
    assert sorted(path.name for path in folder.iterdir() if "index" in path.name) == [INDEX_NAME]


def test_a_broken_index_is_made_again_and_a_broken_row_is_a_row(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", PHOTOS[:5])
    (folder / INDEX_NAME).write_bytes(b"no database at all" * 100)
    base = sqlite3.connect(folder / FILE_NAME)
    for number, text in enumerate(("{", "[1]", '{"regions": 7, "tasks": []}'), 1):
        base.execute("UPDATE photos SET assessment = ? WHERE number = ?", (text, number))
    base.commit()
    base.close()
    index = RowIndex(folder, NAMES)
    assert index.numbers(RowQuery(), 0, 9) == [1, 2, 3, 4, 5]
    assert index.count(RowQuery("img 00001")) == 1
    index.close()


def test_where_nothing_can_be_written_it_is_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "run", PHOTOS[:5])

    def refused(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "touch", refused)
    index = RowIndex(folder, NAMES)
    assert index.count(RowQuery()) == 5 and not (folder / INDEX_NAME).exists()
    index.close()
