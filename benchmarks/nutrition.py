"""Steady nutrients of the human disc beside scikit-fem, NGSolve and FiPy, in one run.

    python benchmarks/nutrition.py          (pip install ngsolve fipy, for those two)

All solve the published equations on half a disc of regions that meet cell faces. The error is the
largest relative error of the nine region means (three solutes in nucleus, annulus, endplate)
against quadratic elements on a finer mesh. A ratio compares a peer's time with ours at the same
error, read off our curve; ours are means extrapolated from a grid and its half, both timed.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import other_peers

import peers
from evdisc.evidence.library import load
from evdisc.simulate.steady_nutrients import Tissue, refined, steady_state
from evdisc.simulate.values import Values
from evdisc.solve.grid import axial_segments, build_grid, radial_segments
from evdisc.validate.nutrition_cases import CONTEXT, EQUAL_VOLUME

SINGLE = ((20, 30), (40, 60), (100, 150), (200, 300))
PAIRS = ((20, 16), (40, 32), (60, 48), (80, 64), (120, 96), (160, 120))
QUADRATIC = ((8, 6), (10, 8), (20, 15), (40, 30))
VOLUMES = ((40, 30), (60, 45))
REPEATS = 5
DISCS = 256


def best_of(times, action):
    """Shortest of several runs in s, and what the last gave."""
    shortest, result = np.inf, None
    for _ in range(times):
        began = time.perf_counter()
        result = action()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest, result


def nested(cells):
    """Grid whose every segment has an even number of cells."""
    radius, nucleus, height, endplate, thickness = EQUAL_VOLUME
    across = [0.0, nucleus, endplate, radius]
    along = [0.0, height / 2, height / 2 + thickness]
    radial = tuple(2 * n for n in radial_segments(across, cells[0] // 2))
    axial = tuple(2 * n for n in axial_segments(along, cells[1] // 2))
    return build_grid(*EQUAL_VOLUME, radial, axial)


def ours_alone(tissue):
    """Time of one grid against its size."""
    print("evdisc, finite volumes with coupled multigrid, cold start")
    times = []
    for cells in SINGLE:
        grid = build_grid(*EQUAL_VOLUME, *cells)
        seconds, found = best_of(REPEATS, lambda grid=grid: steady_state(grid, tissue, "published"))
        times.append(seconds)
        print(f"  {cells[0]:3} x {cells[1]:3}  {1e3 * seconds:8.2f} ms  {found.iterations} steps")
    growth = np.polyfit(np.log([a * b for a, b in SINGLE]), np.log(times), 1)[0]
    print(f"  time grows as cells to the {growth:.2f}")


def ours(tissue, error):
    """(error, time) of means extrapolated from two grids."""
    print("evdisc, a grid and its half")
    curve = []
    for cells in PAIRS:
        grid = nested(cells)
        seconds, found = best_of(REPEATS, lambda grid=grid: refined(grid, tissue, "published"))
        scale = dict(zip(peers.SOLUTES, (1e3, 1, 1), strict=True))
        means = [[scale[s] * found.mean(s, c) for s in peers.SOLUTES] for c in range(3)]
        curve.append((error(means), seconds))
        print(f"  {grid.shape[0]:3} x {grid.shape[1]:3}  {1e3 * seconds:8.2f} ms  "
              f"error {curve[-1][0]:.1e}")  # fmt: skip
    return curve


def against(curve, name, sizes, solve, error):
    """Times of a peer and ours at its error."""
    print(name)
    floor = sorted((np.log(e), np.log(t)) for e, t in curve)
    for cells in sizes:
        seconds, means = best_of(2, lambda cells=cells: solve(*cells))
        wrong = error(means)
        same = np.exp(np.interp(np.log(wrong), *zip(*floor, strict=True)))
        size = f"{cells[0]:3} x {cells[1]:3}"
        print(f"  {size}  {1e3 * seconds:8.2f} ms  error {wrong:.1e}   evdisc at this error "
              f"{1e3 * same:.1f} ms: {seconds / same:.0f} x faster")  # fmt: skip


def batch(tissue):
    """Many discs, one after the other, each from a neighbour's start."""
    grid = build_grid(*EQUAL_VOLUME, 40, 60)
    rng = np.random.default_rng(1)
    packed = [tissue.packed * rng.uniform(0.9, 1.1, tissue.packed.shape) for _ in range(DISCS)]
    discs = [Tissue(p, tissue.density) for p in packed]

    def all_discs():
        for disc in discs:
            steady_state(grid, disc, "guarded")

    seconds, _ = best_of(1, all_discs)
    print(f"evdisc, {DISCS} discs of 40 x 60 with parameters 10 % apart: "
          f"{1e3 * seconds / DISCS:.2f} ms a disc on one core")  # fmt: skip


def main():
    """Measure and print."""
    stated = {("endplate_diffusivity_factor", ""): 1.0}
    values = Values(load(), CONTEXT | {"grade": "1"}, overrides=stated)
    tissue = Tissue.of(values)
    problem = peers.problem(values, EQUAL_VOLUME)
    exact = peers.quadratic(problem, 60, 44)

    def error(means):
        return float(np.abs(np.array(means) / exact - 1.0).max())

    refined(nested((8, 8)), tissue, "published")  # compiles
    ours_alone(tissue)
    curve = ours(tissue, error)
    against(curve, "scikit-fem, quadratic quadrilaterals, sparse direct Newton", QUADRATIC,
            lambda *cells: peers.quadratic(problem, *cells), error)  # fmt: skip
    for name, sizes, solve in (
        (
            "NGSolve, quadratic quadrilaterals, sparse direct Newton",
            QUADRATIC,
            other_peers.ngsolve_means,
        ),
        ("FiPy, finite volumes, swept to 1e-6", VOLUMES, other_peers.fipy_means),
    ):
        try:
            against(curve, name, sizes, lambda *c, solve=solve: solve(problem, *c), error)
        except ImportError as missing:
            print(f"{name}: left out, {missing}")
    batch(tissue)


if __name__ == "__main__":
    main()
