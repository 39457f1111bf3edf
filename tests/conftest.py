"""Settings all tests share."""

import os
import shutil

import pytest
from hypothesis import settings

# kernels compile on first use, so no example has a deadline; the same examples each time keep a
# failure from coming and going
settings.register_profile("evdisc", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("evdisc")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def browser_page():
    """A page of a real browser; ``problems`` lists what its console complained of."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_ARGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        browser.close()


def chromium() -> str:
    """Path of a browser; without one a test skips, and fails where CI says it must be there."""
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [named or "", *BROWSERS])), None)
    if found is None:
        words = "no browser: `make browser` installs Chromium, or name one in CHROMIUM"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(words)
    return str(found)
