"""Intradiscal bolus: part of it flows back, the rest fills the nucleus from its centre.

    out = l + (1 - l) m (1 - A)
    leaked -> leaked + out N
    e_i -> e_i + (1 - out) N f_i / (V_i sum of f),  f_i = min(phi V_i, liquid left)

N is the vesicles and l the share of the bolus that flows back, m the further share through an
annulus without function, A the integrity of the sector the needle enters; e_i free vesicles per m3
in a grid cell of volume V_i and water share phi. Cells fill in their order, until the liquid that
did not flow back is placed.

The injectate occupies the pore space of the nucleus as an ellipsoid of the nucleus's own
proportions, growing from the centre until its volume is placed. No measured injectate shape
was found, and this is our choice; back-flow along the needle is an uncertain share by species
(priors in the evidence), more through a damaged annulus. The needle tears it before the dose, by
its diameter over the height of the disc (:mod:`evdisc.tissue.puncture`): so gauge and species act.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, row, column, volume, sector, annulus_integrity, injected_vesicles,
           leaked_vesicles, free_vesicles):  # fmt: skip
    """Place one dose: ``clock[2]`` vesicles in ``clock[3]`` m3 of injectate."""
    vesicles, liquid = clock[2], clock[3]
    share_out = p[0, 0] + (1.0 - p[0, 0]) * p[2, 0] * (1.0 - annulus_integrity[sector])
    leaked = share_out * vesicles
    injected_vesicles[0] += vesicles
    leaked_vesicles[0] += leaked
    left = liquid * (1.0 - share_out)
    place(vesicles - leaked, left, p[1, 0], row, column, volume, free_vesicles)


@njit(cache=True, nogil=True)
def place(vesicles, liquid, porosity, row, column, volume, field):
    """Add ``vesicles`` in ``liquid`` m3 to the pores of the cells in their order."""
    filled = np.zeros(row.shape[0])
    left, total = liquid, 0.0
    for n in range(row.shape[0]):
        filled[n] = min(porosity * volume[row[n], column[n]], left)
        left -= filled[n]
        total += filled[n]
    for n in range(row.shape[0]):
        if total > 0.0:
            field[row[n], column[n]] += vesicles * filled[n] / total / volume[row[n], column[n]]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Nucleus cells in the order they fill, volumes, and the sector of the needle."""
    row, column = nucleus_cells(setting)
    return row, column, setting.volume, int(setting.objects.get("injection_sector", 0))


def nucleus_cells(setting: Setting) -> tuple[Any, Any]:
    """Nucleus cells ordered from the centre outwards in the nucleus's proportions."""
    grid = setting.objects["grid"]
    r, z = np.meshgrid(grid.r, grid.z, indexing="ij")
    middle = 0.0 if grid.half else 0.5 * (grid.z_faces[0] + grid.z_faces[-1])
    nucleus = setting.region == 0
    reach = (r[nucleus] / r[nucleus].max()) ** 2
    tall = np.abs(z - middle)[nucleus]
    order = np.argsort(reach + (tall / tall.max()) ** 2, kind="stable")
    rows, columns = np.nonzero(nucleus)
    return rows[order], columns[order]


MECHANISM = Mechanism(
    name="bolus",
    kernel=kernel,
    reads=("annulus_integrity",),
    owns=("injected_vesicles",),
    adds_to=("leaked_vesicles", "free_vesicles"),
    parameters=(
        Parameter("injection_leak", "1", "share of the bolus that flows back", 0.0, 1.0),
        Parameter("porosity", "1", "pore space of the nucleus", 0.0, 1.0),
        Parameter("leak_through_damage", "1", "further share lost through an open annulus", 0, 1),
    ),
    prepare=prepare,
    when="dose",
)
