"""Take the picture of a report page that the documentation shows.

    python docs/make_screenshot.py run/report.html docs/images/report.png [--photo 3] [--dark]

Needs playwright (pip install playwright) and Chromium (apt-get install --no-install-recommends chromium).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    """Open the page, or the large view of one of its photos, and save what a window of 1440 x 900 shows."""
    parser = argparse.ArgumentParser(description="Take the picture of a report page.")
    parser.add_argument("page", type=Path, help="the report's HTML file")
    parser.add_argument("out", type=Path, help="the PNG file to write")
    parser.add_argument("--photo", type=int, help="open the large view of this photo of the run, counted from 1")
    parser.add_argument("--dark", action="store_true", help="as with a dark desktop")
    parser.add_argument("--size", type=int, nargs=2, default=(1440, 900), metavar=("WIDTH", "HEIGHT"))
    chosen = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("Chromium is missing: apt-get install --no-install-recommends chromium")
    fragment = f"#photo-{chosen.photo}" if chosen.photo else ""
    take(browser, chosen.page.resolve().as_uri() + fragment, chosen.out, tuple(chosen.size), chosen.dark)
    print(chosen.out)


def take(browser: str, address: str, out: Path, size: tuple[int, int], dark: bool) -> None:
    """Save the page as PNG once every picture in sight has loaded."""
    from playwright.sync_api import sync_playwright

    out.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = running.new_page(
            viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
        )
        page.goto(address)
        page.wait_for_selector("#count:not(:empty)")
        page.wait_for_function("[...document.images].every(image => image.complete)")
        page.wait_for_timeout(500)
        page.screenshot(path=str(out))
        running.close()


if __name__ == "__main__":
    main()
