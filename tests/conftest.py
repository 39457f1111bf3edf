"""Settings all tests share."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# kernels compile on first use, so no example has a deadline; the same examples each time keep a
# failure from coming and going
settings.register_profile("evdisc", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("evdisc")


@pytest.fixture
def browser_page():
    """A page of a real browser; ``problems`` lists what its console complained of."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    with sync_api.sync_playwright() as playwright:
        bundled = Path(playwright.chromium.executable_path)
        if not (bundled.exists() or system):
            pytest.skip("no browser: run `playwright install chromium`")
        browser = playwright.chromium.launch(
            executable_path=None if bundled.exists() else system, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        browser.close()
