"""Every tool of the browser, from its form to what it made."""

from __future__ import annotations

import subprocess
import sys

import pytest

from served import COMMAND, ROOT, SMALL, environment

pytestmark = pytest.mark.slow
LONG = 300_000
MEASURED, TARGETS = ROOT / "examples" / "measured", ROOT / "examples" / "targets"
OWN = """arm,time,readout,kind,against,mean,se,unit
untreated,4 d,disc height index,value,,88,3,%
treated,6 d,disc height index,difference,untreated,1,2.5,%
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """Files of a user."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "heights.csv").write_text(OWN, "utf-8")
    words = ["diagnose", "--simulate", "60", "--grades", "1,2,3,4", "--seed", "1", "--out",
             "cohort.csv"]  # fmt: skip
    subprocess.run([sys.executable, "-c", COMMAND, *words], cwd=folder, env=environment(),
                   check=True, capture_output=True)  # fmt: skip
    return folder


@pytest.fixture
def page(browser_page, lab):
    """A page with a small study as its design, and a silent console."""
    browser_page.set_default_timeout(30_000)
    browser_page.goto(lab.base + "/design")
    browser_page.wait_for_selector("text=Valid protocol")
    browser_page.get_by_label("Protocol (YAML)").fill(SMALL)
    browser_page.wait_for_selector("text=Valid protocol; 2 members")
    browser_page.wait_for_timeout(1500)
    yield browser_page
    assert browser_page.problems == []


def bring(page, lab, *paths):
    """Upload files under My data."""
    page.goto(lab.base + "/data")
    for path in paths:
        page.set_input_files("#bring", path)
        page.get_by_role("button", name=f"Delete {path.name}").first.wait_for()


def start(page, lab, view, title, **fields):
    """Fill a form, start it, wait until it is done; the text of its page."""
    page.goto(lab.base + view)
    form = page.locator(f"section[aria-label='{title}']")
    for details in form.locator("details > summary").all():
        details.click()
    for name, value in fields.items():
        label = name.replace("_", " ")
        field = form.get_by_label(label, exact=True).or_(
            form.get_by_label(f"{label} (needed)", exact=True)
        )
        kind = field.evaluate("e => e.tagName + (e.type || '')")
        if kind.startswith("SELECT"):
            options = field.locator("option").all_inner_texts()
            field.select_option(next(o for o in options if o.startswith(value)))
        elif "checkbox" in kind:
            field.check()
        else:
            field.fill(value)
            field.press("Tab")
    page.wait_for_timeout(800)
    form.get_by_role("button", name=f"Start: {title}").click()
    page.wait_for_url("**/result/*")
    page.wait_for_selector("text=/^done|^failed/", timeout=LONG)
    assert page.locator(".state").inner_text().startswith("done"), page.inner_text("body")
    page.reload()
    page.wait_for_selector("h2:has-text('Files')")
    return page.locator("main, .content").first.inner_text()


def inside(page, words):
    """The page a tool made shows these words."""
    page.frame_locator("iframe.report").locator(f"text={words}").first.wait_for()


@pytest.mark.parametrize(("view", "title", "fields", "words"), [
    ("/compare", "Rank the published products in one disc",
     {"disc": "mouse-caudal", "members": "2", "attribute": "0"}, "tie"),
    ("/compare", "The same product in the discs of five species", {"members": "2"}, "growth plate"),
    ("/compare", "The best dose, volume, carrier and schedule",
     {"over": "dose", "trials": "4", "members": "2"}, "dose"),
    ("/planning", "What making the dose takes", {"subjects": "10"}, "cells"),
    ("/planning", "Sample size, allocation and documents", {"unit": "animal"}, "animals"),
])  # fmt: skip
def test_a_tool_of_the_design_makes_its_page(page, lab, view, title, fields, words):
    start(page, lab, view, title, **fields)
    inside(page, words)


def test_the_next_measurement_is_told(page, lab):
    start(page, lab, "/compare", "What to measure next", members="16")
    inside(page, "measure")


def test_a_checklist_is_filled(page, lab):
    told = start(page, lab, "/planning", "A reporting checklist, filled as far as it can be",
                 checklist="MISEV2023")  # fmt: skip
    assert "checklist" in told


def test_from_my_particles_and_molecules_to_the_disc(page, lab):
    bring(
        page,
        lab,
        *(
            MEASURED / n
            for n in ("sizes.csv", "blank.csv", "protein.csv", "mirna-counts.csv", "samples.csv")
        ),
    )
    page.goto(lab.base + "/data")
    form = page.locator("section[aria-label='Sizes and counts of my vesicles']")
    form.get_by_role("checkbox", name="sizes.csv").check()
    form.get_by_label("dilution").fill("500")
    form.get_by_label("dilution").press("Tab")
    page.wait_for_timeout(800)
    form.get_by_role("button", name="Start").click()
    page.wait_for_url("**/result/*")
    page.get_by_role("button", name="Keep vesicles.json under My data").click(timeout=LONG)
    page.wait_for_selector("text=kept as vesicles.json")
    start(page, lab, "/data", "Cargo my vesicles carry", table="mirna-counts.csv",
          samples="samples.csv", compare="hypoxia:normoxia")  # fmt: skip
    start(page, lab, "/data", "From my cargo to the disc", table="mirna-counts.csv",
          samples="samples.csv", vesicles="vesicles.json", members="2")  # fmt: skip
    inside(page, "copies")


def test_targets_in_my_sequences(page, lab):
    bring(page, lab, TARGETS / "utrs.fa")
    start(page, lab, "/data", "Targets of a miRNA in my sequences", mirna="miR-21", utr="utrs.fa")
    inside(page, "PTEN")


def test_my_profiles_are_asked_for_the_grade(page, lab, mine):
    bring(page, lab, mine / "cohort.csv")
    start(page, lab, "/data", "Diagnosis from vesicle profiles", table="cohort.csv",
          outcome="pfirrmann", positive=">=3", models="penalised", repeats="1")  # fmt: skip
    inside(page, "AUC")


def test_my_measurements_are_learned_from_and_run_with(page, lab, mine):
    bring(page, lab, mine / "heights.csv")
    start(page, lab, "/data", "Fit the model to my measurements", data="heights.csv", members="16")
    page.get_by_role("button", name="Keep fit.posterior.json under My data").click()
    page.wait_for_selector("text=kept as fit.posterior.json")
    page.goto(lab.base + "/design")
    page.wait_for_selector("text=Valid protocol")
    text = SMALL.replace("seed: 1}", "seed: 1, posterior: fit.posterior.json}")
    assert text != SMALL
    page.get_by_label("Protocol (YAML)").fill(text)
    # a run takes what was typed last, checked or not
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector("h2:has-text('How far to trust it')", timeout=LONG)
    assert "members come from the posterior of" in page.inner_text("body")


def test_a_tool_without_what_it_needs_says_so(page, lab):
    page.goto(lab.base + "/data")
    form = page.locator("section[aria-label='Targets of a miRNA in my sequences']")
    form.get_by_role("button", name="Start").click()
    form.get_by_role("alert").wait_for()
    assert "is needed" in form.get_by_role("alert").inner_text()
