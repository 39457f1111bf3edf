"""Learning from one's own table: coverage, prior kept, refusal, and the table's own faults."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evdisc.errors import FolderError, InputError, RunError
from evdisc.evidence.library import load
from evdisc.outcome.readouts import describe
from evdisc.study.execute import gather, run
from evdisc.study.fit import fit, level_of, predictions, weighed
from evdisc.study.fit_table import Measured, read_table
from evdisc.study.folder import Folder
from evdisc.study.likelihood import Widths, blocks
from evdisc.study.pareto import weighted_quantiles
from evdisc.study.worker import draw
from studies import EXAMPLES, dish, rat

HEAD = "arm,time,readout,kind,against,mean,se\n"
NINETY = np.array([0.05, 0.95])
ONE = {"stoichiometric": 1.0}


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "data.csv"
    path.write_text(head + "".join(r + "\n" for r in rows), "utf-8")
    return path


def rows_of(count: int, mean, ratio: bool = True):
    about = describe("MMP13" if ratio else "viability", "dish")
    return [
        Measured(i + 2, "treated", "untreated" if ratio else "", 86400.0, f"r{i}" if ratio else "v",
                 "fold" if ratio else "value", float(m), 0.1 * abs(float(m)), None, about)
        for i, m in enumerate(np.atleast_1d(mean)[:count])
    ]  # fmt: skip


# --- the statistics


def test_ninety_per_cent_intervals_cover_ninety_per_cent():
    """Truths from the prior, tables from the truths with all three errors, 300 times."""
    rng, library = np.random.default_rng(0), load()
    widths = Widths.of(library)
    theta = rng.normal(size=500)
    slopes = np.array([0.6, -0.4, 0.5])
    inside = 0
    for _ in range(300):
        truth = rng.normal()
        noise = np.sqrt(widths.study[True] ** 2 + widths.model[True] ** 2 + np.log1p(0.01))
        seen = np.exp(slopes * truth + noise * rng.normal(size=3))
        found = weighed(
            rows_of(3, seen), {"stoichiometric": np.exp(np.outer(theta, slopes))}, library,
            np.ones(3), ONE,
        )  # fmt: skip
        low, high = weighted_quantiles(theta, found.weights, NINETY)
        inside += low <= truth <= high
    # four standard errors of a share of 0.9 in 300
    assert abs(inside / 300 - 0.9) < 4.0 * np.sqrt(0.09 / 300)


def test_rows_of_one_readout_share_the_laboratory():
    """Ten rows of one read-out tell less than ten read-outs: the laboratory may be off."""
    library = load()
    theta = np.linspace(-2.0, 2.0, 400)
    predicted = {"stoichiometric": np.exp(np.repeat(theta[:, None], 10, axis=1))}
    apart = rows_of(10, np.full(10, 1.2))
    together = [replace(r, readout="MMP13") for r in apart]
    spread = []
    for rows in (apart, together):
        w = weighed(rows, predicted, library, np.ones(10), ONE).weights
        spread.append(np.sqrt(w @ theta**2 - (w @ theta) ** 2))
    assert spread[1] > 2.0 * spread[0]
    assert spread[1] == pytest.approx(Widths.of(library).study[True], rel=0.1)


def test_likelihood_is_that_of_a_multivariate_normal():
    from scipy.stats import multivariate_normal

    rows = rows_of(2, [80.0, 70.0], ratio=False)
    block = blocks(rows, np.array([80.0, 75.0]), Widths.of(load()))[0]
    predicted = np.array([[78.0, 74.0], [60.0, 90.0]])
    expected = multivariate_normal([80.0, 70.0], block.covariance).logpdf(predicted)
    assert block.log_likelihood(predicted) == pytest.approx(expected)


def test_hypotheses_are_weighed_by_how_well_they_foretell():
    library, theta = load(), np.random.default_rng(1).normal(size=300)
    near, far = np.exp(0.1 * theta)[:, None], np.exp(1.5 + 0.1 * theta)[:, None]
    prior = {"stoichiometric": 0.5, "potency": 0.5}
    found = weighed(rows_of(1, [1.0]), {"stoichiometric": near, "potency": far}, library,
                    np.ones(1), prior)  # fmt: skip
    assert found.probability["stoichiometric"] > 0.99
    assert sum(found.probability.values()) == pytest.approx(1.0)


# --- with the model


def test_a_truth_outside_the_ensemble_is_found_again(tmp_path):
    """A table simulated from members the ensemble does not have; 90 % ranges hold most of them."""
    loaded = dish("ensemble.members=36", "compare=[untreated]")
    study, members = loaded.spec, 30
    done = run(loaded, tmp_path / "truth")
    stack = gather(Folder(done.folder), 36)
    inside, moved = [], []
    library = load()
    for truth in range(members, 36):
        rows = []
        for i, hours in enumerate((24.0, 48.0)):
            seen = level_of(study, stack, "untreated", "viability", "potency", hours * 3600.0)
            about = describe("viability", "dish")
            rows.append(Measured(i, "untreated", "", hours * 3600.0, "viability", "value",
                                 float(seen[truth]), 3.0, None, about))  # fmt: skip
        every = predictions(study, rows, {None: stack}, "potency")
        found = weighed(rows, {"potency": every[:members]}, library, np.full(2, 90.0),
                        {"potency": 1.0})  # fmt: skip
        x = level_of(study, stack, "treated", "viability", "potency", 48 * 3600.0)
        low, high = weighted_quantiles(x[:members], found.weights, NINETY)
        inside.append(low <= x[truth] <= high)
        even = weighted_quantiles(x[:members], np.full(members, 1.0 / members), NINETY)
        moved.append((high - low) / (even[1] - even[0]))
    assert sum(inside) >= 4
    assert np.mean(moved) < 1.0


def test_an_empty_and_an_irrelevant_table_leave_the_prior(tmp_path):
    runs = tmp_path / "runs"
    p = dish("ensemble.members=12")
    empty = fit(p, table(tmp_path), tmp_path / "a.json", runs=runs).result
    assert set(empty["weights"]) == {empty["weights"][0]}
    assert empty["ess"] == pytest.approx(12.0)
    assert all(e["moved"] < 1e-9 and e["prior"] == e["posterior"] for e in empty["parameters"])
    assert any("no row" in w for w in empty["warnings"])
    vague = table(tmp_path, "treated,24 h,MMP13,fold,untreated,1.0,1e6")
    wide = fit(p, vague, tmp_path / "b.json", runs=runs)
    assert wide.computed == 0
    assert wide.result["ess"] > 11.99


def test_a_table_beyond_the_model_is_refused_and_says_which_row(tmp_path):
    data = table(
        tmp_path,
        "untreated,24 h,viability,value,,99,2",
        "untreated,48 h,viability,value,,3,0.5",
    )
    with pytest.raises(RunError, match=r"contradicts the model: line 3 \(viability.*reads 3"):
        fit(dish("ensemble.members=12"), data, tmp_path / "a.json", runs=tmp_path / "runs")
    assert not (tmp_path / "a.json").exists()


def test_a_table_too_sharp_for_the_members_asks_for_more(tmp_path):
    p = dish("ensemble.members=11")
    data = table(tmp_path, "untreated,48 h,viability,value,,88,1")
    with pytest.raises(RunError, match=r"independent members, 10 are needed \(try --members \d+"):
        fit(p, data, tmp_path / "a.json", runs=tmp_path / "runs")


def test_doses_of_the_table_are_simulated(tmp_path):
    data = EXAMPLES / "fit" / "dish-dose-response.csv"
    done = fit(dish("ensemble.members=12", "compare=[untreated]"), data, tmp_path / "a.json",
               runs=tmp_path / "runs")  # fmt: skip
    ends = [r["hypotheses"]["potency"]["prior"]["q05"] for r in done.result["rows"]]
    # a higher dose lowers NLRP3 more
    assert ends[0] > ends[1] >= ends[2] > 0.0
    assert len(list((tmp_path / "runs").iterdir())) == 4


# --- the table


def refused(tmp_path, protocol, text, head=HEAD):
    nodes = draw(protocol.spec, 0, load()).network(False).nodes
    with pytest.raises(InputError) as found:
        read_table(table(tmp_path, text, head=head), protocol.spec, nodes)
    return str(found.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("treated,24 h,MMP-13a,fold,untreated,1,0.1", "data.csv:2: readout: .*you mean 'MMP13'"),
        ("treated,24 h,T2,value,,1,0.1", "data.csv:2: readout: is no read-out"),
        ("treeted,24 h,MMP13,fold,untreated,1,0.1", "arm: .*did you mean 'treated'"),
        ("treated,24 h,MMP13,fold,,1,0.1", "against: is empty"),
        ("treated,24 h,MMP13,fold,treated,1,0.1", "with itself"),
        ("treated,24,MMP13,fold,untreated,1,0.1", "time: has no unit"),
        ("treated,24 ug,MMP13,fold,untreated,1,0.1", "time: wrong dimension"),
        ("treated,9 d,MMP13,fold,untreated,1,0.1", "after the end of the study.*at most 2 d"),
        ("treated,24 h,MMP13,fould,untreated,1,0.1", "did you mean 'fold'"),
        ("treated,24 h,MMP13,fold,untreated,-1,0.1", "above zero"),
        ("treated,24 h,MMP13,fold,untreated,much,0.1", "mean: is no number"),
        ("treated,24 h,MMP13,fold,untreated,1,", "se: is empty"),
        ("treated,24 h,MMP13,fraction,,0.8,0.1", "is no share"),
        ("treated,24 h,viability,fraction,,85,1", "85 % is 0.85"),
        ("treated,24 h,viability", "as many cells as the header"),
    ],
)  # fmt: skip
def test_faults_of_a_row_are_one_line_that_says_where(tmp_path, row, said):
    message = refused(tmp_path, dish(), row)
    assert re.search(said, message), message
    assert "\n" not in message


def test_faults_of_the_header_and_the_unit(tmp_path):
    p = dish()
    assert "missing column" in refused(tmp_path, p, "a", head="arm,time,readout,mean,se\n")
    assert "se, or sd with n" in refused(tmp_path, p, "a", head="arm,time,readout,kind,mean,sd\n")
    odd = "arm,time,readuot,kind,mean,se\n"
    assert "did you mean 'readout'" in refused(tmp_path, p, "a", head=odd)
    units = "arm,time,readout,kind,mean,se,unit\n"
    wrong = refused(tmp_path, rat(), "treated,4 d,T2,value,80,5,%", head=units)
    assert "unit: wrong unit for T2" in wrong
    assert "expected ms" in wrong


def test_examples_read_as_they_are():
    asked = dict.fromkeys(("dish-qpcr", "dish-viability", "dish-dose-response"), dish())
    for name, p in (asked | {"disc-height": rat("duration=8 weeks")}).items():
        nodes = draw(p.spec, 0, load()).network(False).nodes
        rows = read_table(EXAMPLES / "fit" / f"{name}.csv", p.spec, nodes)
        assert len(rows) == 3
        assert all(r.se > 0.0 for r in rows)


def test_kinds_of_numbers_come_to_one_scale(tmp_path):
    p = dish()
    nodes = draw(p.spec, 0, load()).network(False).nodes
    head = "arm,time,readout,kind,against,mean,sd,n\n"
    data = table(
        tmp_path,
        "treated,24 h,viability,fraction,,0.9,0.06,9",
        "treated,24 h,MMP13,percent of control,untreated,80,10,4",
        "treated,24 h,viability,percent of baseline,,90,8,4",
        head=head,
    )
    found = [(r.mean, r.se, r.ratio) for r in read_table(data, p.spec, nodes)]
    assert found == [
        (pytest.approx(90.0), pytest.approx(2.0), False),
        (pytest.approx(0.8), pytest.approx(0.05), True),
        (pytest.approx(0.9), pytest.approx(0.04), True),
    ]


def test_fewer_members_than_the_runs_have_ask_for_other_runs(tmp_path):
    empty = table(tmp_path)
    fit(dish("ensemble.members=12"), empty, tmp_path / "a.json", runs=tmp_path / "runs")
    with pytest.raises(FolderError, match=r"12 members, .*or more, or choose another --runs\)$"):
        fit(dish("ensemble.members=11"), empty, tmp_path / "b.json",
            runs=tmp_path / "runs")  # fmt: skip


def test_nothing_else_is_overwritten(tmp_path):
    other = tmp_path / "mine.json"
    other.write_text("{}", "utf-8")
    with pytest.raises(InputError, match="would overwrite"):
        fit(dish(), table(tmp_path), other, runs=tmp_path / "runs")
    assert other.read_text("utf-8") == "{}"
    with pytest.raises(InputError, match=r"ends in \.json"):
        fit(dish(), table(tmp_path), tmp_path / "a.html", runs=tmp_path / "runs")
    with pytest.raises(InputError, match="did you mean 'potency'"):
        fit(dish(), table(tmp_path), tmp_path / "a.json", under="potenci")
