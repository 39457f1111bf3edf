import base64
import re

import pytest

from comparisons import LOADED, NATIVE, RICH, TINY, product, question
from evdisc.errors import FolderError
from evdisc.report.rank_page import fact_words, write_rank_page, write_species_page
from evdisc.report.rank_text import rank_table, species_table
from evdisc.report.rank_words import sentences
from evdisc.study.rank import rank
from evdisc.study.species import species
from studies import rat


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    shelf = tmp_path_factory.mktemp("products")
    files = [product(shelf, n, v) for n, v in (("esc", NATIVE), ("rich", RICH), ("atr", LOADED))]
    return rank(question(*files, pairs=True, attribute=1), tmp_path_factory.mktemp("page") / "run")


def test_the_first_words_are_the_answer_and_ties_are_said(ranked):
    first = sentences(ranked.result)[0]
    assert "no product differs from another by more than" in first
    assert "all 3 are tied" in first
    assert "needle and liquid alone" in first


def test_the_page_is_self_contained_and_each_figure_has_its_data(ranked):
    path = write_rank_page(ranked.folder)
    text = path.read_text("utf-8")
    links = re.findall(
        r'(?:src|href)="([^"]+)"', re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    )
    assert [x for x in links if not x.startswith(("data:", "https://doi.org/"))] == []
    assert text.count('class="plot"') == text.count("data (CSV)") == 2
    data = re.search(r'download="ranking.csv" href="data:text/csv;base64,([^"]+)"', text)[1]
    head, *rows = base64.b64decode(data).decode().splitlines()
    assert head == "product,hypothesis,rank,effect,q05,q95,probability_best"
    assert len(rows) == 6
    assert path.read_bytes() == write_rank_page(ranked.folder).read_bytes()
    for words in ("tie of 3", "Which cargo does it", "Every vesicle helps", "Conflicts",
                  "How to reproduce", "evdisc rank protocol.yaml", "21 G puncture"):  # fmt: skip
        assert words in text, words


def test_the_table_shows_ties_as_ties(ranked):
    table = rank_table(ranked.result)
    assert table.count(" 1= ") >= 3
    assert "1e+08 vesicles in 2 uL" in table
    assert "grid 8 x 6" in table


def test_a_carrier_is_named_as_what_vesicles_are_held_against(tmp_path):
    sets = (*TINY, "therapy.delivery.carrier=ECM gel")
    esc = product(tmp_path, "esc", NATIVE)
    done = rank(question(esc, members=1, overrides=sets), tmp_path / "run")
    said = " ".join(sentences(done.result))
    assert "A carrier acts by itself: ECM gel without vesicles changes it by" in said
    text = write_rank_page(done.folder).read_text("utf-8")
    assert '"vesicles add" is over ECM gel without vesicles' in text.replace("&#34;", '"')
    assert "alone, over vehicle" not in text


def test_products_that_can_be_told_apart_are_said_to_be(ranked):
    told = dict(ranked.result)
    rows = [dict(r) for r in told["ranking"]]
    rows[2]["rank"] = 2
    told["ranking"] = rows
    first = sentences(told)[0]
    assert "2 products share the first place" in first
    assert "1 of 3 are resolved as worse" in first


def test_one_product_alone_is_not_compared(ranked):
    told = dict(ranked.result) | {"ranking": ranked.result["ranking"][:1], "pairs": None}
    assert "changes disc height index by" in sentences(told)[0]
    assert "another" not in " ".join(sentences(told))


def test_a_folder_without_a_result_is_refused(tmp_path):
    with pytest.raises(FolderError, match="holds no result"):
        write_rank_page(tmp_path)


def test_species_have_a_page_and_a_table(tmp_path):
    done = species(rat("ensemble.members=1", *TINY), tmp_path / "run")
    text = write_species_page(done.folder).read_text("utf-8")
    for words in ("Does not carry over", "notochordal cells stay", "lent", "mouse-caudal",
                  "healthy turnover renews", "data (CSV)"):  # fmt: skip
        assert words in text, words
    assert "goat-lumbar" in species_table(done.result)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ({"value": None, "low": None, "high": None, "unit": "mm"}, "unknown"),
        ({"value": 0.0, "low": 0.0, "high": 0.0, "unit": "yes or no"}, "no"),
        ({"value": 2.0, "low": 2.0, "high": 2.0, "unit": "mm"}, "2"),
        ({"value": 2.0, "low": 1.0, "high": 3.0, "unit": "mm"}, "2 (1 to 3)"),
    ],
)
def test_facts_read_well(fact, words):
    assert fact_words(fact) == words
