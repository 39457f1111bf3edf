"""Each view in a real browser, as a newcomer uses it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from served import COMMAND, SMALL, Served, environment

pytestmark = pytest.mark.slow
LONG = 120_000
VIEWS = ("/", "/atlas", "/design", "/runs", "/compare", "/data", "/planning")


@pytest.fixture
def page(browser_page, lab):
    """A page that asks nobody else, and whose console is silent."""
    asked = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("console", lambda told: browser_page.problems.append(told.text)
                    if told.type == "error" else None)  # fmt: skip
    browser_page.set_default_timeout(30_000)
    yield browser_page
    inside = (lab.base, lab.base.replace("http", "ws"), "data:", "blob:", "about:")
    assert [url for url in asked if not url.startswith(inside)] == []
    assert browser_page.problems == []


def protocol(page):
    return page.get_by_label("Protocol (YAML)")


def design(page, lab, text=SMALL):
    """Open the design with a small study."""
    page.goto(lab.base + "/design")
    page.wait_for_selector("text=Valid protocol")
    protocol(page).fill(text)
    page.wait_for_selector("text=Valid protocol; 2 members")


def run(page):
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/result/*")
    return page.url.rpartition("/")[2]


def finished(page):
    page.wait_for_selector("h2:has-text('How far to trust it')", timeout=LONG)


def opened(page, lab, view):
    """Open a view; that of a result with a run of its own."""
    if view == "/result":
        design(page, lab)
        run(page)
        finished(page)
    else:
        page.goto(lab.base + view)
        page.wait_for_selector("h1")


@pytest.mark.parametrize("view", VIEWS)
def test_views_open_in_time(page, lab, view):
    page.goto(lab.base + view)
    # the heading may be in the page before the browser has noted that it painted it
    painted = "performance.getEntriesByName('first-contentful-paint')"
    page.wait_for_function(f"{painted}.length > 0")
    assert page.evaluate(f"{painted}[0].startTime / 1000") < 2.0


def test_a_field_and_the_text_follow_each_other(page, lab):
    design(page, lab)
    page.get_by_label("carrier").first.select_option("GelMA")
    page.wait_for_function("[...document.querySelectorAll('textarea')].some("
                           "t => t.value.includes('carrier: GelMA'))")  # fmt: skip
    text = protocol(page).input_value()
    assert "# no gel" in text
    assert "# vesicles in one injection (assumed)" in text
    protocol(page).fill(text.replace("volume: 2 uL", "volume: 3 uL"))
    page.wait_for_function("[...document.querySelectorAll('input')].some(i => i.value == '3 uL')")


def test_blocks_come_and_go(page, lab):
    design(page, lab)
    page.get_by_text("Insult", exact=True).click()
    page.get_by_label("cell loss: sudden loss of cells").check()
    page.wait_for_function("document.querySelector('textarea').value.includes('cell_loss:')")
    page.wait_for_selector("text=Valid protocol")
    page.get_by_label("cell loss: sudden loss of cells").uncheck()
    page.wait_for_function("!document.querySelector('textarea').value.includes('cell_loss:')")
    page.get_by_role("button", name="Add to cargo").click()
    page.get_by_role("button", name="Remove cargo 2").wait_for()


def test_bad_protocol_is_told_at_its_field_and_starts_nothing(page, lab):
    design(page, lab)
    protocol(page).fill(SMALL.replace("1e8 particles", "1e8 partcles"))
    page.wait_for_selector("text=did you mean 'particles'")
    field = page.get_by_label("dose (needed)")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.get_by_role("button", name="Run", exact=True).is_disabled()
    protocol(page).fill("evdisc: [1\nkind")
    page.wait_for_selector(".fault")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("text=did you mean 'particles'")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("text=Valid protocol")


def test_nothing_is_lost_on_reload(page, lab):
    design(page, lab)
    protocol(page).fill(SMALL.replace("title: modelled", "title: my own, modelled"))
    page.wait_for_timeout(1500)
    page.reload()
    page.wait_for_selector("text=Valid protocol")
    assert "my own, modelled" in protocol(page).input_value()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("!document.querySelector('textarea').value.includes('my own')")


def test_dose_table_follows_the_design(page, lab):
    design(page, lab)
    page.wait_for_selector("text=vesicles taken up per cell", timeout=LONG)
    before = page.locator(".aside").inner_text()
    field = page.get_by_label("dose (needed)")
    field.fill("1e11 particles")
    field.press("Tab")
    page.wait_for_selector("text=computing")
    page.wait_for_selector("text=vesicles taken up per cell", timeout=LONG)
    assert page.locator(".aside").inner_text() != before


def test_newcomer_changes_the_carrier_and_the_command_line_agrees(page, lab, tmp_path):
    design(page, lab)
    page.get_by_label("carrier").first.select_option("thermosensitive gel")
    page.wait_for_function("document.querySelector('textarea').value.includes('thermosensitive')")
    page.wait_for_selector("text=Valid protocol")
    run(page)
    finished(page)
    assert "differs from the untreated one" in page.locator(".lead").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Protocol").click()
    download.value.save_as(tmp_path / "taken.yaml")
    with page.expect_download() as numbers:
        page.get_by_role("link", name="Numbers (JSON)").click()
    numbers.value.save_as(tmp_path / "result.json")
    subprocess.run([sys.executable, "-c", COMMAND, "run", "taken.yaml", "--out", "again"],
                   cwd=tmp_path, env=environment(), check=True, capture_output=True)  # fmt: skip
    again = (tmp_path / "again" / "result.json").read_bytes()
    assert again == (tmp_path / "result.json").read_bytes()
    assert "thermosensitive" in (tmp_path / "taken.yaml").read_text("utf-8")


def test_result_can_be_looked_into(page, lab):
    design(page, lab)
    run(page)
    finished(page)
    assert page.locator(".js-plotly-plot svg.main-svg").count() > 6
    slider = page.locator("input[type=range]")
    slider.focus()
    before = page.locator(".slider label").inner_text()
    slider.press("ArrowLeft")
    page.wait_for_function(f"document.querySelector('.slider label').innerText != {before!r}")
    assert int(slider.get_attribute("max")) >= 3
    with page.expect_download() as got:
        page.get_by_role("link", name=re.compile("data of GAG")).click()
    assert got.value.path().read_text().startswith("hypothesis,arm,time_d")
    page.get_by_label("Draw another read-out").select_option("water content")
    page.wait_for_selector("h3:has-text('water content')")
    why = page.get_by_label("Why did this move?")
    why.fill("MMP31")
    why.press("Tab")
    page.wait_for_selector("text=did you mean 'MMP3'", timeout=LONG)
    why.fill("MMP13")
    why.press("Tab")
    page.wait_for_selector("text=/MMP13 rose in .* in the NP against untreated/", timeout=LONG)


def test_reload_in_the_middle_of_a_run(page, lab):
    design(page, lab)
    protocol(page).fill(SMALL.replace("members: 2", "members: 60"))
    page.wait_for_selector("text=60 members")
    run(page)
    page.wait_for_selector("text=/running: \\d+ of 60/", timeout=LONG)
    page.wait_for_selector("text=/First \\d+ members/", timeout=LONG)
    page.reload()
    page.wait_for_selector("text=/running: \\d+ of|differs from/", timeout=LONG)
    page.goto(lab.base + "/runs")
    page.get_by_role("button", name=re.compile("^Cancel")).first.click()
    page.wait_for_selector("text=/cancelled/")
    page.get_by_role("button", name=re.compile("^Resume")).first.wait_for()


def test_server_killed_and_started_again(browser_page, tmp_path):
    served = Served(tmp_path / "workspace")
    try:
        page = browser_page
        design(page, served)
        protocol(page).fill(SMALL.replace("members: 2", "members: 40"))
        page.wait_for_selector("text=40 members")
        job = run(page)
        page.wait_for_selector("text=/running: \\d+ of 40/", timeout=LONG)
        page.wait_for_selector("text=/running: [1-9]\\d* of 40/", timeout=LONG)
        members = next(served.workspace.glob(f"users/*/jobs/{job}/out/members"))
        served.kill()
        before = {p.name: p.stat().st_mtime_ns for p in members.glob("*.npz")}
        assert before
        served.start()
        # the open page finds its way back by itself
        finished(page)
        after = {p.name: p.stat().st_mtime_ns for p in members.glob("*.npz")}
        assert before.items() <= after.items()
        result = json.loads((members.parent / "result.json").read_text("utf-8"))
        assert result["members"] == 40
        assert result["failed"] == {}
    finally:
        served.stop()


def test_atlas_searches_and_filters(page, lab):
    page.goto(lab.base + "/atlas")
    page.get_by_label("Search").fill("miR-21")
    page.wait_for_selector("article:has-text('PTEN')")
    count = int(page.locator("[role=status]").first.inner_text().split()[0])
    assert 0 < count < 100
    page.get_by_label("Cell", exact=True).select_option("AF")
    page.wait_for_function("parseInt(document.querySelector('strong[role=status]').innerText)"
                           f" < {count}")  # fmt: skip
    page.get_by_role("button", name="Draw the map").click()
    frame = page.frame_locator("iframe")
    frame.locator("#count").wait_for()


def test_tour_walks_through(page, lab):
    page.goto(lab.base)
    page.get_by_role("link", name="Take the two-minute tour").click()
    for number in range(1, 6):
        page.wait_for_selector(f"text={number} of 5:")
        if number < 5:
            page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="End the tour").click()
    page.wait_for_selector("h1:has-text('Make and plan')")
    assert page.locator(".tour").count() == 0


def test_keyboard_reaches_everything(page, lab):
    page.goto(lab.base + "/design")
    page.wait_for_selector("text=Valid protocol")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate("document.activeElement.innerText || document.activeElement.tagName")
        )
    assert {"TEXTAREA", "INPUT", "Run", "Save the protocol"} <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [*VIEWS, "/result"])
def test_axe_finds_nothing(page, lab, view, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page.emulate_media(color_scheme=scheme)
    opened(page, lab, view)
    page.wait_for_timeout(1000)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.Axe().run(page)
    faults = [(v["id"], [n["html"][:160] for n in v["nodes"]][:4])
              for v in found.response["violations"]]  # fmt: skip
    assert not faults, faults


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("view", [*VIEWS, "/result"])
def test_nothing_sticks_out(page, lab, view, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, lab, view)
    page.wait_for_timeout(500)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
