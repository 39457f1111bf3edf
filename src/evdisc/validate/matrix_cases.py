"""Matrix: published turnover, its closed form, death by hunger, and the order of therapies."""

from __future__ import annotations

import math

from evdisc.evidence.library import Library
from evdisc.tissue.matrix import relax
from evdisc.tissue.viability import glucose_death_rate
from evdisc.validate.case import Result, holds, near

YEAR = 365.25 * 86400.0
DAY = 86400.0


def turnover(library: Library) -> Result:
    """Half-lives of aggrecan and collagen from their turnover."""
    rows = (
        ("gag_turnover", {"species": "human", "region": "NP"}, "aggrecan, nucleus", 12.0),
        ("gag_turnover", {"species": "human", "region": "AF"}, "aggrecan, annulus", 11.2),
    )
    checks = [
        near(name, years, math.log(2) / library.resolve(key, **context).median / YEAR, "y", 0.15)
        for key, context, name, years in rows
    ]
    stated = (
        ("gag_turnover_reported", "NP", "", "aggrecan, degenerate nucleus", 8.8),
        ("gag_turnover_reported", "AF", "", "aggrecan, degenerate annulus", 8.4),
        ("gag_turnover_reported", "", "large aggrecan", "large aggrecan", 5.6),
        ("collagen_turnover_reported", "", "20-40 years", "collagen at 20-40 years", 95.0),
        ("collagen_turnover_reported", "", "50-80 years", "collagen at 50-80 years", 215.0),
    )
    for key, region, subject, name, years in stated:
        context = {"region": region, "subject": subject}
        row = next(
            r for r in library.parameters[key]
            if all(dict(r.context).get(k, "") == v for k, v in context.items())
        )  # fmt: skip
        checks.append(near(name, years, math.log(2) / row.median / YEAR, "y", 0.15))
    return Result("turnover", "half-lives of matrix", "sivan2006", tuple(checks),
                  "half-life is ln 2 over the stated turnover", used=True)  # fmt: skip


def closed_form(library: Library) -> Result:
    """GAG at constant viability follows v + (1 - v) exp(-k t)."""
    rate = library.resolve("gag_turnover", species="human", region="NP").median
    checks = []
    for viability in (0.8, 0.3):
        for years in (5.0, 51.0):
            gag, steps = 1.0, 200
            for _ in range(steps):
                gag = relax(gag, viability, 1.0, rate, years * YEAR / steps)
            exact = viability + (1 - viability) * math.exp(-rate * years * YEAR)
            checks.append(near(f"viability {viability}, {years:g} y", exact, gag, "1", 1e-9))
    share = 1.0 - math.exp(-rate * 51.0 * YEAR)
    checks.append(near("share of the way after 51 y", 0.95, share, "1", 0.02))
    return Result("closed form", "GAG at constant viability", "gu2014", tuple(checks),
                  "a simulated disc was published to settle in 55 y")  # fmt: skip


def hunger(library: Library) -> Result:
    """Half-lives of cells below the glucose threshold."""
    half, threshold = 0.2, 0.5
    checks = []
    for glucose, hours in ((0.4, 50.0), (0.3, 20.8), (0.2, 11.1), (0.1, 6.2), (0.0, 3.3)):
        rate = glucose_death_rate(glucose, threshold, half, 1.0 / DAY)
        checks.append(near(f"{glucose:g} mM", hours, math.log(2) / rate / 3600.0, "h", 0.02))
    return Result("hunger", "death by lack of glucose", "zhu2012", tuple(checks),
                  "a check of the code", used=True)  # fmt: skip


def v17(library: Library) -> Result:
    """Order of therapies on mildly and severely degenerate discs."""
    rate = library.resolve("gag_turnover", species="human", region="NP").median

    def after(viability: float, synthesis: float = 1.0, loss: float = 1.0) -> float:
        return relax(viability, viability * synthesis, loss, rate, 30.0 * YEAR)

    mild, severe = 0.8, 0.3
    recovered = 0.95
    return Result(
        "V17", "therapies on discs with 80 % and 30 % of their cells", "zhu2016",
        (holds("more cells help a mild disc", "recovers", after(1.0), "1",
               after(1.0) > after(mild)),
         holds("synthesis times 1.4 helps a mild disc", "recovers", after(mild, 1.4), "1",
               after(mild, 1.4) >= recovered),
         holds("it does not save a severe disc", "does not", after(severe, 1.4), "1",
               after(severe, 1.4) < recovered),
         holds("loss over 1.4 helps a mild disc", "recovers", after(mild, 1.0, 1 / 1.4), "1",
               after(mild, 1.0, 1 / 1.4) >= recovered),
         holds("it does not save a severe disc either", "does not",
               after(severe, 1.0, 1 / 1.4), "1", after(severe, 1.0, 1 / 1.4) < recovered)),
        "doses of the published therapies were not readable; 1.4 is the least that saves the "
        "mild disc. Neither therapy changes the cells, by the form of the equation",
    )  # fmt: skip


CASES = (turnover, closed_form, hunger, v17)
