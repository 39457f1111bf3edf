"""What a mechanism may know when it is prepared for a run: geometry, patches, labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Setting:
    """Geometry and labels of one run.

    Attributes:
        kind: ``disc`` or ``dish``.
        volume: (nr, nz) volume of each grid cell, m3; in a dish one cell per cell type.
        region: (nr, nz) 0 nucleus pulposus, 1 annulus fibrosus, 2 endplate, 3 outside.
        patch_of: (nr, nz) index of the patch of each grid cell, -1 outside.
        patch_region: (patches,) region of each patch.
        nodes, cargoes: labels of the ``node`` and ``cargo`` axes.
        objects: what rooms above hand down by name (grid, network, product, geometry).
    """

    kind: str
    volume: Floats
    region: NDArray[np.int8]
    patch_of: Ints
    patch_region: Ints
    nodes: tuple[str, ...] = ()
    cargoes: tuple[str, ...] = ()
    objects: Mapping[str, Any] = field(default_factory=dict)

    @property
    def patches(self) -> int:
        """Number of patches."""
        return len(self.patch_region)

    @property
    def shape(self) -> tuple[int, int]:
        """Grid shape (nr, nz)."""
        return self.volume.shape
