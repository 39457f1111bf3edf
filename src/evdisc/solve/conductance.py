"""Diffusivities on cells -> conductances of faces, m3/s (two-point finite volumes).

``radial[i, k, s]`` belongs to the face at larger r of cell (i, k), ``axial[i, k, s]`` to the face
below it and ``axial[i, nz, s]`` to the lid; s is the solute. The axis, the mid-plane and whatever
touches the outside are closed. The outer annulus and the lid of the endplate may hold a boundary
value half a cell away.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.solve.grid import ANNULUS, ENDPLATE, OUTSIDE, Grid

Floats = NDArray[np.float64]


class Faces(NamedTuple):
    """What of a grid the faces depend on, as plain arrays."""

    r: Floats
    z: Floats
    sides: float
    region: NDArray[np.int8]


def faces_of(grid: Grid) -> Faces:
    """Faces of a grid, for kernels."""
    return Faces(grid.r_faces, grid.z_faces, float(grid.sides), grid.region)


@njit(cache=True, nogil=True)
def in_series(length_a, a, length_b, b):
    """Inverse of the resistance of two half cells; 0 where either is closed."""
    if a <= 0.0 or b <= 0.0:
        return 0.0
    return 1.0 / (0.5 * length_a / a + 0.5 * length_b / b)


@njit(cache=True, nogil=True)
def fill(faces, diffusivity, solute, annulus_open, endplate_open, radial, axial):
    """Write the conductances of one solute from its ``diffusivity`` (nr, nz), m2/s."""
    r, z, region = faces.r, faces.z, faces.region
    nr, nz = region.shape
    plate = 0.0
    for i in range(nr):
        if region[i, nz - 1] == ENDPLATE:
            plate = math.pi * r[i + 1] ** 2
    for i in range(nr):
        dr, ring = r[i + 1] - r[i], math.pi * (r[i + 1] ** 2 - r[i] ** 2)
        for k in range(nz):
            dz = z[k + 1] - z[k]
            wall = faces.sides * 2.0 * math.pi * r[i + 1] * dz
            floor = faces.sides * ring
            own = diffusivity[i, k] if region[i, k] != OUTSIDE else 0.0
            radial[i, k, solute] = 0.0
            if i + 1 < nr and region[i + 1, k] != OUTSIDE:
                radial[i, k, solute] = wall * in_series(
                    dr, own, r[i + 2] - r[i + 1], diffusivity[i + 1, k]
                )
            elif i + 1 == nr and annulus_open and region[i, k] == ANNULUS:
                radial[i, k, solute] = wall * own / (0.5 * dr)
            axial[i, k, solute] = 0.0
            if k > 0 and own > 0.0 and region[i, k - 1] != OUTSIDE:
                axial[i, k, solute] = floor * in_series(
                    dz, own, z[k] - z[k - 1], diffusivity[i, k - 1]
                )
        axial[i, nz, solute] = 0.0
        if region[i, nz - 1] == ENDPLATE:
            free = min(max((endplate_open * plate - math.pi * r[i] ** 2) / ring, 0.0), 1.0)
            thin = 0.5 * (z[nz] - z[nz - 1])
            axial[i, nz, solute] = free * faces.sides * ring * diffusivity[i, nz - 1] / thin
