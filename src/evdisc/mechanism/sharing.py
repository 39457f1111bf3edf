"""Which networks a grid cell listens to: its own, or a mix of two that stand beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Sharing(NamedTuple):
    """Two networks of each grid cell and the weight of the second, all (nr, nz).

    A cell's answer is ``(1 - share) first + share second``, so what is kept by both is kept.
    ``first`` is -1 outside. The milieu of a disc moves cells between networks as their stress goes.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    share: NDArray[np.float64]


def alone(network_of: NDArray[np.int64]) -> Sharing:
    """Each cell listens to the one network of (nr, nz) ``network_of``."""
    return Sharing(network_of.copy(), network_of.copy(), np.zeros(network_of.shape))


@njit(cache=True, nogil=True, error_model="numpy")
def mixed(values: Any, label: int, first: int, second: int, share: float) -> float:
    """A cell's value of ``label`` from (labels, networks)."""
    return (1.0 - share) * values[label, first] + share * values[label, second]
