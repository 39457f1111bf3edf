"""Nutrition: oxygen, glucose, lactate and pH of the disc, always at their steady state.

    div(D grad o) = phi n q_O / s
    div(D grad g) = y n q_L
    div(D grad a) = -n q_L
    D = D_w (phi / (2 - phi))^2, in the endplate times an uncertain factor
    phi = (phi0 - 1 + J) / J

o is oxygen, Pa, with the solubility s, mol/m3/Pa; g glucose and a lactate, mol/m3; n living cells
per m3; q_O and q_L what one consumes and makes, mol/s, and pH, by :mod:`evdisc.tissue.metabolism`
(Bibby 2005); y glucose for one lactate. D_w is the diffusivity in water, m2/s, with the hindrance
law of Mackie & Meares 1955; phi the water share of a tissue whose volume ratio is J, its solid kept
(phi0: healthy), held between 0.05 and 0.98. The grid is that of the healthy disc, so D / J counts
along z and D J along r. Above the open endplate and around the annulus the values are held. That
phi scales the oxygen sink alone is how the published code has it (BCN MedTech 2025), kept so that
results compare.

Solutes cross the disc in a day where cells change in weeks. Solved again when living cells, the
open endplate or the volume of a region have moved by 0.2 %.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.multigrid import coarsen, new_levels
from evdisc.tissue.metabolism import PARAMETERS, acidity
from evdisc.tissue.nutrition_solve import TOLERANCE, solve_nutrients

MOVED = 2e-3
#: a solution that follows small changes need not be more exact than they are
FOLLOWING = 0.25 * MOVED
FIRST = len(PARAMETERS)
#: places in what ``prepare`` returns: the start (NaN: none) and the number of Newton steps
START, COUNT = 6, 9


@njit(cache=True, nogil=True, error_model="numpy")
def hindrance(porosity: float) -> float:
    """Tissue over water diffusivity of a small solute (Mackie & Meares 1955)."""
    return (porosity / (2.0 - porosity)) ** 2


@njit(cache=True, nogil=True, error_model="numpy")
def moved(now, last):
    """Largest change of ``now`` since ``last``, over the largest value then."""
    largest, change = 0.0, 0.0
    for i in range(now.shape[0]):
        for k in range(now.shape[1]):
            largest = max(largest, last[i, k])
            change = max(change, abs(now[i, k] - last[i, k]))
    return change / largest if largest > 0.0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def swollen_porosity(healthy: float, ratio: float) -> float:
    """Water volume share of a tissue swollen or shrunk to ``ratio``; its solid is kept."""
    return min(max((healthy - 1.0 + ratio) / ratio, 0.05), 0.98)


@njit(cache=True, nogil=True, error_model="numpy")
def open_faces(faces, diffusivity, solute, levels):
    """Let the medium touch the free faces of annulus and endplate rim (an explant in culture)."""
    r, z, region = faces.r, faces.z, faces.region
    nr, nz = region.shape
    for i in range(nr):
        ring = math.pi * (r[i + 1] ** 2 - r[i] ** 2)
        for k in range(nz):
            if region[i, k] > 2:
                continue
            for face, beside in ((k + 1, k + 1), (k, k - 1)):
                if 0 <= beside < nz and region[i, beside] > 2:
                    levels.axial[i, face, solute] = (
                        faces.sides * ring * diffusivity[i, k] / (0.5 * (z[k + 1] - z[k]))
                    )
            if i + 1 < nr and region[i + 1, k] > 2:
                wall = faces.sides * 2.0 * math.pi * r[i + 1] * (z[k + 1] - z[k])
                levels.radial[i, k, solute] = wall * diffusivity[i, k] / (0.5 * (r[i + 1] - r[i]))


@njit(cache=True, nogil=True, error_model="numpy")
def kernel(clock, p, faces, volume, guarded, free, levels, spare, u, last, last_shape, count,
           porosity, along, across, living_cells, endplate_open, volume_ratio, oxygen, glucose,
           lactate, ph):  # fmt: skip
    """Write the steady nutrients for the living cells and the shape of now."""
    shape_moved = abs(endplate_open[0] - last_shape[3])
    for c in range(3):
        shape_moved = max(shape_moved, abs(volume_ratio[c] - last_shape[c]))
    if moved(living_cells, last) < MOVED and shape_moved < MOVED:
        return
    law, rest = p[:FIRST, 0].copy(), p[FIRST:]
    nr, nz = volume.shape
    lid, rim = rest[6:9, 0].copy(), rest[9:12, 0].copy()
    for s in range(3):
        for i in range(nr):
            for k in range(nz):
                c = faces.region[i, k]
                if c <= 2:
                    ratio = volume_ratio[c]
                    porosity[i, k] = swollen_porosity(rest[0, c], ratio)
                    own = rest[1 + s, c] * hindrance(porosity[i, k])
                    if c == 2:
                        own *= rest[4, c]
                    along[i, k], across[i, k] = own / ratio, own * ratio
        share = rest[5, 0] * endplate_open[0]
        fill(faces, along, s, True, share, spare, levels.axial)
        fill(faces, across, s, True, share, levels.radial, spare)
        if free:
            open_faces(faces, along, s, levels)
    coarsen(levels)
    tolerance = FOLLOWING
    if u[0, 0, 0] != u[0, 0, 0]:
        u[:] = lid
        tolerance = TOLERANCE
    if free:
        for i in range(nr):
            for k in range(nz):
                if faces.region[i, k] > 2:
                    u[i, k] = rim
    count[0] = solve_nutrients(
        levels, u, rim, lid, volume, living_cells, porosity, guarded, law, tolerance
    )
    last[:] = living_cells
    last_shape[:3], last_shape[3] = volume_ratio, endplate_open[0]
    for i in range(nr):
        for k in range(nz):
            if faces.region[i, k] <= 2:
                oxygen[i, k], glucose[i, k], lactate[i, k] = u[i, k]
                ph[i, k] = acidity(lactate[i, k], law)


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Faces, volumes, rate law, culture, multigrid levels and work space."""
    grid = setting.objects["grid"]
    nr, nz = setting.shape
    levels = new_levels(np.zeros((nr, nz, 3)), np.zeros((nr, nz + 1, 3)))
    spare = np.zeros((nr, nz + 1, 3))
    work = (np.full((nr, nz, 3), np.nan), np.zeros((nr, nz)), np.zeros(4), np.zeros(1),
            *(np.zeros((nr, nz)) for _ in range(3)))  # fmt: skip
    guarded = setting.objects["rate_law"] == "guarded"
    free = setting.objects.get("culture") == "free swelling"
    return faces_of(grid), setting.volume, guarded, free, levels, spare, *work


MECHANISM = Mechanism(
    name="nutrition",
    kernel=kernel,
    reads=("living_cells", "endplate_open", "volume_ratio"),
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
