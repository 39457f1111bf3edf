"""Expansion: from the vials of a cell bank to the cells of a batch, and the passage limit.

    doublings = log2(cells / (cells in a vial x viability)), at least 0
    passages = doublings / doublings per passage, rounded up
    vials = cells / (cells in a vial x viability x 2^(doublings per passage x passages left))
    time = doublings x doubling time

passages left are those up to the limit of the parent cell; vials are rounded up. Growth by doubling
at a constant rate is our choice; the numbers are rows of the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evdisc.manufacture.draws import Draws, Floats

MILLION = 1e6


@dataclass(frozen=True)
class Expansion:
    """Growth from one vial to the cells of one batch; arrays are (count,).

    Attributes:
        doublings: population doublings.
        passages: after the bank.
        last_passage: passage of the cells that condition medium.
        limit: passage beyond which they are not used.
        vials: that keep within the limit; infinite where no number does.
        time: s.
        medium: growth medium, m3.
    """

    doublings: Floats
    passages: Floats
    last_passage: Floats
    limit: Floats
    vials: Floats
    time: Floats
    medium: Floats

    @property
    def exceeded(self) -> float:
        """Share of the draws in which one vial passes the limit."""
        return float(np.mean(self.last_passage > self.limit))


def expansion(cells: Floats, parent: str, draws: Draws) -> Expansion:
    """Growth of one vial to ``cells`` (count,)."""
    thawed = draws.value("bank_vial_cells") * draws.value("thaw_viability")
    each = draws.value("doublings_per_passage")
    bank, limit = draws.value("bank_passage"), draws.value("passage_limit", parent)
    doublings = np.log2(np.maximum(cells / thawed, 1.0))
    passages = np.ceil(doublings / each)
    most = thawed * 2.0 ** (each * np.maximum(limit - bank, 0.0))
    return Expansion(
        doublings, passages, bank + passages, limit, np.maximum(np.ceil(cells / most), 1.0),
        doublings * draws.value("doubling_time"),
        cells / MILLION * draws.value("expansion_medium"),
    )  # fmt: skip
