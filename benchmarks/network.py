"""A network of 100 states, 2,400 trajectories of 48 h: ours beside libRoadRunner in one run.

python benchmarks/network.py

Both are asked for activities right to 1e-3 at the end; the error of each is measured against a
tight solution and printed. One core.
"""

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import roadrunner

from evdisc.cell.assay import assay
from evdisc.cell.exchange_export import identifiers, to_sbml
from evdisc.cell.full_ode import full_ode
from evdisc.cell.homeostasis import balance, calm
from evdisc.cell.network import Network

STATES, EDGES, BATCH, HOURS = 100, 260, 2400, 48.0
CHECKED = 24


def random_network(seed=1):
    """A network of the size of published ones, with a healthy state that rests."""
    rng = np.random.default_rng(seed)
    inputs = 10
    target = np.sort(rng.integers(inputs, STATES, EDGES))
    first = np.searchsorted(target, np.arange(STATES + 1)).astype(np.int64)
    source = rng.integers(0, STATES, EDGES)
    sign = rng.choice([1.0, -1.0], EDGES, p=[0.65, 0.35])
    hill, half = rng.integers(1, 4, EDGES), rng.uniform(0.3, 0.7, EDGES)
    strength = rng.lognormal(np.log(3.0), 0.5, (1, EDGES))
    healthy = np.where(np.arange(STATES) < inputs, 0.0, rng.uniform(0.05, 0.6, STATES))
    offset = np.zeros((1, STATES))
    looped = np.ones(EDGES, dtype=bool)
    calm(first, source, sign, hill, half, strength[0], healthy, looped, offset[0])
    balance(first, source, sign, hill, half, strength[0], healthy, offset[0])
    return Network(
        tuple(f"n{i}" for i in range(STATES)), first, source, sign, hill, half, strength, offset,
        healthy, rng.lognormal(np.log(3 * 3600.0), 0.8, STATES), np.ones(STATES),
        np.zeros(STATES), tuple(f"e{i}" for i in range(EDGES)),
    )  # fmt: skip


def main():
    network = random_network()
    rng = np.random.default_rng(2)
    drives = [{int(i): float(rng.uniform(0.1, 1.0)) for i in rng.integers(0, 10, 3)}
              for _ in range(BATCH)]  # fmt: skip
    exact = np.array([full_ode(network, 0, d, (), [3600 * HOURS])[-1] for d in drives[:CHECKED]]).T

    assay(network, 0, drives[:2], [60.0])
    began = time.perf_counter()
    ours = assay(network, 0, drives, [3600 * HOURS])[0]
    mine = (time.perf_counter() - began) / BATCH
    error = np.abs(ours[:, :CHECKED] - exact).max()

    began = time.perf_counter()
    for d in drives[:200]:
        assay(network, 0, [d], [3600 * HOURS])
    single = (time.perf_counter() - began) / 200

    ids = identifiers(network.nodes)
    text = to_sbml(network, 0, title="random", start=network.healthy, drive={})
    peer = roadrunner.RoadRunner(text)
    peer.timeCourseSelections = ["x_" + i for i in ids]
    print(f"{STATES} states, {EDGES} edges, {BATCH} trajectories of {HOURS:g} h, one core")
    for relative in (1e-2, 1e-3, 1e-4):
        peer.integrator.relative_tolerance = relative
        peer.integrator.absolute_tolerance = relative * 1e-2
        found = []
        began = time.perf_counter()
        for d in drives:
            peer.reset()
            for i in range(10):
                peer[f"drive_{ids[i]}"] = d.get(i, 0.0)
            found.append(np.array(peer.simulate(0, HOURS, 2))[-1])
        theirs = (time.perf_counter() - began) / BATCH
        worst = np.abs(np.array(found[:CHECKED]).T - exact).max()
        print(f"libRoadRunner, relative tolerance {relative:g}: {1e3 * theirs:.3f} ms, error "
              f"{worst:.1e}; ours is {theirs / mine:.1f} times faster in a batch, "
              f"{theirs / single:.1f} one by one")  # fmt: skip
    print(f"ours, as a run has it: {1e3 * mine:.3f} ms in a batch, {1e3 * single:.3f} ms one by "
          f"one, error {error:.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
