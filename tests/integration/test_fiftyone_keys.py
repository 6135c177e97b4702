"""The keys of the review panel in a real browser, before a panel that answers when the test says so."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]
PANEL = """
const { desk } = window.idetexKeys;
window.calls = [];
window.log = [];
window.state = { turn: 1, press: "", photo: "first", region: 1 };
const send = (operator, params, done) => window.calls.push({ operator, params, done });
const does = (operator) => ({ operator, params: { photo: state.photo, region: state.region } });
window.draw = (drawn = state) => desk.show({
  ...drawn, letters: "ARNUJ", free: "U", redraw: "redraw",
  keys: { A: does("accept"), R: does("reject"), N: does("finish"), U: does("undo") },
}, send);
window.answer = (error = "") => {
  const { operator, params, done } = calls.shift();
  if (operator === "redraw") { draw(); return done(""); }
  if (error) return done(error);
  log.push(`${operator} ${params.photo} ${params.region}`);
  state = operator === "finish" ? { ...state, photo: "second", region: 1 } : { ...state, region: state.region + 1 };
  state = { ...state, turn: state.turn + 1, press: params.press };
  draw();
  done("");
};
draw();
"""


class Panel:
    """A page with the script of the keys, and a panel that has drawn the first of two photos."""

    def __init__(self, page: Any) -> None:
        from idetex_fiftyone.app.installation import SHIM

        self.page = page
        page.set_content('<button>Accept \u00b7 A</button><input><div id="list" role="listbox" hidden>x</div>')
        page.add_script_tag(path=str(Path(SHIM) / "keys.js"))
        page.add_script_tag(content=PANEL)

    def press(self, keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def answer(self, times: int = 1, error: str = "") -> None:
        for _ in range(times):
            self.page.evaluate("error => answer(error)", error)

    @property
    def waiting(self) -> int:
        """Events that were sent and are not answered."""
        return int(self.page.evaluate("calls.length"))

    @property
    def log(self) -> list[str]:
        """Events that were answered."""
        return list(self.page.evaluate("log"))

    @property
    def words(self) -> str:
        return str(self.page.evaluate("window.idetexKeys.desk.words"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])


@pytest.fixture
def panel(browser: Any) -> Panel:
    return Panel(browser.new_page())


def test_keys_that_are_pressed_while_one_is_at_work_follow_in_order(panel: Panel) -> None:
    panel.press("ara")
    assert panel.waiting == 1
    panel.answer(3)
    assert panel.log == ["accept first 1", "reject first 2", "accept first 3"]
    assert (panel.waiting, panel.words) == (0, "")


def test_keys_meant_for_a_photo_that_is_gone_are_refused_aloud_and_undo_is_not(panel: Panel) -> None:
    panel.press("naru")
    panel.answer(2)
    assert panel.log == ["finish first 1", "undo second 1"]
    assert panel.waiting == 0
    assert panel.words == "Not used: A R (another photo came first)"
    panel.press("a")
    panel.answer()
    assert (panel.log[-1], panel.words) == ("accept second 2", "")


def test_what_waits_behind_a_failure_is_refused_aloud(panel: Panel) -> None:
    panel.press("ar")
    panel.answer(error="the database is away")
    assert (panel.log, panel.waiting) == ([], 0)
    assert panel.words == "Not used: A R (the database is away)"
    panel.press("a")
    panel.answer()
    assert panel.log == ["accept first 1"]


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "first try lost"])
def test_a_drawing_that_comes_late_is_drawn_anew_before_a_key_is_used(panel: Panel, lost: bool) -> None:
    old = panel.page.evaluate("({ ...state })")
    panel.press("a")
    panel.answer()
    panel.page.evaluate("old => draw(old)", old)
    panel.press("r")
    if lost:
        panel.page.evaluate("calls.splice(0)")
        panel.page.wait_for_function("calls.length")
    assert panel.page.evaluate("calls.map((each) => each.operator)") == ["redraw"]
    panel.answer()
    panel.page.wait_for_function("calls.length")
    panel.answer()
    assert panel.log == ["accept first 1", "reject first 2"]


def test_a_key_that_is_pressed_while_a_late_drawing_shows_is_for_the_photo_that_came_before_it(panel: Panel) -> None:
    old = panel.page.evaluate("({ ...state })")
    panel.press("n")
    panel.answer()
    panel.page.evaluate("old => draw(old)", old)
    panel.press("a")
    panel.page.locator("button").click()
    panel.answer()
    panel.page.wait_for_function("calls.length")
    panel.answer()
    assert panel.log == ["finish first 1", "accept second 1"]
    assert panel.words == "Not used: A (another photo came first)"


def test_a_second_click_is_not_taken_for_the_next_region(panel: Panel) -> None:
    panel.page.locator("button").dblclick()
    panel.answer()
    assert (panel.log, panel.waiting) == (["accept first 1"], 0)
    assert panel.words == "Not used: A (another answer came first)"


def test_a_key_without_use_is_answered_and_letters_of_nobody_are_not(panel: Panel) -> None:
    panel.press("xj")
    assert panel.words == "Not used: J (there is nothing to do for it here)"
    assert panel.waiting == 0


def test_keys_belong_to_what_is_typed_and_to_open_lists(panel: Panel) -> None:
    panel.page.locator("input").click()
    panel.press("a")
    assert (panel.page.locator("input").input_value(), panel.waiting) == ("a", 0)
    panel.page.evaluate("document.activeElement.blur(); document.querySelector('#list').hidden = false")
    panel.press("a")
    assert (panel.waiting, panel.words) == (0, "")


def test_keys_wait_for_what_was_chosen_from_a_list(panel: Panel) -> None:
    panel.page.evaluate("document.querySelector('#list').outerHTML = '<ul role=listbox><li role=option>x</li></ul>'")
    panel.page.locator("li").click()
    panel.press("a")
    panel.page.evaluate("document.querySelector('ul').remove()")
    assert panel.waiting == 0
    panel.page.evaluate("state = { ...state, turn: state.turn + 1, region: 7 }; draw()")
    panel.answer()
    assert (panel.log, panel.words) == (["accept first 7"], "")


def test_a_choice_that_changes_nothing_holds_no_key_for_long(panel: Panel) -> None:
    panel.page.evaluate("window.idetexKeys.desk.hold()")
    panel.press("a")
    panel.page.wait_for_function("calls.length")
    panel.answer()
    assert panel.log == ["accept first 1"]


def test_a_closed_panel_uses_no_key(panel: Panel) -> None:
    panel.press("a")
    panel.page.evaluate("window.idetexKeys.desk.leave()")
    panel.press("r")
    assert panel.waiting == 1
