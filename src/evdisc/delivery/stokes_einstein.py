"""Free diffusivity of a sphere in water (Einstein 1905, doi:10.1002/andp.19053220806)."""

from __future__ import annotations

import math

from numba import njit

BOLTZMANN = 1.380649e-23  # J/K, exact by definition of the SI


@njit(cache=True, nogil=True)
def free_diffusivity(diameter: float, temperature: float, viscosity: float) -> float:
    """Diffusivity in m2/s from diameter (m), temperature (K) and viscosity (Pa s).

    D = k_B temperature / (3 pi viscosity diameter), k_B Boltzmann's constant.
    """
    return BOLTZMANN * temperature / (3.0 * math.pi * viscosity * diameter)
