"""Nutrition: oxygen, glucose, lactate and pH of the disc, always at their steady state.

Solutes cross the disc in a day where cells change in weeks. Tissue diffusivity follows the
hindrance law D = D_water (porosity / (2 - porosity))^2 (Mackie & Meares 1955); the endplate's is
scaled by an uncertain factor. Solved again when living cells have moved by 0.2 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.multigrid import coarsen, new_levels
from evdisc.tissue.metabolism import PARAMETERS, acidity
from evdisc.tissue.nutrition_solve import solve_nutrients

MOVED = 2e-3
FIRST = len(PARAMETERS)


@njit(cache=True, nogil=True)
def hindrance(porosity: float) -> float:
    """Tissue over water diffusivity of a small solute (Mackie & Meares 1955)."""
    return (porosity / (2.0 - porosity)) ** 2


@njit(cache=True, nogil=True)
def moved(cells, last):
    """Largest change of ``cells`` since ``last``, over the largest density."""
    largest, change = 0.0, 0.0
    for i in range(cells.shape[0]):
        for k in range(cells.shape[1]):
            largest = max(largest, last[i, k])
            change = max(change, abs(cells[i, k] - last[i, k]))
    return change / largest if largest > 0.0 else 1.0


@njit(cache=True, nogil=True)
def kernel(clock, p, faces, volume, guarded, levels, u, last, porosity, diffusivity, living_cells,
           oxygen, glucose, lactate, ph):  # fmt: skip
    """Write the steady nutrients for the living cells of now."""
    if moved(living_cells, last) < MOVED:
        return
    law, rest = p[:FIRST, 0].copy(), p[FIRST:]
    nr, nz = volume.shape
    lid, rim = rest[6:9, 0].copy(), rest[9:12, 0].copy()
    for s in range(3):
        for i in range(nr):
            for k in range(nz):
                c = faces.region[i, k]
                if c <= 2:
                    porosity[i, k] = rest[0, c]
                    diffusivity[i, k] = rest[1 + s, c] * hindrance(rest[0, c])
                    if c == 2:
                        diffusivity[i, k] *= rest[4, c]
        fill(faces, diffusivity, s, True, rest[5, 0], levels.radial, levels.axial)
    coarsen(levels)
    if last.max() <= 0.0:
        u[:] = lid
    solve_nutrients(levels, u, rim, lid, volume, living_cells, porosity, guarded, law)
    last[:] = living_cells
    for i in range(nr):
        for k in range(nz):
            if faces.region[i, k] <= 2:
                oxygen[i, k], glucose[i, k], lactate[i, k] = u[i, k]
                ph[i, k] = acidity(lactate[i, k], law)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Faces, volumes, rate law, multigrid levels and work space."""
    grid = setting.objects["grid"]
    nr, nz = setting.shape
    levels = new_levels(np.zeros((nr, nz, 3)), np.zeros((nr, nz + 1, 3)))
    work = (np.zeros((nr, nz, 3)), *(np.zeros((nr, nz)) for _ in range(3)))
    guarded = setting.objects["rate_law"] == "guarded"
    return faces_of(grid), setting.volume, guarded, levels, *work


MECHANISM = Mechanism(
    name="nutrition",
    kernel=kernel,
    reads=("living_cells",),
    owns=("oxygen", "glucose", "lactate", "ph"),
    parameters=(
        *PARAMETERS,
        Parameter("porosity", "1", "water volume share of the healthy tissue", 0.0, 1.0),
        Parameter("free_diffusivity", "m2/s", "oxygen in water", 0.0, subject="oxygen"),
        Parameter("free_diffusivity", "m2/s", "glucose in water", 0.0, subject="glucose"),
        Parameter("free_diffusivity", "m2/s", "lactate in water", 0.0, subject="lactate"),
        Parameter("endplate_diffusivity_factor", "1", "endplate over the hindrance law", 0.0),
        Parameter("endplate_open_fraction", "1", "open share of the endplate", 0.0, 1.0),
        Parameter("endplate_oxygen", "Pa", "oxygen above the endplate", 0.0),
        Parameter("endplate_glucose", "mol/m3", "glucose above the endplate", 0.0),
        Parameter("endplate_lactate", "mol/m3", "lactate above the endplate", 0.0),
        Parameter("annulus_oxygen", "Pa", "oxygen around the annulus", 0.0),
        Parameter("annulus_glucose", "mol/m3", "glucose around the annulus", 0.0),
        Parameter("annulus_lactate", "mol/m3", "lactate around the annulus", 0.0),
    ),
    prepare=prepare,
    cites=("bibby2005", "upf2025", "mackie1955"),
)
