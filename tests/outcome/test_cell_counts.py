"""Cells by region and cause: nothing is lost from the books."""

import numpy as np
import pytest

from evdisc.evidence.names import find
from evdisc.outcome.cell_counts import CAUSES, SENESCENT, by_region
from evdisc.outcome.readouts import DISC, DISH, EXPRESSION, describe


@pytest.fixture
def series():
    """Ten cells of each region: half die, of one cause each, two of the rest are senescent."""
    out = {}
    for region in ("NP", "AF", "CEP"):
        out[f"living_cells|{region}"] = np.array([10.0, 5.0])
        for pool in SENESCENT:
            out[f"{pool}|{region}"] = np.array([0.0, 1.0])
        for pool in CAUSES.values():
            out[f"{pool}|{region}"] = np.array([0.0, 1.0])
    return out


def test_living_and_dead_add_up_in_every_region(series):
    told = by_region(series)
    for mark in ("", " (AF)", " (CEP)"):
        assert told["living cells" + mark] + told["dead cells" + mark] == pytest.approx(100.0)
        assert told["senescence" + mark].tolist() == [0.0, 40.0]
        assert told["late senescence" + mark].tolist() == [0.0, 20.0]
        assert sum(told[c + mark][-1] for c in CAUSES) == told["dead cells" + mark][-1]


def test_every_readout_is_a_name_of_the_vocabulary():
    plain = {"nucleus pressure", "annulus load"}  # of the disc as a machine, in no vocabulary
    for name in {r.name for r in (*DISC, *DISH)} | set(EXPRESSION):
        assert find("readout", name) or name in plain, name
    assert describe("dead cells (AF)", "disc").full == 100.0
