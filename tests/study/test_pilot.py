"""Pilot tables: variance components against statsmodels and known truth, and bad tables."""

import numpy as np
import pytest

from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.study.pilot import read_pilot
from evdisc.study.spread import spread_of
from evdisc.study.unit import unit_of
from studies import EXAMPLES

KNOWN = ["disc height index", "T2", "GAG", "Pfirrmann grade"]
TEMPLATE = EXAMPLES / "pilot-template.csv"


def table(tmp_path, text):
    path = tmp_path / "pilot.csv"
    path.write_text(text, "utf-8")
    return path


def simulated(tmp_path, animals=400, levels=3, between=6.0, within=3.0):
    rng = np.random.default_rng(1)
    rows = ["animal,level,group,GAG,T2"]
    for a in range(animals):
        own = rng.normal() * between
        for j in range(levels):
            y = 60.0 + 20.0 * (a % 2) + own + rng.normal() * within
            rows.append(f"a{a},L{j},{'AB'[a % 2]},{y},{0.5 * y + rng.normal()}")
    return table(tmp_path, "\n".join(rows))


def test_components_are_found_again(tmp_path):
    told = read_pilot(simulated(tmp_path), "animal", KNOWN)
    gag = told.components["GAG"]
    assert gag.mean == pytest.approx(70.0, rel=0.02)
    assert gag.between * gag.mean == pytest.approx(6.0, rel=0.1)
    assert gag.within * gag.mean == pytest.approx(3.0, rel=0.1)
    assert (gag.freedom_between, gag.freedom_within) == (398, 800)
    assert told.levels == ("L0", "L1", "L2")
    assert told.correlation_of(["T2", "GAG"])[0, 1] > 0.9
    assert told.correlation_of(["T2", "disc height index"])[0, 1] == 0.0


def test_components_are_those_of_the_mixed_model_of_statsmodels():
    pd = pytest.importorskip("pandas")
    sm = pytest.importorskip("statsmodels.formula.api", reason="statsmodels is not installed")
    data = pd.read_csv(TEMPLATE, comment="#")
    fit = sm.mixedlm("T2 ~ group", data, groups=data["animal"]).fit(reml=True)
    told = read_pilot(TEMPLATE, "animal", KNOWN).components["T2"]
    assert (told.within * told.mean) ** 2 == pytest.approx(fit.scale, rel=1e-3)
    assert (told.between * told.mean) ** 2 == pytest.approx(fit.cov_re.iloc[0, 0], rel=1e-3)


def test_groups_inside_animals_are_told_apart_from_animals(tmp_path):
    rng = np.random.default_rng(3)
    rows = ["animal,group,T2"]
    for a in range(300):
        own = rng.normal() * 5.0
        rows += [f"{a},{g},{50 + 20 * g + own + rng.normal() * 2.0}" for g in (0, 1)]
    told = read_pilot(table(tmp_path, "\n".join(rows)), "animal", KNOWN).components["T2"]
    assert told.between * told.mean == pytest.approx(5.0, rel=0.1)
    assert told.within * told.mean == pytest.approx(2.0, rel=0.1)


def test_the_spread_of_a_unit_follows_the_unit(tmp_path):
    told, library = read_pilot(simulated(tmp_path), "animal", KNOWN), load()
    levels = [f"L{i}" for i in range(3)]

    def sd(name, names):
        unit = unit_of(name, names, 4)
        return spread_of("GAG", unit, "rat", told, library).cv * told.components["GAG"].mean

    assert sd("animal", levels) == pytest.approx(np.hypot(6.0, 3.0 / np.sqrt(3)), rel=0.1)
    assert sd("animal", levels[:1]) == pytest.approx(np.hypot(6.0, 3.0), rel=0.1)
    assert sd("level", levels) == pytest.approx(3.0, rel=0.1)


def test_a_published_spread_is_used_with_its_source_and_unknown_stays_unknown():
    unit, library = unit_of("animal", ["one"], 3), load()
    t2 = spread_of("T2", unit, "rat", None, library)
    assert (t2.basis, t2.source, t2.mean) == ("published", "pmc4486300", 63.55)
    assert 0.06 < np.median(t2.drawn(np.random.default_rng(0), 2000)) < 0.12
    assert spread_of("disc height index", unit, "rat", None, library) is None
    assert spread_of("T2", unit, "human", None, library) is None


def test_a_small_pilot_leaves_its_spread_open(tmp_path):
    unit = unit_of("animal", ["L0", "L1", "L2"], 2)
    few = spread_of("T2", unit, "rat", read_pilot(TEMPLATE, "animal", KNOWN), load())
    drawn = few.drawn(np.random.default_rng(0), 4000)
    assert np.quantile(drawn, 0.95) > 1.7 * few.cv
    assert few.mean == pytest.approx(58.6, abs=0.1)  # ms carry over as ms


@pytest.mark.parametrize(("text", "words"), [
    ("group,T2\nA,1\nA,2", "has no column 'animal'"),
    ("animal,T2\n1,1\n2,2", "has no column 'group'"),
    ("animal,group,T2\n1,A,50\n1,A,51", "too few animals"),
    ("animal,group,T2\n1,A,50\n2,B,51", "two animals or more in one group"),
    ("animal,group,T2\n1,A,50\n2,A,nan", "pilot.csv:3: T2: not a finite number, got 'nan'"),
    ("animal,group,T2\n1,A,50\n2,A,", "pilot.csv:3: T2: not a finite number"),
    ("animal,group,T2\n1,A,50\n2,A", "row has 2 cells"),
    ("animal,group,disc hight index\n1,A,50\n2,A,51", "did you mean 'disc height index'?"),
    ("animal,group\n1,A\n2,A", "has no outcome"),
    ("animal,group,T2,T2\n1,A,1,2\n2,A,3,4", "has a column twice"),
    ("animal,group,T2\n1,A,-50\n2,A,-51", "mean is not above zero"),
    ("animal,group,T2\n1,A,50\n2,A,50", "has no spread at all"),
    ("animal,group,T2\n,A,50\n2,A,50", "has no animal"),
    ("animal,group,T2", "is empty"),
    ("", "is empty"),
])  # fmt: skip
def test_bad_tables_are_one_line_that_says_what_and_where(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        read_pilot(table(tmp_path, text), "animal", KNOWN)
    assert words in str(caught.value)
    assert "pilot.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_pilot(tmp_path / "no.csv", "animal", KNOWN)
    path = tmp_path / "b.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_pilot(path, "animal", KNOWN)


def test_levels_cannot_be_units_where_the_pilot_has_one_level_each(tmp_path):
    pilot = read_pilot(table(tmp_path, "animal,group,T2\n1,A,50\n2,A,53\n3,B,60\n4,B,65"),
                       "animal", KNOWN)  # fmt: skip
    with pytest.raises(InputError, match="one level per animal"):
        spread_of("T2", unit_of("level", ["a", "b"], 2), "rat", pilot, load())
    alone = spread_of("T2", unit_of("animal", ["a"], 2), "rat", pilot, load())
    assert alone.cv * 57.0 == pytest.approx(np.sqrt((4.5 + 12.5) / 2.0))
