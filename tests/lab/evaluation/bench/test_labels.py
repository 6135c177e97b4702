"""Labels of real photographs as people write them down."""

from __future__ import annotations

from pathlib import Path

import pytest

from idetex_plugin.lab.evaluation.bench.labels import Labels, LabelsError, read_labels, score_of
from idetex_plugin.words.vocabulary import VIDA


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    for name in ("one/a.jpg", "one/sub/b.jpg", "two/a.jpg", "two/c.jpg", "away/d.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return [tmp_path / "one", tmp_path / "two"]


def written(folder: Path, *lines: str, head: str = "photo,distortion,present") -> Path:
    file = folder / "labels.csv"
    file.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return file


def test_photos_are_found_below_any_folder_or_by_their_whole_path(tmp_path: Path, folders: list[Path]) -> None:
    away = tmp_path / "away" / "d.jpg"
    file = written(
        tmp_path, "a.jpg,Noise,1", "sub/b.jpg,noise,0", "c.jpg,MOTION_BLUR,yes", f"{away},Any Blur,no",
        "x/a.jpg,Noise,1",
    )  # fmt: skip
    labels = read_labels(file, folders)
    assert labels.photos == {
        folders[0] / "a.jpg": {"Noise": True}, folders[0] / "sub" / "b.jpg": {"Noise": False},
        folders[1] / "c.jpg": {"Motion blur": True}, away: {"any blur": False},
    }  # fmt: skip
    assert labels.missing == ["x/a.jpg"]
    assert labels.distortions == ("Motion blur", "Noise", "any blur")


def test_photos_lie_beside_the_file_where_no_folder_is_given(tmp_path: Path, folders: list[Path]) -> None:
    assert list(read_labels(written(folders[0], "sub/b.jpg,Noise,1"), []).photos) == [folders[0] / "sub" / "b.jpg"]


def test_a_file_of_a_spreadsheet_is_read(tmp_path: Path, folders: list[Path]) -> None:
    file = tmp_path / "labels.csv"
    head = b"\xef\xbb\xbfphoto, distortion,by,present\r\n"
    file.write_bytes(head + b'"a.jpg",Noise,me,TRUE\r\n\r\nc.jpg,any_damage,me,0\r\n')
    assert list(read_labels(file, folders).photos.values()) == [{"Noise": True}, {"any damage": False}]


def test_boxes_belong_to_what_is_there(tmp_path: Path, folders: list[Path]) -> None:
    head = "photo,distortion,present,x1,y1,x2,y2"
    file = written(tmp_path, "a.jpg,Noise,1,0,0,.5,1", "a.jpg,Noise,1,.5,0,1,1", "c.jpg,Noise,0,,,,", head=head)
    labels = read_labels(file, folders)
    assert [box.x2 for box in labels.boxes[folders[0] / "a.jpg", "Noise"]] == [0.5, 1]
    assert list(labels.boxes) == [(folders[0] / "a.jpg", "Noise")]


BAD = {
    "no such type": (["a.jpg,Fog,1"], "line 2: 'Fog' is no distortion"),
    "no truth": (["a.jpg,Noise,maybe"], "line 2: present is 'maybe'"),
    "no name": ([" ,Noise,1"], "line 2: no photo"),
    "a value too few": (["a.jpg,Noise"], "line 2: not 3 values"),
    "a value too many": (["a.jpg,Noise,1,1"], "line 2: not 3 values"),
    "a contradiction": (["a.jpg,Noise,1", "a.jpg,noise,0"], "line 3: Noise is said to be there and not"),
    "a contradiction in kind": (["a.jpg,Noise,1", "a.jpg,any damage,0"], "to have Noise, and not to have any damage"),
    "a blur that is none": (["a.jpg,any blur,0", "a.jpg,Motion blur,1"], "Motion blur, and not to have any blur"),
    "no photo of them all": (["x.jpg,Noise,1", "y.jpg,Noise,1"], "none of its 2 photos is in"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path: Path, folders: list[Path], case: str) -> None:
    lines, problem = BAD[case]
    with pytest.raises(LabelsError, match=rf"labels\.csv.*{problem}"):
        read_labels(written(tmp_path, *lines), folders)


@pytest.mark.parametrize("box", ["0,0,.5", "0,0,.5,nan", "0,0,5,1", ".5,0,.5,1"])
def test_a_box_that_is_none_is_named(tmp_path: Path, folders: list[Path], box: str) -> None:
    head = "photo,distortion,present,x1,y1,x2,y2"
    with pytest.raises(LabelsError, match=r"is no box|not 7 values"):
        read_labels(written(tmp_path, f"a.jpg,Noise,1,{box}", head=head), folders)
    with pytest.raises(LabelsError, match="box of Noise, which is not there"):
        read_labels(written(tmp_path, "a.jpg,Noise,0,0,0,1,1", head=head), folders)


def test_a_file_that_is_no_table_is_named(tmp_path: Path, folders: list[Path]) -> None:
    with pytest.raises(LabelsError, match=r"labels\.csv: its first line lacks distortion, present"):
        read_labels(written(tmp_path, head="photo,what"), folders)
    with pytest.raises(LabelsError, match=r"gone\.csv"):
        read_labels(tmp_path / "gone.csv", folders)
    (tmp_path / "labels.csv").write_bytes(b"photo,distortion,present\n\xff\xfe,Noise,1\n")
    with pytest.raises(LabelsError, match=r"labels\.csv"):
        read_labels(tmp_path / "labels.csv", folders)


def test_labels_imply_others_only_when_asked() -> None:
    labels = Labels()
    for photo, name, present in (
        ("dark", "Underexposure", True), ("soft", "Low clarity", True), ("good", "any damage", False),
        ("sharp", "any blur", False), ("plain", "Noise", False),
    ):  # fmt: skip
        labels.say(Path(photo), name, present)
    assert labels.photos[Path("dark")] == {"Underexposure": True}
    known = labels.with_implied().photos
    assert known[Path("dark")] == {"Underexposure": True, "any damage": True}
    assert known[Path("soft")] == {"Low clarity": True, "any blur": True, "any damage": True}
    assert known[Path("good")] == dict.fromkeys((*VIDA.names, "any blur", "any damage"), False)
    blurs = "Low clarity", "Motion blur", "Out of focus blur"
    assert known[Path("sharp")] == dict.fromkeys((*blurs, "any blur"), False)
    assert known[Path("plain")] == {"Noise": False}


def test_a_group_scores_as_its_likeliest_member() -> None:
    chances = {"Noise": 0.4, "Motion blur": 0.3, "Low clarity": 0.2, "A plugin's own": 0.9}
    assert score_of(chances, "Noise", VIDA.names) == 0.4
    assert score_of(chances, "Overexposure", VIDA.names) == 0
    assert score_of(chances, "any blur", VIDA.names) == 0.3
    assert score_of(chances, "any damage", VIDA.names) == 0.4
    assert score_of(chances, "any damage", (*VIDA.names, "A plugin's own")) == 0.9
