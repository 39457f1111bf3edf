"""Matrix: published turnover, its closed form, death by hunger, and the order of therapies."""

from __future__ import annotations

import math

from evdisc.evidence.library import Library
from evdisc.tissue.matrix import relax
from evdisc.tissue.viability import glucose_death_rate
from evdisc.validate.case import Result, holds, near, told

YEAR = 365.25 * 86400.0


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
    half, threshold, fastest = (
        library.resolve(f"glucose_death_{name}").median for name in ("half", "threshold", "rate")
    )
    checks = []
    for glucose, hours in ((0.4, 50.0), (0.3, 20.8), (0.2, 11.1), (0.1, 6.2), (0.0, 3.3)):
        rate = glucose_death_rate(glucose, threshold, half, fastest)
        checks.append(near(f"{glucose:g} mM", hours, math.log(2) / rate / 3600.0, "h", 0.02))
    return Result("hunger", "death by lack of glucose", "zhu2012", tuple(checks),
                  "a check of the code", used=True)  # fmt: skip


def v17(library: Library) -> Result:
    """Order of therapies on mildly and severely degenerate discs."""
    rate = library.resolve("gag_turnover", species="human", region="NP").median

    def after(viability: float, synthesis: float = 1.0, loss: float = 1.0) -> float:
        return relax(viability, viability * synthesis, loss, rate, 30.0 * YEAR)

    def needed(viability: float) -> float:
        # synthesis factor at which GAG is back at 95 % after 30 years, by bisection
        low, high = 1.0, 20.0
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if after(viability, middle) < 0.95 else (low, middle)
        return high

    mild, severe = needed(0.8), needed(0.3)
    return Result(
        "V17", "therapies on discs with 80 % and 30 % of their cells", "zhu2016",
        (holds("a synthesis that saves the mild disc leaves the severe one lost", "yes",
               after(0.3, mild), "1", after(0.3, mild) < 0.95),
         holds("so does a loss lowered as much", "yes", after(0.3, 1.0, 1 / mild), "1",
               after(0.3, 1.0, 1 / mild) < 0.95),
         told("synthesis factor that saves the mild disc", "not readable", mild, "1"),
         told("synthesis factor that saves the severe disc", "not readable", severe, "1"),
         told("GAG after 30 y where the cells are made up to all", "recovers", after(1.0), "1")),
        "the order follows from the form of the equation, so it checks the code more than the "
        "science: the doses of the published therapies were not readable",
    )  # fmt: skip


CASES = (turnover, closed_form, hunger, v17)
