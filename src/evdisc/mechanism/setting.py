"""What a mechanism may know when it is prepared for a run: geometry, patches, labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.mechanism.sharing import Sharing, alone

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Setting:
    """Geometry and labels of one run.

    Attributes:
        kind: ``disc`` or ``dish``.
        volume: (nr, nz) volume of each grid cell, m3; in a dish one cell per cell type.
        region: (nr, nz) 0 nucleus pulposus, 1 annulus fibrosus, 2 endplate, 3 outside.
        patch_of: (nr, nz) network (patch) nearest to each grid cell, -1 outside.
        patch_region: (patches,) region of each network.
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

    @cached_property
    def sharing(self) -> Sharing:
        """Networks each grid cell listens to; one object, which the milieu of a disc rewrites."""
        return alone(self.patch_of)

    @cached_property
    def seats(self) -> Ints:
        """(patches, 2) grid cell whose milieu a network sees; where none is stated, its first."""
        stated = self.objects.get("seats")
        if stated is not None:
            return np.asarray(stated, dtype=np.int64)
        numbers, place = np.unique(self.patch_of.ravel(), return_index=True)
        return np.argwhere(self.patch_of > -2)[place[numbers >= 0]]

    @property
    def patches(self) -> int:
        """Number of networks."""
        return len(self.patch_region)

    @property
    def shape(self) -> tuple[int, int]:
        """Grid shape (nr, nz)."""
        return self.volume.shape
