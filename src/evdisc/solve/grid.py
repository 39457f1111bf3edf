"""Axisymmetric (r, z) grids of half a disc; cell faces meet the borders of the regions.

    x = a + (b - a) (1 - (1 - s)^1.5) where cells close up towards the end of a segment
    x = a + (b - a) (2 s)^1.25 / 2 for s < 1/2, mirrored above, where they do so towards both ends
    V = 2 pi (r2^2 - r1^2) (z2 - z1) for a half disc, both halves counted

x is a face between the borders a and b of a region, s the share of the cells before it; V the
volume of a cell. The powers are our choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: cells in all, or in each segment
Counts = int | tuple[int, ...]
#: powers by which cells shrink towards a border; both halve the error of region means on the human
#: disc against equal cells
GRADING, GENTLE = 1.5, 1.25

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

    def mean(self, field: Floats, region: int) -> float:
        """Volume mean of a field (nr, nz) over a region."""
        inside = self.region == region
        weight = self.volume[inside]
        return float((field[inside] * weight).sum() / weight.sum())

    def halved(self) -> Grid:
        """Every two cells along r and z made one.

        Raises:
            ValueError: two such cells lie in different regions.
        """
        if self.shape[0] % 2 or self.shape[1] % 2:
            raise ValueError("an odd number of cells cannot be halved")
        region = self.region[::2, ::2]
        if not np.array_equal(np.repeat(np.repeat(region, 2, 0), 2, 1), self.region):
            raise ValueError("a border of regions lies between two cells to be joined")
        return Grid(self.r_faces[::2], self.z_faces[::2], region, self.half)

    def doubled(self) -> Grid:
        """Both halves of a disc, one above the other; z is 0 at the mid-plane still."""
        z_faces = np.concatenate([-self.z_faces[:0:-1], self.z_faces])
        return Grid(self.r_faces, z_faces, np.hstack([self.region[:, ::-1], self.region]), False)


def build_grid(
    radius: float, nucleus_radius: float, height: float, endplate_radius: float,
    endplate_thickness: float, radial_cells: Counts, axial_cells: Counts,
) -> Grid:  # fmt: skip
    """Half of a disc of ``height`` between two endplates of ``endplate_thickness``, all in m.

    The radial faces meet the nucleus and the endplate rim, the axial ones the endplate. Cells are
    a total, or a count for each segment (:func:`radial_segments`, :func:`axial_segments`). They
    shrink towards the borders of tissues, the endplate and the outer wall, where fields bend.
    """
    radial = sorted({0.0, nucleus_radius, endplate_radius, radius})
    axial = [0.0, 0.5 * height, 0.5 * height + endplate_thickness]
    if isinstance(radial_cells, int):
        radial_cells = radial_segments(radial, radial_cells)
    if isinstance(axial_cells, int):
        axial_cells = axial_segments(axial, axial_cells)
    inner = [towards_end] * (len(radial) - 2)
    r_faces = spread(radial, radial_cells, [*inner, towards_both])
    z_faces = spread(axial, axial_cells, [towards_end, even])
    r, z = np.meshgrid(
        0.5 * (r_faces[1:] + r_faces[:-1]), 0.5 * (z_faces[1:] + z_faces[:-1]), indexing="ij"
    )
    between = np.where(r < nucleus_radius, NUCLEUS, ANNULUS)
    beyond = np.where(r < endplate_radius, ENDPLATE, OUTSIDE)
    region = np.where(z < 0.5 * height, between, beyond).astype(np.int8)
    return Grid(r_faces, z_faces, region)


def build_slab(height: float, endplate_thickness: float, axial_cells: int) -> Grid:
    """Half of a slab: nucleus of ``height`` between two endplates, 1 m2 wide, one cell along r."""
    borders = [0.0, 0.5 * height, 0.5 * height + endplate_thickness]
    counts = axial_segments(borders, axial_cells)
    z_faces = spread(borders, counts, [even] * len(counts))
    z = 0.5 * (z_faces[1:] + z_faces[:-1])
    region = np.where(z < 0.5 * height, NUCLEUS, ENDPLATE)[None, :].astype(np.int8)
    return Grid(np.array([0.0, np.sqrt(0.5 / np.pi)]), z_faces, region)


def even(part: Floats) -> Floats:
    """Faces at equal distance; ``part`` runs from 0 to 1 over a segment."""
    return part


def towards_end(part: Floats) -> Floats:
    """Faces that close up towards the end of a segment."""
    return 1.0 - (1.0 - part) ** GRADING


def towards_both(part: Floats) -> Floats:
    """Faces that close up gently towards both ends of a segment."""
    near = 0.5 * (2.0 * np.minimum(part, 1.0 - part)) ** GENTLE
    return np.where(part < 0.5, near, 1.0 - near)


def spread(
    borders: Sequence[float], counts: Sequence[int], grading: Sequence[Callable[[Floats], Floats]]
) -> Floats:
    """Faces that meet all borders, each segment with its count and its grading."""
    parts = [
        a + (b - a) * close_up(np.arange(n) / n)
        for (a, b), n, close_up in zip(pairwise(borders), counts, grading, strict=True)
    ]
    return np.append(np.concatenate(parts), borders[-1])


def radial_segments(borders: Sequence[float], cells: int) -> tuple[int, ...]:
    """How many of ``cells`` cells fall to each segment along r.

    The annulus, outermost above all, gets more than its share of length: the nucleus is fed along
    z and its fields hardly change along r, while the outer annulus is fed through its wall.
    """
    weight = np.sqrt(np.diff(borders))
    weight[1:] *= 1.5
    weight[-1] *= 2.0
    return shared_out(weight, cells)


def axial_segments(borders: Sequence[float], cells: int) -> tuple[int, ...]:
    """How many of ``cells`` cells fall to disc and endplate: as the square root of their length."""
    return shared_out(np.sqrt(np.diff(borders)), cells)


def shared_out(weight: Floats, cells: int) -> tuple[int, ...]:
    """Share cells out by weight, two at least to each."""
    counts = np.maximum(np.round(cells * weight / weight.sum()).astype(int), 2)
    # rounding goes to the largest share, so the asked number is met wherever it can be
    most = np.argmax(weight)
    counts[most] = max(2, counts[most] + cells - counts.sum())
    return tuple(int(n) for n in counts)
