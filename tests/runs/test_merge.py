"""Parts of one collection become one run."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from made_up import half_failed, judged, unreadable
from standins import WindowEngine, nano_says, write_photos

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.photo.sources import find_photos
from idetex_plugin.runs.merge import merge
from idetex_plugin.runs.rows import Row, Stamp
from idetex_plugin.runs.schema import RunError
from idetex_plugin.runs.shards import Shard
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.work import Work
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Reason

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")


def assess(photos: Path, run: Path, shard: str = "") -> None:
    with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
        parts = assessor.fingerprint_parts
        with Run.writer(run, assessor.card, assessor.fingerprint, parts) as opened:
            opened.set_root(photos)
            Work(opened, assessor).do(Shard.parse(shard).of(find_photos([photos]), photos))


def plain(run: Path) -> dict[str, tuple[object, ...]]:
    with Run(run) as opened:
        return {row.path.name: said(row) for row in opened.rows()}


def said(row: Row) -> tuple[object, ...]:
    return row.stamp, row.sha256, row.state, row.copied_from, row.assessment.model_dump_json()


def test_the_parts_are_disjoint_whole_and_the_same_elsewhere(tmp_path: Path) -> None:
    write_photos(tmp_path / "a" / "photos", 60)
    shutil.copytree(tmp_path / "a" / "photos", tmp_path / "b" / "elsewhere")
    seen: list[str] = []
    for number in range(1, 5):
        parts = []
        for folder in (tmp_path / "a" / "photos", tmp_path / "b" / "elsewhere"):
            found = Shard(number, 4).of(find_photos([folder]), folder)
            parts.append([os.path.basename(source.path) for source in found])
        assert parts[0] == parts[1]
        seen += parts[0]
    assert sorted(seen) == [f"{number:03}.jpg" for number in range(60)]


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/0", "a/b", "-1/4"])
def test_no_shards(text: str) -> None:
    with pytest.raises(ValueError, match="not K/N"):
        Shard.parse(text)


def test_merged_shards_equal_one_run(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write_photos(photos, 40)
    (photos / "broken.jpg").write_bytes(b"nothing")
    for number in range(6):
        shutil.copy(photos / "003.jpg", photos / f"same-{number}.jpg")
    assess(photos, tmp_path / "one")
    parts = [tmp_path / f"part-{number}" for number in range(1, 5)]
    for number, part in enumerate(parts, 1):
        assess(photos, part, f"{number}/4")
    assert merge(parts, tmp_path / "all") == 47
    assert plain(tmp_path / "all") == plain(tmp_path / "one")
    assert merge([*parts, tmp_path / "one"], tmp_path / "all") == 47
    assert plain(tmp_path / "all") == plain(tmp_path / "one")


def test_runs_of_a_version_whose_cards_had_other_keys_are_merged(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", 2)
    assess(photos[0].parent, tmp_path / "run")
    base = sqlite3.connect(tmp_path / "run" / "run.sqlite")
    base.execute("UPDATE run SET card = json_insert(card, '$.whole_frame', json_object('Noise', 0.5))")
    base.commit()
    base.close()
    assert merge([tmp_path / "run"], tmp_path / "merged") == 2
    assert plain(tmp_path / "merged") == plain(tmp_path / "run")


def test_what_did_not_fail_and_is_later_stays(tmp_path: Path) -> None:
    texts = {}
    for name, fingerprint in (("a", "f"), ("b", "f"), ("c", "g")):
        texts[name] = Run.writer(tmp_path / name, CARD, fingerprint, {"prompts": fingerprint})
    stamp = Stamp(1, 2)
    for name in ("x.jpg", "y.jpg"):
        texts["a"].write(name, stamp, judged(name, seed=1, content_hash=name))
        texts["b"].write(name, stamp, judged(name, seed=2, content_hash=name))
    texts["b"].write("y.jpg", stamp, unreadable("y.jpg", Reason.TIMEOUT))
    texts["a"].write("z.jpg", stamp, half_failed("z.jpg"))
    for run in texts.values():
        run.close()
    assert merge([tmp_path / "b", tmp_path / "a"], tmp_path / "out") == 3
    with Run(tmp_path / "out") as run:
        rows = {row.path.name: row.assessment for row in run.rows()}
    assert rows["x.jpg"] == judged("x.jpg", seed=2, content_hash="x.jpg")
    assert rows["y.jpg"] == judged("y.jpg", seed=1, content_hash="y.jpg")
    with pytest.raises(RunError, match="different: prompts"):
        merge([tmp_path / "a", tmp_path / "c"], tmp_path / "other")
    with pytest.raises(RunError, match="not a run folder"):
        merge([tmp_path / "a", tmp_path / "absent"], tmp_path / "other")
    assert not (tmp_path / "other").exists()
