"""Steady nutrients of the human disc beside scikit-fem, in one run.

    python benchmarks/nutrition.py

Both solve the published equations on half a disc. The error is the largest relative error of the
nine region means (three solutes in nucleus, annulus, endplate) against quadratic elements on a
finer mesh. The ratio is taken between the two solvers at the nearest equal error.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import peers
from evdisc.evidence.library import load
from evdisc.mechanism.setting import Setting
from evdisc.simulate.assemble import pack
from evdisc.simulate.values import Values
from evdisc.solve.grid import build_grid
from evdisc.tissue import nutrition
from evdisc.validate.nutrition_cases import CONTEXT, EQUAL_VOLUME

OURS = ((20, 15), (40, 30), (40, 60), (80, 60), (120, 90), (100, 150), (200, 150))
THEIRS = ((8, 6), (10, 8), (20, 15), (40, 30))
REPEATS = 5


def ours(values, cells):
    """Means (region, solute), the best of several times in s, and Newton steps."""
    grid = build_grid(*EQUAL_VOLUME, *cells)
    density = [values.number("cell_density", region=r) for r in ("NP", "AF", "CEP")]
    living = np.array([*density, 0.0])[grid.region]
    nothing = np.zeros(0, dtype=np.int64)
    packed = pack(nutrition.MECHANISM.parameters, values)
    times, steps, out = [], 0, []
    for _ in range(REPEATS):
        setting = Setting("disc", grid.volume, grid.region, nothing, nothing,
                          objects={"grid": grid, "rate_law": "published"})  # fmt: skip
        prepared = nutrition.MECHANISM.prepare(setting)
        out = [np.zeros(grid.shape) for _ in range(4)]
        began = time.perf_counter()
        nutrition.MECHANISM.kernel(
            np.zeros(4), packed, *prepared, living, np.ones(1), np.ones(3), *out
        )
        times.append(time.perf_counter() - began)
        steps = int(prepared[nutrition.COUNT][0])
    means = []
    for region in range(3):
        inside = grid.region == region
        weight = grid.volume[inside] / grid.volume[inside].sum()
        means.append([(field[inside] * weight).sum() for field in out[:3]])
    return np.array(means), min(times), steps


def theirs(problem, cells):
    """Means (region, solute) and the best of several times in s."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        basis, u = peers.solve(problem, *cells, tolerance=1e-8)
        times.append(time.perf_counter() - began)
    return np.array([peers.mean(basis, u, r, problem) for r in range(3)]), min(times)


def main():
    """Measure and print."""
    values = Values(
        load(), CONTEXT | {"grade": "1"}, overrides={("endplate_diffusivity_factor", ""): 1.0}
    )
    problem = peers.problem(values, EQUAL_VOLUME)
    basis, u = peers.solve(problem, 60, 44)
    best = np.array([peers.mean(basis, u, r, problem) for r in range(3)])
    ours(values, (10, 8))  # compiles

    def error(means):
        return float(np.abs(means / best - 1.0).max())

    mine = []
    print("evdisc, finite volumes with coupled multigrid")
    for cells in OURS:
        means, seconds, steps = ours(values, cells)
        mine.append((error(means), seconds))
        print(f"  {cells[0]:3} x {cells[1]:3}  {1e3 * seconds:8.2f} ms  {steps:2} steps  "
              f"error {error(means):.1e}")  # fmt: skip
    growth = np.polyfit(np.log([a * b for a, b in OURS]), np.log([t for _, t in mine]), 1)[0]
    print(f"  time grows as cells to the {growth:.2f}")
    print("scikit-fem, quadratic quadrilaterals, sparse direct Newton")
    for cells in THEIRS:
        means, seconds = theirs(problem, cells)
        wrong = error(means)
        peer = np.exp(np.interp(np.log(wrong), *zip(*sorted(
            (np.log(e), np.log(t)) for e, t in mine), strict=True)))  # fmt: skip
        print(f"  {cells[0]:3} x {cells[1]:3}  {1e3 * seconds:8.2f} ms            "
              f"error {wrong:.1e}   evdisc at this error {1e3 * peer:.1f} ms: "
              f"{seconds / peer:.1f} x faster")  # fmt: skip


if __name__ == "__main__":
    main()
