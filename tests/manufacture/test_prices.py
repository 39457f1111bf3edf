"""Prices: the user's and no others."""

from functools import cache
from pathlib import Path

import pytest

from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.evidence.names import names
from evdisc.manufacture.frame import Asked
from evdisc.manufacture.plan import plan
from evdisc.manufacture.prices import BY_NAME, SINGLE, read_prices
from evdisc.protocol.yaml_io import load_protocol

EXAMPLES = Path(__file__).parents[2] / "examples" / "manufacture"
HEAD = "evdisc-prices: 1\ncurrency: EUR\n"


@cache
def study():
    return load_protocol(EXAMPLES / "human-disc-patient-dose.yaml").spec


def prices(tmp_path, text):
    file = tmp_path / "prices.yaml"
    file.write_text(text, encoding="utf-8")
    return read_prices(file)


def priced(prices_, platform="static flask", **asked):
    asked = {"subjects": 20, "platforms": (platform,), "draws": 500, "prices": prices_} | asked
    return plan(Asked(study(), **asked), load())["platforms"][0]


def test_the_example_says_that_it_is_invented_and_prices_everything():
    shipped = EXAMPLES / "prices-invented.yaml"
    assert "INVENTED" in shipped.read_text("utf-8")
    own = read_prices(shipped)
    assert "invented" in own.note
    assert set(own.single) == set(SINGLE)
    for key, kind in BY_NAME.items():
        assert set(own.named[key]) == set(names(kind)) - {"not stated"}
    cost = priced(own)["cost"]
    assert cost["not_priced"] == []
    assert "invented" in cost["note"]


def test_a_price_times_what_is_used_is_the_cost(tmp_path):
    made = priced(prices(tmp_path, HEAD + "culture_unit: {flask: 3}\n"))
    for q in ("median", "q05", "q95"):
        assert made["cost"]["total"][q] == pytest.approx(3 * made["units"][q])
        assert made["cost"]["per_dose"][q] == pytest.approx(3 * made["units"][q] / 20)
    assert made["cost"]["items"]["culture_unit: static flask"]["share"] == 1.0
    assert "medium_litre" in made["cost"]["not_priced"]
    assert "loading_batch" not in made["cost"]["not_priced"]  # nothing is loaded


def test_litres_are_litres(tmp_path):
    made = priced(prices(tmp_path, HEAD + "medium_litre: 2\n"), "hollow fibre")
    assert made["cost"]["total"]["median"] == pytest.approx(2 * made["medium_L"]["median"])


def test_without_prices_there_is_no_cost():
    assert priced(None)["cost"] is None


def test_an_empty_price_list_costs_nothing_and_says_what_is_missing(tmp_path):
    cost = priced(prices(tmp_path, HEAD))["cost"]
    assert cost["total"]["median"] == 0.0
    assert len(cost["not_priced"]) > 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("currency: EUR\n", "is not a price file"),
        ("evdisc-prices: 2\ncurrency: EUR\n", "is not a price file"),
        ("evdisc-prices: 1\n", "no currency"),
        (HEAD + "medium_liter: 5\n", "did you mean 'medium_litre'"),
        (HEAD + "medium_litre: -5\n", "is negative"),
        (HEAD + "medium_litre: cheap\n", "no price"),
        (HEAD + "medium_litre: true\n", "no price"),
        (HEAD + "medium_litre: .inf\n", "finite"),
        (HEAD + "culture_unit: 5\n", "not prices by name"),
        (HEAD + "culture_unit: {hollow fibr: 5}\n", "did you mean 'hollow fibre'"),
        (HEAD + "isolation_run: {SEC: -1}\n", "is negative"),
        ("- 1\n", "keys and values"),
        ("", "empty"),
    ],
)
def test_a_wrong_price_file_is_one_line(tmp_path, text, words):
    with pytest.raises(InputError, match=words) as seen:
        prices(tmp_path, text)
    assert "prices.yaml" in str(seen.value)
    assert "\n" not in str(seen.value)


def test_a_missing_price_file_is_told(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_prices(tmp_path / "none.yaml")
