"""What the plugin's scripts do in the App's page besides keys, in a real browser, on pages made for it."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]
ADDRESS = "http://app.invalid/"
PHOTO = """
<div data-cy="modal" style="padding: 50px">
  <div data-cy="annotation-save-state" data-settled="true"></div>
  <button data-cy="nav-right-button">next</button><button data-cy="undo-button">undo</button><input>
  <div id="list" role="listbox" hidden>x</div>
</div>
<script>
window.seen = [];
for (const type of ["keydown", "click"])
  document.addEventListener(type, (event) => seen.push(event.key || event.target.dataset.cy));
window.settle = (yes) => { document.querySelector("[data-settled]").dataset.settled = yes; };
</script>
"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of an address of its own, whose requests are answered here."""
    context = chromium.new_context()
    context.route("**/*", lambda route: route.fulfill(body=PHOTO, content_type="text/html"))
    made = context.new_page()
    load(made)
    yield made
    context.close()


def load(page: Any, script: str = "annotate.js") -> None:
    from idetex_fiftyone.app.installation import SHIM

    page.goto(ADDRESS)
    page.add_script_tag(path=str(SHIM / script))


def seen(page: Any) -> list[str]:
    return list(page.evaluate("seen"))


def test_a_photo_is_left_once_all_is_saved(page: Any) -> None:
    page.evaluate("settle(false)")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    assert seen(page) == []
    page.evaluate("settle(true)")
    page.wait_for_function("seen.length")
    page.keyboard.press("ArrowRight")
    assert seen(page) == ["Escape", "ArrowRight"]


@pytest.mark.parametrize("place", ["nav-right-button", "modal"])
def test_clicks_that_leave_it_wait_as_well(page: Any, place: str) -> None:
    page.evaluate("settle(false)")
    page.locator(f'[data-cy="{place}"]').click(position={"x": 5, "y": 5})
    page.locator('[data-cy="undo-button"]').click()
    assert seen(page) == ["undo-button"]
    page.evaluate("settle(true)")
    page.wait_for_function("seen.length == 2")
    assert seen(page)[1] == place


def test_keys_that_do_not_leave_it_do_not_wait(page: Any) -> None:
    page.evaluate("settle(false)")
    page.locator("input").press("ArrowLeft")
    page.evaluate("document.querySelector('#list').hidden = false")
    page.keyboard.press("Escape")
    assert seen(page) == ["ArrowLeft", "Escape"]


def test_every_window_has_its_own_name_and_a_new_one_starts_with_the_last(page: Any) -> None:
    load(page, "reviewer.js")
    assert page.evaluate("idetexReviewer.name()") == ""
    page.evaluate("idetexReviewer.keep(' Anna ')")
    other = page.context.new_page()
    load(other, "reviewer.js")
    assert other.evaluate("idetexReviewer.name()") == "Anna"
    other.evaluate("idetexReviewer.keep('Bert')")
    load(page, "reviewer.js")
    assert page.evaluate("idetexReviewer.name()") == "Anna"
    other.evaluate("idetexReviewer.keep('')")
    load(other, "reviewer.js")
    assert other.evaluate("idetexReviewer.name()") == ""


def test_what_the_plugin_is_asked_carries_the_name_and_nothing_else_does(page: Any) -> None:
    load(page, "reviewer.js")
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data_json))

    def ask(operator: str, path: str = "operators/execute") -> Any:
        body = {"operator_uri": operator, "params": {"run": "idetex", "@idetex/idetex/": 1}}
        page.evaluate(
            "([path, body]) => fetch(path, { method: 'POST', body: JSON.stringify(body) })", [ADDRESS + path, body]
        )
        return sent[-1]["params"].get("reviewer")

    assert ask("@idetex/idetex/idetex_review") is None
    page.evaluate("idetexReviewer.keep('Anna')")
    assert ask("@idetex/idetex/idetex_review") == "Anna"
    assert sent[-1]["params"]["run"] == "idetex"
    assert ask("@voxel51/operators/get_label_schemas") is None
    assert ask("@idetex/idetex/idetex_review", "aggregate") is None
