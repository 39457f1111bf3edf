"""Axisymmetric (r, z) grids of half a disc; cell faces meet the borders of the regions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: cells in all, or in each segment
Counts = int | tuple[int, ...]

NUCLEUS, ANNULUS, ENDPLATE, OUTSIDE = 0, 1, 2, 3


@dataclass(frozen=True)
class Grid:
    """Cells between ``r_faces`` and ``z_faces``, m; z is 0 at the mid-plane.

    Attributes:
        region: (nr, nz) 0 nucleus, 1 annulus, 2 endplate, 3 outside the disc.
        half: True where the mid-plane is a mirror; volumes and areas then count both halves.
    """

    r_faces: Floats
    z_faces: Floats
    region: NDArray[np.int8]
    half: bool = True

    @property
    def r(self) -> Floats:
        """Radius of the cell centres, m."""
        return 0.5 * (self.r_faces[1:] + self.r_faces[:-1])

    @property
    def z(self) -> Floats:
        """Height of the cell centres above the mid-plane, m."""
        return 0.5 * (self.z_faces[1:] + self.z_faces[:-1])

    @property
    def shape(self) -> tuple[int, int]:
        """(nr, nz)."""
        return len(self.r_faces) - 1, len(self.z_faces) - 1

    @property
    def ring(self) -> Floats:
        """(nr,) area of each ring, m2."""
        return np.pi * np.diff(self.r_faces**2)

    @property
    def sides(self) -> int:
        """How many mirror images the grid stands for."""
        return 2 if self.half else 1

    @property
    def volume(self) -> Floats:
        """(nr, nz) volume of the cells, m3, both halves."""
        return self.sides * self.ring[:, None] * np.diff(self.z_faces)[None, :]


def build_grid(
    radius: float, nucleus_radius: float, height: float, endplate_radius: float,
    endplate_thickness: float, radial_cells: Counts, axial_cells: Counts,
) -> Grid:  # fmt: skip
    """Half of a disc of ``height`` between two endplates of ``endplate_thickness``, all in m.

    The radial faces meet the nucleus and the endplate rim, the axial ones the endplate. Cells are
    a total, or a count for each segment (see :func:`segments`).
    """
    r_faces = spread((0.0, nucleus_radius, endplate_radius, radius), radial_cells)
    z_faces = spread((0.0, 0.5 * height, 0.5 * height + endplate_thickness), axial_cells)
    r, z = np.meshgrid(
        0.5 * (r_faces[1:] + r_faces[:-1]), 0.5 * (z_faces[1:] + z_faces[:-1]), indexing="ij"
    )
    between = np.where(r < nucleus_radius, NUCLEUS, ANNULUS)
    beyond = np.where(r < endplate_radius, ENDPLATE, OUTSIDE)
    region = np.where(z < 0.5 * height, between, beyond).astype(np.int8)
    return Grid(r_faces, z_faces, region)


def build_slab(height: float, endplate_thickness: float, axial_cells: int) -> Grid:
    """Half of a slab: nucleus of ``height`` between two endplates, 1 m2 wide, one cell along r."""
    z_faces = spread((0.0, 0.5 * height, 0.5 * height + endplate_thickness), axial_cells)
    z = 0.5 * (z_faces[1:] + z_faces[:-1])
    region = np.where(z < 0.5 * height, NUCLEUS, ENDPLATE)[None, :].astype(np.int8)
    return Grid(np.array([0.0, np.sqrt(0.5 / np.pi)]), z_faces, region)


def spread(borders: tuple[float, ...], cells: Counts) -> Floats:
    """Faces that meet all borders, equally spaced within each segment."""
    edges = sorted(set(borders))
    counts = segments(borders, cells) if isinstance(cells, int) else cells
    parts = [
        np.linspace(a, b, n + 1)[:-1] for (a, b), n in zip(pairwise(edges), counts, strict=True)
    ]
    return np.append(np.concatenate(parts), edges[-1])


def segments(borders: tuple[float, ...], cells: int) -> tuple[int, ...]:
    """How many of ``cells`` cells fall to each segment between sorted borders, two at least.

    They go as the square root of the length: thin layers, where gradients are steep, get more than
    their share. On the human disc this takes the error of region means to a third.
    """
    weight = np.sqrt(np.diff(sorted(set(borders))))
    counts = np.maximum(np.round(cells * weight / weight.sum()).astype(int), 2)
    # rounding goes to the longest segment, so the asked number is met wherever it can be
    longest = np.argmax(weight)
    counts[longest] = max(2, counts[longest] + cells - counts.sum())
    return tuple(int(n) for n in counts)
