import json
import re

import pytest

from evdisc.evidence.library import load
from evdisc.report.evidence_map import evidence_map, links, nodes


def belief(kind):
    return 0.5


@pytest.fixture(scope="module")
def page():
    return evidence_map(load(), belief)


def test_the_page_needs_no_network(page):
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?:', page)


def test_every_claim_is_on_the_map(page):
    data = json.loads(re.search(r"const data = (\{.*\});\n", page)[1].replace("<\\/", "</"))
    library = load()
    assert [link["id"] for link in data["links"]] == [c.claim for c in library.claims]
    names = {n["name"] for n in data["nodes"]}
    assert {x for link in data["links"] for x in (link["from"], link["to"])} == names


def test_lanes_run_from_the_vesicle_to_the_phenotype():
    lane = {n["name"]: n["lane"] for n in nodes(load())}
    path = ("BMSC vesicles", "miR-217", "EZH2", "autophagy", "apoptosis")
    assert [lane[name] for name in path] == sorted(lane[name] for name in path)
    assert lane["miR-431"] == lane["PTEN"]


def test_table_rows_are_marked_and_nothing_else():
    rows = {link["chain"] for link in links(load(), belief) if link["table"]}
    assert len(rows) == 39
    assert all(re.fullmatch(r"chen2025:T[12]\.\d\d", chain) for chain in rows)


def test_the_page_is_the_same_twice(page):
    assert page == evidence_map(load(), belief)


@pytest.mark.slow
@pytest.mark.browser
def test_filters_work_in_a_browser(page, tmp_path, browser_page):
    file = tmp_path / "map.html"
    file.write_text(page, "utf-8")
    browser_page.goto(file.as_uri())
    count = browser_page.locator("#count")
    before = int(count.inner_text().split()[0])
    assert before > 200
    browser_page.select_option("#cell", "AF")
    few = int(count.inner_text().split()[0])
    assert 5 < few < before
    browser_page.click("#reset")
    browser_page.fill("#text", "miR-31")
    assert "NFAT5" in browser_page.locator("#claims").inner_text()
    assert browser_page.problems == []
