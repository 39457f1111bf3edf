"""Cell loss: a share of all living cells dies at once.

    n -> (1 - q) n for each pool of living cells
    lost -> lost + q n

n is cells per m3 and q the share the protocol takes, everywhere alike. Our choice: a plain insult
to compare others with.
"""

from __future__ import annotations

from numba import njit

from evdisc.mechanism.contract import Mechanism

POOLS = ("healthy_cells", "inflamed_cells", "early_senescent_cells", "late_senescent_cells")


@njit(cache=True, nogil=True)
def kernel(clock, p, healthy_cells, inflamed_cells, early_senescent_cells, late_senescent_cells,
           living_cells, lost_cells):  # fmt: skip
    """Take the share ``clock[2]`` from every pool of living cells."""
    lost_cells += clock[2] * living_cells
    for pool in (healthy_cells, inflamed_cells, early_senescent_cells, late_senescent_cells,
                 living_cells):  # fmt: skip
        pool *= 1.0 - clock[2]


MECHANISM = Mechanism(
    name="cell_loss",
    kernel=kernel,
    adds_to=(*POOLS, "living_cells", "lost_cells"),
    when="cell_loss",
)
