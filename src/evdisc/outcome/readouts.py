"""Read-outs: what a laboratory would measure on the simulated disc or dish.

    disc height index = 100 height / height of this disc before the insult
    GAG, collagen II content = 100 mean over the region / that before the insult
    NP area = 100 J (1 - X)
    T2 = T2_0 (f + (1 - f) exp(-s (w_0 - w)))
    Pfirrmann grade = 4 - number of the three borders that T2 of the human disc is above
    Pfirrmann grade = 5 where height / height at grade I < h_5
    fold of a gene = x / x at the start,  pain-factor index = mean of those of NGF and BDNF

J is the volume of the nucleus over that at the start and X what is extruded of it; w its water mass
fraction and w_0 that of grade I; T2_0 the healthy T2 of the species, f the share of it that fibrous
tissue has, s the slope with water; T2 is scaled to the human disc before a grade is read.

What is relative starts at 100 % in a disc of any grade: a disc of grade IV is compared with itself
before the insult, and T2, grade and water alone tell how degenerate it was then. Disc height index
is that ratio of heights (Han 2008 for rat tails, whose discs were healthy). T2 follows the water of
the nucleus with a slope that no publication states (wide prior), a form of our choice; its healthy
values and the borders of grades are those of 479 human discs (2017) and of rat tails.
T2, nucleus area and height are separate read-outs because they do not move together. Height tells
grade V alone (Salamat 2016, doi:10.1186/s40064-016-2542-5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from evdisc.outcome.cell_counts import FATES, IN_A_DISH, REGIONS, by_region, cells, marked
from evdisc.outcome.readout import Readout
from evdisc.outcome.transplanted import TRANSPLANTED
from evdisc.simulate.run import Run
from evdisc.simulate.values import Values

Floats = NDArray[np.float64]


#: nodes whose folds are averaged to the pain-factor index
PAIN_FACTORS = ("NGF", "BDNF")
#: what a relative read-out of a disc is relative to, whatever the grade it starts at
BEFORE = "relative to this disc before the insult"
#: and the activity of a node
AT_REST = "relative to the same cells before the insult or stimulus"
PAIN = Readout("pain-factor index", "fold of healthy", -1,
               f"mean of the folds of NGF and BDNF, each {AT_REST}", "expression")  # fmt: skip

DISC = (
    Readout("disc height index", "%", 1, f"disc height {BEFORE}",
            "disc height index"),
    Readout("GAG", "%", 1, f"glycosaminoglycan {BEFORE}", "GAG"),
    Readout("collagen II content", "%", 1, f"collagen II {BEFORE}", "GAG"),
    Readout("living cells", "%", 1, "living cells relative to the start", "living cells"),
    Readout("T2", "ms", 1, "T2 relaxation time of the nucleus", "T2"),
    Readout("Pfirrmann grade", "", -1, "grade by T2 and height, 1 to 5",
            "Pfirrmann grade", 1.0),
    Readout("NP area", "%", 1, f"nucleus volume that is left, {BEFORE}", "default"),
    Readout("water content", "%", 1, "water mass fraction of the nucleus", "water content"),
    Readout("annulus integrity", "%", 1, f"function of the annulus {BEFORE}", "annulus integrity"),
    Readout("nucleus pressure", "kPa", 1, "axial stress the nucleus carries at rest"),
    Readout("annulus load", "%", -1, "share of the load that the annulus carries"),
    Readout("vascularity", "%", -1, "vessels grown in, relative to a full scar",
            "ingrowth", 100.0),
    Readout("innervation", "%", -1, "nerves grown in, relative to a full scar",
            "ingrowth", 100.0),
    Readout("macrophages", "%", -1, "macrophages grown in, relative to a full scar; how they are "
            "polarised is followed in a dish alone", "ingrowth", 100.0),
    *FATES,
    PAIN,
)  # fmt: skip

#: genes and signals reported as fold of the level at the start; +1 where more is better
EXPRESSION = {
    "ACAN": 1, "COL2A1": 1, "SOX9": 1, "MMP3": -1, "MMP13": -1, "ADAMTS4": -1, "ADAMTS5": -1,
    "IL-6": -1, "IL-1beta": -1, "TNF-alpha": -1, "NF-kB": -1, "caspase-3": -1, "PTEN": 0,
    "PI3K/Akt": 0, "NLRP3": -1, "caspase-1": -1, "GSDMD": -1, "p16": -1, "p53": -1,
    "NGF": -1, "BDNF": -1, "M1 polarization": -1,
}  # fmt: skip

#: cell type whose polarisation a node is; in any other it stands still
MACROPHAGE = ("M1 polarization", "macrophage")


def expression_readouts(run: Run, region: str) -> dict[str, Floats]:
    """Fold of each reported node over its level at the start, in one region or cell type.

    The pain-factor index is the mean of the folds of NGF and BDNF; M1 polarization is told of
    macrophages alone.
    """
    out = {}
    for name in EXPRESSION:
        column = run.series.get(f"activity:{name}|{region}")
        if column is not None and (name != MACROPHAGE[0] or region == MACROPHAGE[1]):
            out[name] = column / max(float(column[0]), 1e-9)
    factors = [out[name] for name in PAIN_FACTORS if name in out]
    return out | ({PAIN.name: np.mean(factors, axis=0)} if factors else {})


def disc_readouts(run: Run, values: Values) -> dict[str, Floats]:
    """Read-outs of a disc run at its output times, in the unit of :data:`DISC`.

    What is told of every region stands plain for the nucleus and marked for the others.
    """
    s = run.series
    water = s["water_content"]
    healthy_t2 = values.number("t2_healthy", unit="s")
    t2 = healthy_t2 * t2_ratio(values, water)
    matrix = {"GAG": "gag", "collagen II content": "collagen_2"}
    return {
        "disc height index": 100.0 * s["height_ratio"],
        **{marked(name, r): 100.0 * s[f"{held}|{r}"] for name, held in matrix.items()
           for r in REGIONS},
        "T2": 1e3 * t2,
        "Pfirrmann grade": pfirrmann(values, t2 / healthy_t2, s["height_ratio"]),
        "NP area": 100.0 * s["volume_ratio|NP"] * (1.0 - s["extruded_nucleus"]),
        "water content": 100.0 * water,
        "annulus integrity": 100.0 * s["annulus_integrity"],
        "nucleus pressure": 1e-3 * s["nucleus_pressure"],
        "annulus load": 100.0 * s["annulus_load_share"],
        "vascularity": 100.0 * s["vessels"],
        "innervation": 100.0 * s["nerves"],
        "macrophages": 100.0 * s["macrophages"],
        **by_region(s),
        **expression_readouts(run, "NP"),
    }  # fmt: skip


def t2_ratio(values: Values, water: Floats) -> Floats:
    """T2 of the nucleus over healthy at a ``water`` mass fraction w.

        T2 / T2_0 = f + (1 - f) exp(-s (w_0 - w))

    Its logarithm falls with the water at first; a nucleus that dries out nears fibrous tissue.
    """
    least = values.number("t2_fibrous_share")
    lost = healthy_water(values) - water
    return least + (1.0 - least) * np.exp(-values.number("t2_slope_with_water") * lost)


def healthy_water(values: Values) -> float:
    """Water mass fraction of the nucleus at grade I.

        w_0 = m / (m + (1 - phi) rho_s),  m = phi rho_w

    phi is its porosity, rho_s and rho_w the densities of solid and water, kg/m3.
    """
    context = {**values.context, "grade": "1", "region": "NP"}
    porosity = values.library.resolve("porosity", **context).median
    water = porosity * values.number("water_density")
    return float(water / (water + (1.0 - porosity) * values.number("solid_density")))


def pfirrmann(values: Values, t2_ratio: Floats, height_ratio: Floats) -> Floats:
    """Pfirrmann grade 1 to 5 from T2 over healthy and the height over the disc's own at the start.

    Grades 1 to 4 are told apart by T2, scaled to the human disc where the species has another
    healthy T2; grade 5 is told by height alone (Salamat 2016, doi:10.1186/s40064-016-2542-5).
    """
    human = values.library.resolve("t2_healthy", species="human").median
    grade_one = values.library.resolve("disc_height", **{**values.context, "grade": "1"}).median
    own = values.library.resolve("disc_height", **values.context).median
    borders = [values.number("pfirrmann_t2_border", k, unit="s") for k in ("3", "2", "1")]
    grade = 4.0 - np.searchsorted(borders, t2_ratio * human)
    collapsed = height_ratio * own / grade_one < values.number("pfirrmann_five_height")
    return np.where(collapsed, 5.0, grade)


def dish_readouts(run: Run, cell_type: str) -> dict[str, Floats]:
    """Read-outs of one cell type in a dish."""
    told = cells(run.series, cell_type, IN_A_DISH, "viability")
    return told | expression_readouts(run, cell_type)


DISH = (
    Readout("viability", "%", 1, "living cells relative to the start", "living cells"),
    *(r for r in FATES if r.name not in ("crushed cells", "lost cells")),
    PAIN,
)


def readout_names(kind: str, nodes: Collection[str], cells: bool = False) -> list[str]:
    """Read-outs a disc or dish with this network reports; with ``cells`` where these are given."""
    plain = [r.name for r in (DISC if kind == "disc" else DISH)]
    return plain + [TRANSPLANTED.name] * cells + [n for n in EXPRESSION if n in nodes]


def describe(name: str, kind: str) -> Readout:
    """Unit, meaning and band of a read-out by name (``NAME`` or ``NAME (CELL)``)."""
    bare = name.split(" (")[0]
    told = (*DISC, TRANSPLANTED) if kind == "disc" else DISH
    table: Mapping[str, Readout] = {r.name: r for r in told}
    if bare in table:
        return table[bare]
    return Readout(
        bare,
        "fold of healthy",
        EXPRESSION.get(bare, 0),
        f"activity of {bare} {AT_REST}",
        "expression",
    )
