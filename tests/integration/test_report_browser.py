"""The report page in headless Chromium, opened as a file, as people open it."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from idetex_plugin.report.page import write_report
from idetex_plugin.words.assessment import Assessment, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import Severity
from tests.made_up import HOSTILE_TEXTS, half_failed, hostile, judged, many, unreadable

pytestmark = pytest.mark.integration


class Visit:
    """One open page, and everything on it that must not have happened."""

    def __init__(self, browser: Any, report: Path, fragment: str = "", **context: Any) -> None:
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}, **context).new_page()
        self.trouble: list[str] = []
        self.page.on("console", lambda message: self.trouble.append(f"console {message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.trouble.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._request)
        self.page.goto(report.as_uri() + fragment)
        self.page.wait_for_selector("#count:not(:empty)")

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.trouble.append(f"request: {request.url}")

    def names(self) -> list[str]:
        return [name.split("/")[-1] for name in self.page.locator(".card .name").evaluate_all(
            "buttons => buttons.map(button => button.title)")]

    def count(self) -> str:
        return str(self.page.locator("#count").text_content())

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.title || document.activeElement.id"))

    def check(self, choice: str) -> None:
        self.page.get_by_role("checkbox", name=choice, exact=False).check()

    def large(self) -> bool:
        return bool(self.page.evaluate("document.getElementById('large').open"))


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    visits: list[Visit] = []

    def start(report: Path, fragment: str = "", **context: Any) -> Visit:
        visits.append(Visit(chromium, report, fragment, **context))
        return visits[-1]

    yield start
    for one in visits:
        one.page.context.close()
        assert one.trouble == []


def _region(name: str, severity: Severity, box: tuple[float, float, float, float]) -> Region:
    x1, y1, x2, y2 = box
    return Region(
        distortion=name, severity=severity, box=Box(x1=x1, y1=y1, x2=x2, y2=y2), confidence=0.8, effect="It shows."
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg", "d.jpg")):
        Image.new("RGB", (1600, 1000), (40 * number, 90, 160)).save(folder / name)
    Image.radial_gradient("L").convert("RGB").resize((600, 400)).save(folder / "turned.jpg", exif=_turned())
    noisy = _region("Noise", Severity.SEVERE, (0.25, 0.25, 0.5, 0.75))
    minor = _region("Noise", Severity.MINOR, (0, 0, 1, 1))
    bright = _region("Overexposure", Severity.SEVERE, (0.6, 0.1, 0.9, 0.4))

    def of(name: str, regions: tuple[Region, ...], size: tuple[int, int] = (1600, 1000)) -> Assessment:
        return judged(str(folder / name), size=size, regions=regions, content_hash=_hash(folder / name))

    run = [
        of("a.jpg", (noisy,)).model_copy(update={"presence": {"Low clarity": 0.01, "Motion blur": 0.2, "Noise": 0.8}}),
        of("b.jpg", (minor, bright)),
        of("c.jpg", ()),
        half_failed(str(folder / "d.jpg"), content_hash=_hash(folder / "d.jpg")),
        of("turned.jpg", (noisy,), (400, 600)),
        judged(str(folder / "gone.jpg"), regions=(bright, bright, bright)),
        unreadable(str(folder / "broken.jpg")),
    ]
    return write_report(run, folder / "report.html")


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def _hash(path: Path) -> str | None:
    from idetex_plugin.photo.load import load_photo

    return load_photo(path).info.sha256


def test_every_photo_is_there_with_its_boxes(visit: Any, small: Path) -> None:
    seen = visit(small)
    assert seen.count() == "7 photos"
    seen.page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert seen.page.locator(".card img").count() == 5
    assert seen.page.locator(".card .missing").count() == 2
    assert seen.page.locator(".card .region").count() == 4
    assert "not there any more" in seen.page.locator(".card", has_text="gone.jpg").locator(".missing").text_content()


@pytest.mark.parametrize(("name", "shape"), [("a.jpg", 1.6), ("turned.jpg", 2 / 3)])
def test_a_box_lies_where_it_was_found(visit: Any, small: Path, name: str, shape: float) -> None:
    seen = visit(small)
    card = seen.page.locator(".card", has_text=name)
    picture, box = card.locator("img").bounding_box(), card.locator(".line").bounding_box()
    assert picture["width"] / picture["height"] == pytest.approx(shape, rel=0.01)
    left, top = (box["x"] - picture["x"]) / picture["width"], (box["y"] - picture["y"]) / picture["height"]
    assert (left, top) == pytest.approx((0.25, 0.25), abs=0.02)
    assert box["width"] / picture["width"] == pytest.approx(0.25, abs=0.03)
    assert box["height"] / picture["height"] == pytest.approx(0.5, abs=0.03)


def test_one_region_must_meet_distortion_and_severity(visit: Any, small: Path) -> None:
    seen = visit(small)
    seen.check("Noise")
    assert sorted(seen.names()) == ["a.jpg", "b.jpg", "turned.jpg"]
    seen.check("Severe")
    assert sorted(seen.names()) == ["a.jpg", "turned.jpg"]
    assert seen.count() == "2 of 7 photos"
    seen.page.get_by_role("button", name="Clear all").click()
    assert seen.count() == "7 photos"


def test_nothing_found_is_not_the_same_as_failed(visit: Any, small: Path) -> None:
    seen = visit(small)
    seen.check("No damage found")
    assert seen.names() == ["c.jpg"]
    seen.page.get_by_role("button", name="Clear all").click()
    seen.page.locator("button.tile").click()
    assert sorted(seen.names()) == ["broken.jpg", "d.jpg"]
    seen.check("Truncated")
    assert seen.names() == ["broken.jpg"]


def test_levels_filter_and_every_choice_tells_its_number(visit: Any, small: Path) -> None:
    seen = visit(small)
    for box in seen.page.locator("#filters input[type=checkbox]").all():
        label = box.locator("xpath=..")
        told = int(label.locator(".number").text_content())
        box.check()
        assert seen.page.locator(".card").count() == told, label.text_content()
        box.uncheck()


def test_search_looks_into_names_and_texts(visit: Any, small: Path) -> None:
    seen = visit(small)
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("GONE.JPG over")
    assert seen.names() == ["gone.jpg"]
    seen.page.keyboard.press("Enter")
    assert seen.focused().endswith("gone.jpg")
    seen.page.locator("#search").fill("no such thing")
    assert seen.page.locator("#nothing").is_visible()


@pytest.mark.parametrize(
    ("order", "first"), [("name", "a.jpg"), ("regions", "gone.jpg"), ("run", "a.jpg"), ("severity", "gone.jpg")]
)
def test_orders(visit: Any, small: Path, order: str, first: str) -> None:
    seen = visit(small)
    seen.page.locator("#sort").select_option(order)
    assert seen.names()[0] == first


def test_photos_without_a_score_come_last(visit: Any, small: Path) -> None:
    seen = visit(small)
    for order in ("score-up", "score-down"):
        seen.page.locator("#sort").select_option(order)
        assert seen.names()[-1] == "broken.jpg"


def test_the_keyboard_is_enough(visit: Any, small: Path) -> None:
    seen = visit(small)
    keys = seen.page.keyboard
    seen.page.locator("#sort").select_option("name")
    seen.page.locator("#sort").blur()
    keys.press("j")
    assert seen.focused().endswith("b.jpg")
    keys.press("ArrowRight")
    keys.press("k")
    keys.press("Enter")
    assert seen.large()
    assert seen.page.locator("#large-name").text_content().endswith("b.jpg")
    assert seen.page.evaluate("location.hash") == "#photo-2"
    keys.press("j")
    assert seen.page.locator("#large-name").text_content().endswith("broken.jpg")
    keys.press("k")
    seen.page.wait_for_selector("#large-zoom:enabled")
    keys.press("z")
    assert seen.page.locator("#large-stage.actual").count() == 1
    keys.press("b")
    assert not seen.page.locator("#large-stage .boxes").is_visible()
    keys.press("b")
    keys.press("Escape")
    assert not seen.large()
    assert seen.focused().endswith("b.jpg")
    keys.press("End")
    assert seen.focused().endswith("turned.jpg")
    keys.press("?")
    assert seen.page.locator("#help").is_visible()
    keys.press("Escape")
    assert not seen.page.locator("#help").is_visible()


def test_pointing_at_a_region_tells_type_severity_and_confidence(visit: Any, small: Path) -> None:
    seen = visit(small, "#photo-1")
    assert seen.large()
    region = seen.page.locator("#large-stage .region")
    region.locator(".line").hover()
    assert seen.page.locator("#tip").inner_text().split("\n") == ["Noise", "Severe · confidence 80 %", "It shows."]
    assert seen.page.locator("#large-panel .item.pointed").count() == 1
    seen.page.mouse.move(5, 5)
    assert not seen.page.locator("#tip").is_visible()
    region.focus()
    assert seen.page.locator("#tip").is_visible()
    assert region.get_attribute("aria-label") == "Region 1: Noise, Severe, confidence 80 %"


def test_the_large_view_tells_everything(visit: Any, small: Path) -> None:
    seen = visit(small, "#photo-4")
    told = seen.page.locator("#large-panel").inner_text().lower()
    for word in ("grounding failed: unparseable", "half a box", "perception ok", "which of", "as written", "sha-256"):
        assert word in told
    seen.page.wait_for_function("document.querySelector('#large-stage img').naturalWidth === 1600")


def test_the_large_view_tells_what_may_be_there_and_what_of_it_is_reported(visit: Any, small: Path) -> None:
    seen = visit(small, "#photo-1")
    shares = seen.page.locator("#large-panel section", has_text="How probable each type is").locator("li")
    assert shares.all_inner_texts() == ["✓Noise\n(reported)\n80 %", "Motion blur\n20 %"]
    other = visit(small, "#photo-2")
    assert other.page.locator("#large-panel section", has_text="How probable each type is").count() == 0


@pytest.mark.parametrize("self_contained", [False, True])
def test_a_page_can_move(visit: Any, small: Path, tmp_path: Path, self_contained: bool) -> None:
    photo = small.with_name("a.jpg")
    page = write_report(
        [judged(str(photo), size=(1600, 1000), content_hash=_hash(photo))], tmp_path / "here" / "page.html",
        self_contained=self_contained,
    )
    (tmp_path / "here").rename(tmp_path / "far away")
    seen = visit(tmp_path / "far away" / page.name)
    seen.page.wait_for_function("document.images[0].naturalWidth === 512")


def test_hostile_texts_stay_texts(visit: Any, tmp_path: Path) -> None:
    canary = "</script><script>document.title='canary'</script><img src=x onerror=\"document.title='canary'\">"
    texts = (*HOSTILE_TEXTS, canary)
    run = map(hostile, texts)
    seen = visit(write_report(run, tmp_path / "report.html", photos=lambda _: None, title="fine"))
    assert seen.count() == f"{len(texts)} photos"
    for number in range(1, len(texts) + 1):
        seen.page.evaluate(f"location.hash = '#photo-{number}'")
        seen.page.reload()
        assert seen.large()
        assert seen.page.locator("img, svg, script[src], iframe").count() == 0
    assert seen.page.title() == "fine"
    assert "\u202e" not in seen.page.locator("body").inner_text()


def test_the_policy_stops_what_would_get_through(chromium: Any, small: Path) -> None:
    page = chromium.new_page()
    page.goto(small.as_uri())
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        blocked = page.evaluate("""port => new Promise(resolve => {
            const blocked = [];
            document.addEventListener("securitypolicyviolation", event => {
                blocked.push(event.effectiveDirective);
                if (blocked.length === 2) resolve(blocked.sort());
            });
            try { document.body.innerHTML += "x"; } catch (error) { /* the violation tells */ }
            document.createElement("img").src = `http://127.0.0.1:${port}/canary.png`;
            setTimeout(() => resolve(blocked.sort()), 3000);
        })""", elsewhere.getsockname()[1])
        page.close()
        elsewhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert blocked == ["img-src", "require-trusted-types-for"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_contrast_with_their_ground(visit: Any, small: Path, scheme: str) -> None:
    seen = visit(small, color_scheme=scheme)
    ratios = seen.page.evaluate("""() => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        const rgba = colour => {
            canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = element => {
            for (let at = element; at; at = at.parentElement) {
                const colour = rgba(getComputedStyle(at).backgroundColor);
                if (colour[3] === 255) return colour;
            }
            return rgba("Canvas");
        };
        const low = [];
        for (const element of document.querySelectorAll("body *:not(svg *)")) {
            const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
            if (!own || !element.checkVisibility() || element.closest(".none, .hidden, script, noscript")) continue;
            const [one, two] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
            const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
            if (ratio < 4.5) low.push([element.className, element.textContent, ratio]);
        }
        return low;
    }""")
    assert ratios == []


def test_a_narrow_window_needs_no_sideways_scrolling(visit: Any, small: Path) -> None:
    seen = visit(small)
    seen.page.set_viewport_size({"width": 360, "height": 700})
    seen.page.wait_for_function("innerWidth === 360")
    seen.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    seen.page.locator("#filters-toggle").click()
    seen.check("Noise")
    seen.page.keyboard.press("Escape")
    assert not seen.page.locator("#filters").is_visible()
    assert seen.count() == "3 of 7 photos"


def test_five_thousand_photos_are_usable(visit: Any, tmp_path: Path) -> None:
    seen = visit(write_report(many(5000), tmp_path / "report.html", photos=lambda _: None))
    assert seen.count() == "5,000 photos"
    seen.page.keyboard.press("End")
    seen.page.wait_for_function("document.activeElement.closest('.card').ariaPosInSet === '5000'")
    assert seen.page.evaluate("document.activeElement.closest('.card').getBoundingClientRect().bottom <= innerHeight")
    assert seen.page.locator(".card").count() < 100
    spent = seen.page.evaluate("""() => {
        const start = performance.now();
        document.querySelector('[data-value="Noise"]').click();
        document.body.offsetHeight;
        return performance.now() - start;
    }""")
    assert spent < 2000
    assert seen.count().endswith("of 5,000 photos")


def test_the_head_names_engines_that_were_asked_and_no_missing_one(visit: Any, tmp_path: Path) -> None:
    unread = unreadable("broken.jpg").model_copy(update={"engine": ""})
    asked = judged("fine.jpg")
    none = visit(write_report([unread], tmp_path / "none.html")).page.locator("#judge").inner_text()
    some = visit(write_report([unread, asked], tmp_path / "some.html")).page.locator("#judge").inner_text()
    assert " on (" not in none and f"{unread.model} (" in none
    assert f"{asked.model} on {asked.engine} (" in some and some.count("(") == 1


def test_a_backslash_in_a_name_is_a_part_of_it_but_in_a_path_of_windows(visit: Any, tmp_path: Path) -> None:
    names = {r"in/\u003cb.jpg": r"\u003cb.jpg", r"C:\photos\c.jpg": "c.jpg", r"\\host\share\d.jpg": "d.jpg"}
    cards = visit(write_report([judged(name) for name in names], tmp_path / "names.html")).page.locator(".card .name")
    assert sorted(text.splitlines()[0] for text in cards.all_inner_texts()) == sorted(names.values())


def test_measures_sort_and_filter(visit: Any, tmp_path: Path) -> None:
    def measured(name: str, **values: float) -> Assessment:
        return judged(name, regions=()).model_copy(update={"measures": values})

    rows = [measured("a", noise=3, entropy=7), measured("b", noise=1, entropy=6), measured("c", noise=2), measured("d")]
    one = visit(write_report(rows, tmp_path / "report.html"))
    sort = one.page.locator("#sort")
    sort.select_option("measure-noise-down")
    assert one.names() == ["a", "c", "b", "d"]
    sort.select_option("measure-noise-up")
    assert one.names() == ["b", "c", "a", "d"]
    assert one.page.locator("#sort option[value^='measure-aspect']").count() == 0
    one.page.get_by_text("Measures", exact=True).first.click()
    least, most = (one.page.get_by_label(f"Noise, {end}") for end in ("least", "most"))
    assert (least.get_attribute("placeholder"), most.get_attribute("placeholder")) == ("1", "3")
    least.fill("1.5")
    least.press("Tab")
    assert (one.names(), one.count()) == (["c", "a"], "2 of 4 photos")
    most.fill("2.5")
    most.press("Tab")
    assert one.names() == ["c"]
    one.page.get_by_role("button", name="Remove the filter Noise 1.5 to 2.5").click()
    assert (one.count(), least.input_value(), most.input_value()) == ("4 photos", "", "")
    one.page.locator(".card").first.click()
    assert "Entropy6 bits" in one.page.locator("#large-panel").text_content()


def test_photos_of_the_same_content_are_found_together(visit: Any, tmp_path: Path) -> None:
    contents = {"a": "1", "b": "2", "c": "1", "d": "3", "e": "2"}
    rows = [judged(name, regions=(), content_hash=content) for name, content in contents.items()]
    one = visit(write_report(rows, tmp_path / "report.html"))
    one.page.locator("#sort").select_option("copies")
    assert one.names() == ["a", "c", "b", "e", "d"]
    one.check("Same content as another")
    assert one.names() == ["a", "c", "b", "e"]
    one.page.locator(".card").first.click()
    assert "Same content asc" in one.page.locator("#large-panel").text_content()
    alone = visit(write_report(rows[:2], tmp_path / "alone.html"))
    assert alone.page.get_by_text("Duplicates").count() == 0
    assert alone.page.locator("#sort option[value=copies]").count() == 0
