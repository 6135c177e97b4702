import base64
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.photo.load import load_photo
from idetex_plugin.report.page import write_report
from idetex_plugin.report.pictures import Pictures, ShownPhoto
from tests.made_up import judged, unreadable


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a photo #1?.jpg"
    path.parent.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.linear_gradient("L").convert("RGB").resize((900, 600)).save(path, exif=exif)
    return path


def picture(path: Path, tmp_path: Path, **options: object) -> ShownPhoto:
    (tmp_path / "files").mkdir(exist_ok=True)
    settings = {"folder": tmp_path / "files", "size": 300, "link_originals": True} | options
    pictures = Pictures(lambda info: info.name, tmp_path / "report.html", **settings)
    content_hash = load_photo(path).info.sha256 if path.exists() else None
    return pictures(judged(str(path), size=(600, 900), content_hash=content_hash))


def test_a_thumbnail_is_upright_and_small(photo: Path, tmp_path: Path) -> None:
    made = picture(photo, tmp_path)
    assert (made.width, made.height) == (600, 900)
    assert made.thumbnail is not None
    with Image.open(tmp_path / made.thumbnail) as thumbnail:
        assert thumbnail.size == (200, 300)
        assert 0x0112 not in thumbnail.getexif()


def test_the_noisiest_of_photos_has_a_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 500, 3), np.uint8)).save(path)
    made = picture(path, tmp_path, size=500)
    with Image.open(tmp_path / str(made.thumbnail)) as thumbnail:
        assert thumbnail.size == (500, 400)


def test_a_thumbnail_that_cannot_be_coded_is_said(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise OSError("encoder error -2")

    monkeypatch.setattr(Image.Image, "save", refuse)
    assert picture(photo, tmp_path).missing == "No thumbnail of it can be made: encoder error -2"


def test_links_are_relative_and_quoted(photo: Path, tmp_path: Path) -> None:
    made = picture(photo, tmp_path)
    assert made.original == "in/a%20photo%20%231%3F.jpg"
    assert made.thumbnail is not None
    assert made.thumbnail.startswith("files/")
    assert picture(photo, tmp_path, link_originals=False).original is None


@pytest.mark.parametrize(
    ("kind", "notes", "linked"),
    [("JPEG", ("turned upright",), True), ("PNG", (), True), ("PNG", ("16-bit gray",), False), ("TIFF", (), False)],
)
def test_only_what_browsers_show_alike_is_linked(
    photo: Path, tmp_path: Path, kind: str, notes: tuple[str, ...], linked: bool
) -> None:
    (tmp_path / "files").mkdir()
    pictures = Pictures(lambda info: info.name, tmp_path / "report.html", tmp_path / "files", 300, True)
    whole = judged(str(photo), content_hash=load_photo(photo).info.sha256)
    info = whole.photo.model_copy(update={"format": kind, "notes": notes})
    assert (pictures(whole.model_copy(update={"photo": info})).original is not None) == linked


def test_a_name_in_no_encoding_is_linked(photo: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(photo.parent) + b"/\xff\xfe.jpg")
    photo.rename(odd)
    (tmp_path / "files").mkdir()
    pictures = Pictures(lambda _: odd, tmp_path / "report.html", tmp_path / "files", 300, True)
    assert pictures(judged("in/��.jpg", content_hash=load_photo(odd).info.sha256)).original == "in/%FF%FE.jpg"


def test_a_photo_is_never_enlarged(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "tiny.png")
    made = picture(tmp_path / "tiny.png", tmp_path, folder=None)
    assert made.jpeg is not None
    (tmp_path / "tiny.jpg").write_bytes(made.jpeg)
    with Image.open(tmp_path / "tiny.jpg") as thumbnail:
        assert thumbnail.size == (40, 30)


def test_a_missing_original_is_said(tmp_path: Path) -> None:
    made = picture(tmp_path / "gone.jpg", tmp_path)
    assert (made.thumbnail, made.original) == (None, None)
    assert made.missing == "The original is not there any more."


def test_a_changed_original_is_not_shown_with_old_boxes(photo: Path, tmp_path: Path) -> None:
    before = load_photo(photo).info.sha256
    Image.new("RGB", (600, 900), "red").save(photo)
    (tmp_path / "files").mkdir()
    pictures = Pictures(lambda info: info.name, tmp_path / "report.html", tmp_path / "files", 300, True)
    made = pictures(judged(str(photo), content_hash=before))
    assert made.missing == "The file has changed since it was assessed."


def test_a_broken_original_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "files").mkdir()
    pictures = Pictures(lambda info: info.name, tmp_path / "report.html", tmp_path / "files", 300, True)
    made = pictures(judged(str(path)))
    assert made.thumbnail is None
    assert made.missing


def test_a_photo_that_failed_is_not_opened(tmp_path: Path) -> None:
    def photos(_: object) -> str:
        raise AssertionError("opened")

    made = Pictures(photos, tmp_path / "report.html", None, 300, True)(unreadable("a.jpg"))
    assert made.missing == "The file ends early."


def test_a_thumbnail_is_made_once_and_outlives_the_original(photo: Path, tmp_path: Path) -> None:
    content_hash = load_photo(photo).info.sha256
    run = [judged(str(photo), size=(600, 900), content_hash=content_hash)]
    page = write_report(run, tmp_path / "report.html")
    thumbnail = next((tmp_path / "report_files").iterdir())
    made = thumbnail.stat().st_mtime_ns
    before = page.read_bytes()
    assert write_report(run, page).read_bytes() == before
    assert thumbnail.stat().st_mtime_ns == made
    photo.unlink()
    text = write_report(run, page).read_text("utf-8")
    assert thumbnail.name in text
    assert '"original":null' in text


def test_a_thumbnail_stands_in_for_an_original_that_changed(photo: Path, tmp_path: Path) -> None:
    run = [judged(str(photo), size=(600, 900), content_hash=load_photo(photo).info.sha256)]
    page = write_report(run, tmp_path / "report.html")
    thumbnail = next((tmp_path / "report_files").iterdir())
    before = thumbnail.read_bytes()
    Image.new("RGB", (600, 900), "red").save(photo)
    os.utime(photo, (2e9, 2e9))
    text = write_report(run, page).read_text("utf-8")
    assert thumbnail.name in text
    assert '"original":null' in text
    assert thumbnail.read_bytes() == before


def test_the_same_content_twice_is_one_thumbnail(photo: Path, tmp_path: Path) -> None:
    content_hash = load_photo(photo).info.sha256
    twins = [judged(str(photo), content_hash=content_hash) for _ in range(40)]
    page = write_report(twins, tmp_path / "report.html", workers=8)
    assert [entry.suffix for entry in (tmp_path / "report_files").iterdir()] == [".jpg"]
    assert "original is not there" not in page.read_text("utf-8")


def test_a_self_contained_page_holds_the_pixels(photo: Path, tmp_path: Path) -> None:
    run = [judged(str(photo), content_hash=load_photo(photo).info.sha256)]
    text = write_report(run, tmp_path / "out" / "page.html", self_contained=True).read_text("utf-8")
    embedded = text.split('id="pixels-1">')[1].split("<")[0]
    assert base64.b64decode(embedded, validate=True).startswith(b"\xff\xd8")
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["page.html"]
    assert '"original":null' in text
