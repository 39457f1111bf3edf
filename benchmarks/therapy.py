"""One therapy run of 180 days and three doses on 40 x 60 cells, and a thousand of them.

python benchmarks/therapy.py [runs]

Prints seconds a run on one core after warm-up, where they go by mechanism, how far that is from a
floor, and what [runs] (default 24) take on two processes. The floor lets every step do the least it
can: three evaluations of the network a half step, one multigrid cycle a solve, no Python; each of
these is timed alone in the same run.
"""

import resource
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

import evdisc.simulate.assemble as assembly
from evdisc.cell.field import raised, targets
from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import from_document
from evdisc.simulate import disc
from evdisc.solve.diffusion import cycle
from evdisc.study.worker import draw

STUDY = from_document({
    "evdisc": 1, "kind": "disc", "title": "benchmark",
    "disc": {"preset": "rat-caudal", "insult": {"puncture": {"gauge": 21, "at": "0 d"}}},
    "therapy": {
        "vesicle": {"source": {"cell": "BMSC"}},
        "delivery": {"dose": "1e8 particles", "volume": "2 uL",
                     "schedule": ["14 d", "44 d", "74 d"]},
    },
    "compare": ["untreated", "vehicle"], "duration": "180 d",
    "numerics": {"radial_cells": 40, "axial_cells": 60},
}).spec  # fmt: skip
MEMBERS = 6


def one(number):
    """Seconds of one run."""
    member = draw(STUDY, number, load())
    member.release_gains(False)
    began = time.perf_counter()
    disc.run_arm(STUDY, member, "treated", "stoichiometric")
    return time.perf_counter() - began


def by_mechanism(number):
    """Seconds by mechanism and in all, and the least the same steps could take."""
    spent, bound = defaultdict(float), {}
    plain = assembly.Bound.__call__

    def timed(self, clock):
        began = time.perf_counter()
        found = plain(self, clock)
        spent[self.mechanism.name] += time.perf_counter() - began
        bound[self.mechanism.name] = self
        return found

    assembly.Bound.__call__ = timed
    try:
        member = draw(STUDY, number, load())
        member.release_gains(False)
        began = time.perf_counter()
        run = disc.run_arm(STUDY, member, "treated", "stoichiometric")
        whole = time.perf_counter() - began
    finally:
        assembly.Bound.__call__ = plain
    return spent, whole, run.steps, floor(bound, run.steps)


def floor(bound, steps):
    """Seconds of the least work in the network and the two transports."""
    _, wired, groups, *_, activity = bound["signalling"].arguments
    network = 0.0
    for first, end, kind, wide in groups:
        x = np.ascontiguousarray(activity[:, np.minimum(np.arange(first, first + wide), end - 1)])
        table, driven = np.zeros((3 * len(x), wide)), np.zeros(len(x), dtype=np.bool_)
        raised(x, wired.sources, table)
        rows = wired.order[kind][: wired.reached[kind]]
        out = np.empty_like(x)
        network += timed_alone(targets, table, x, driven, wired, kind, rows, out)
    transport = next(a for a in bound["cytokines"].arguments if type(a).__name__ == "Transport")
    solve = timed_alone(cycle, transport.levels)
    return steps * (2 * 3 * network + 3 * 2 * solve)


def timed_alone(kernel, *arguments):
    """Seconds of one call, the least of a few dozen."""
    kernel(*arguments)
    found = []
    for _ in range(40):
        began = time.perf_counter()
        kernel(*arguments)
        found.append(time.perf_counter() - began)
    return min(found)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    one(0)
    seconds = [one(n) for n in range(MEMBERS)]
    print(
        f"180 days, 3 doses, 40 x 60 cells: median {np.median(seconds):.2f} s a run, "
        f"{min(seconds):.2f} to {max(seconds):.2f} s over {MEMBERS} members, one core"
    )
    spent, whole, steps, least = by_mechanism(2)
    for name, used in sorted(spent.items(), key=lambda item: -item[1])[:9]:
        print(f"  {name:14s} {used:.3f} s  {100 * used / whole:4.1f} %")
    print(f"  {'Python':14s} {whole - sum(spent.values()):.3f} s; {steps} steps in {whole:.2f} s")
    print(f"  floor of the same steps {least:.2f} s: {whole / least:.1f} times above it")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(one, range(2)))
        began = time.perf_counter()
        list(pool.map(one, range(runs)))
        wall = (time.perf_counter() - began) / runs
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"two processes: {wall:.2f} s a run, 1,000 runs in {1000 * wall / 60:.1f} min; "
          f"{peak:.0f} MiB a worker at most")  # fmt: skip


if __name__ == "__main__":
    main()
