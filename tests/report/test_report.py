import base64
import re
from html.parser import HTMLParser

import pytest

from evdisc.errors import FolderError
from evdisc.report.render import render, write_report
from evdisc.report.words import interval, number
from evdisc.study import run
from studies import dish, rat


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return run(rat(), tmp_path_factory.mktemp("report") / "disc").folder


class Page(HTMLParser):
    """Collects what a page links to and which tags stay open."""

    def __init__(self):
        super().__init__()
        self.links, self.open, self.downloads = [], [], {}

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.links += [found[k] for k in ("src", "href") if k in found]
        if "download" in found:
            self.downloads[found["download"]] = found["href"]
        if tag not in ("meta", "br", "link", "img", "input", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parse(text):
    page = Page()
    page.feed(re.sub(r"<script>.*?</script>", "<script></script>", text, flags=re.S))
    return page


def test_the_page_is_self_contained_and_well_formed(folder):
    page = parse(render(folder))
    assert page.open == []
    outside = [x for x in page.links if not x.startswith(("data:", "https://doi.org/", "#"))]
    assert outside == []


def test_rendering_twice_gives_the_same_bytes(folder):
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first


def test_each_figure_comes_with_its_data_as_csv(folder):
    text = render(folder)
    page = parse(text)
    figures = re.findall(r'<div class="plot" id="([^"]+)"', text)
    assert len(figures) == text.count("data (CSV)")
    assert len(set(figures)) == len(figures)
    table = base64.b64decode(page.downloads["disc-height-index.csv"].split(",")[1]).decode()
    head, *rows = table.splitlines()
    assert head == "hypothesis,arm,time_d,median,q05,q95"
    # six days, three controls-or-treated curves and the potency one
    assert len(rows) == 7 * 4


def test_the_page_says_what_matters(folder):
    text = render(folder)
    for words in (
        "modelled on Cheng 2018", "copies are needed for half of the effect", "untreated",
        "free vesicles", "glucose", "living cells", "GAG", "Assumptions", "puncture_half_ratio",
        "Mesenchymal stem cells deliver exogenous miR-21", "miR-21", "PTEN", "fingerprint",
        "injury model",
    ):  # fmt: skip
        assert words in text, words


def test_a_title_cannot_inject_markup(tmp_path):
    title = "</script><script>alert(1)</script>"
    protocol = rat(f"title='{title}'", "duration=3 d", "ensemble.members=1")
    text = render(run(protocol, tmp_path / "run").folder)
    assert "alert(1)</script>" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_dish_has_a_report_without_maps(tmp_path):
    text = render(run(dish(), tmp_path / "dish").folder)
    assert "Where in the disc" not in text
    assert "NLRP3" in text


def test_a_folder_without_a_result_is_refused(tmp_path):
    with pytest.raises(FolderError, match="holds no result"):
        render(tmp_path)


@pytest.mark.parametrize(
    ("x", "words"),
    [(0.0, "0"), (None, "–"), (1234.5, "1234"), (0.01234, "0.0123"), (-2.5, "−2.5"),
     (1.5e-7, "1.5×10⁻⁷"), (2e9, "2.0×10⁹"), (99.96, "100")],
)  # fmt: skip
def test_numbers_read_well(x, words):
    assert number(x) == words


def test_an_interval_reads_median_and_range():
    row = {"median": 1.0, "q05": -0.5, "q95": 2.25}
    assert interval(row) == "1 (−0.5 to 2.25)"
