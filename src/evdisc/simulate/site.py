"""The site of a run: geometry, grid, patches and labels -> the setting mechanisms see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.cell.autocrine import CYTOKINES, release_share
from evdisc.cell.cargo_effect import acting_pairs
from evdisc.cell.network import Network
from evdisc.mechanism.setting import Setting
from evdisc.protocol.disc_specs import DiscSpec
from evdisc.simulate.seating import Seating
from evdisc.simulate.values import Values
from evdisc.solve.grid import Grid, axial_segments, build_grid, radial_segments
from evdisc.vesicle.product import Product

Floats = NDArray[np.float64]
#: recipient cell of each region
REGION_CELLS = ("NP", "AF", "EPC")
#: parameter column of each recipient cell in a dish
CELL_COLUMN = {"AF": 1, "EPC": 2}
RELEASE_RATES = ("il_1beta_secretion_rate", "tnf_alpha_secretion_rate")

SPECIES = {
    "rat-caudal": "rat", "mouse-caudal": "mouse", "rabbit-lumbar": "rabbit",
    "goat-lumbar": "goat", "bovine-caudal": "bovine",
}  # fmt: skip


@dataclass(frozen=True)
class Geometry:
    """Size of a disc, m; ``height`` is without the two cartilage endplates."""

    height: float
    radius: float
    nucleus_radius: float
    endplate_radius: float
    endplate_thickness: float


def disc_context(disc: DiscSpec) -> dict[str, str]:
    """Context in which the parameters of a disc are resolved."""
    preset = "human-lumbar" if disc.preset == "human-lumbar-equal-volume" else disc.preset
    return {
        "preset": preset, "species": SPECIES.get(disc.preset, "human"), "grade": str(disc.grade),
    }  # fmt: skip


def disc_overrides(disc: DiscSpec) -> dict[tuple[str, str], float]:
    """Values the protocol states itself, by (key, subject or region)."""
    places = {
        "height": ("disc_height", ""),
        "radius": ("disc_radius", ""),
        "nucleus_radius": ("nucleus_radius", ""),
        "endplate_radius": ("endplate_radius", ""),
        "endplate_thickness": ("endplate_thickness", ""),
        "cell_density_nucleus": ("cell_density", "NP"),
        "cell_density_annulus": ("cell_density", "AF"),
        "cell_density_endplate": ("cell_density", "CEP"),
        "endplate_diffusivity_factor": ("endplate_diffusivity_factor", ""),
        "endplate_open_fraction": ("endplate_open_fraction", ""),
        "endplate_oxygen": ("endplate_oxygen", ""),
        "endplate_glucose": ("endplate_glucose", ""),
        "endplate_lactate": ("endplate_lactate", ""),
        "annulus_oxygen": ("annulus_oxygen", ""),
        "annulus_glucose": ("annulus_glucose", ""),
        "annulus_lactate": ("annulus_lactate", ""),
        "metabolic_multiplier": ("metabolic_multiplier", ""),
        "porosity_nucleus": ("porosity", "NP"),
        "porosity_annulus": ("porosity", "AF"),
        "porosity_endplate": ("porosity", "CEP"),
        "charge_nucleus": ("fixed_charge_density", "NP"),
        "charge_annulus": ("fixed_charge_density", "AF"),
        "charge_endplate": ("fixed_charge_density", "CEP"),
    }
    stated = {field: getattr(disc, field) for field in places}
    return {places[f]: float(v) for f, v in stated.items() if v is not None}


def geometry(values: Values) -> Geometry:
    """Size of the disc; a preset without a nucleus or endplate radius takes the human share."""
    radius = values.number("disc_radius", unit="m")

    def own_or_share(key: str) -> float:
        preset = values.context.get("preset", "")
        rows = values.library.parameters.get(key, ())
        own = (key, "") in values.overrides or any(("preset", preset) in r.context for r in rows)
        return values.number(key) if own else radius * values.number(key + "_share")

    return Geometry(
        height=values.number("disc_height", unit="m"),
        radius=radius,
        nucleus_radius=own_or_share("nucleus_radius"),
        endplate_radius=own_or_share("endplate_radius"),
        endplate_thickness=values.number("endplate_thickness", unit="m"),
    )


def disc_grid(
    size: Geometry, radial_cells: int, axial_cells: int, like: Geometry, refine: int = 1
) -> Grid:
    """Half-disc grid; symmetry about the mid-plane is used.

    Cells are shared out between the regions as ``like`` has them, so that the discs of all
    members have the same cells in the same regions, stretched. With ``refine`` each segment has a
    multiple of that many cells.
    """
    across = sorted({0.0, like.nucleus_radius, like.endplate_radius, like.radius})
    half = 0.5 * like.height
    along = [0.0, half, half + like.endplate_thickness]
    radial = tuple(refine * n for n in radial_segments(across, radial_cells // refine))
    axial = tuple(refine * n for n in axial_segments(along, axial_cells // refine))
    return build_grid(
        size.radius, size.nucleus_radius, size.height, size.endplate_radius,
        size.endplate_thickness, radial, axial,
    )  # fmt: skip


def cargo_objects(
    product: Product | None, network: Network, values: Values, hypothesis: str
) -> dict[str, Any]:
    """What delivery and cell rooms need to know of the product."""
    cargoes = product.cargoes if product else ()
    kinds = product.kinds if product else ()

    def each(key: str) -> Floats:
        pairs = zip(cargoes, kinds, strict=True)
        return np.array([values.molecular(key, name, kind) for name, kind in pairs])

    return {
        "hypothesis": hypothesis,
        "cargo_nodes": acting_pairs(cargoes, network),
        "copies_per_vesicle": np.array(product.copies if product else (), dtype=np.float64),
        "endogenous_copies": each("endogenous_copies"),
        "cargo_half_life": each("cargo_half_life"),
        "expression_delay": each("expression_delay"),
        "nuclear_entry": each("nuclear_entry"),
        "sponged_copies": [
            values.molecular("endogenous_copies", sponged, "miRNA") if sponged else 0.0
            for sponged in (product.sponges if product else ())
        ],
        "bare_copies": np.zeros(len(cargoes)),
        "cargo_present": [float(c not in product.absent) for c in cargoes] if product else [],
    }


def uptake_of(cell_types: Sequence[str], values: Values) -> list[float]:
    """Uptake by each recipient cell over that of a nucleus cell."""
    return [values.number("uptake_of_recipient", cell) for cell in cell_types]


def release_shares(
    around: Sequence[Floats], values: Values, density: Sequence[float], half_life: str
) -> list[float]:
    """Share of its cytokine release at which each healthy tissue stays healthy.

    Args:
        around: gains of the cells of each tissue, see :func:`evdisc.cell.autocrine.gains`.
        values: parameters.
        density: cells/m3 of each tissue.
        half_life: parameter of how long a cytokine stays.
    """
    life = values.number(half_life, unit="s") / math.log(2.0)
    full = [
        values.number(rate, unit="kg/cell/s") * life / values.number("stimulus_half", name)
        for rate, name in zip(RELEASE_RATES, CYTOKINES, strict=True)
    ]
    return [
        release_share(gain, [f * cells for f in full])
        for gain, cells in zip(around, density, strict=True)
    ]


def disc_setting(
    grid: Grid, size: Geometry, network: Network, objects: Mapping[str, Any],
    cargoes: Sequence[str], seating: Seating,
) -> Setting:  # fmt: skip
    """Setting of a disc run, whose networks sit as ``seating`` has them."""
    return Setting(
        kind="disc",
        volume=grid.volume,
        region=grid.region,
        patch_of=seating.nearest,
        patch_region=seating.region,
        nodes=network.nodes,
        cargoes=tuple(cargoes),
        objects={
            **objects, "grid": grid, "geometry": size, "network": network,
            "seats": seating.seats, "rows": seating.rows,
            "held_drive": np.zeros((len(network.nodes), len(seating.seats))),
        },
    )  # fmt: skip


def dish_setting(
    cell_types: Sequence[str], network: Network, objects: Mapping[str, Any],
    cargoes: Sequence[str],
) -> Setting:  # fmt: skip
    """Setting of a dish run: one compartment of stirred medium per cell type, 1 mL in all."""
    count = len(cell_types)
    column = np.array([[CELL_COLUMN.get(name, 0)] for name in cell_types], dtype=np.int8)
    return Setting(
        kind="dish",
        volume=np.full((count, 1), 1e-6 / count),
        region=column,
        patch_of=np.arange(count, dtype=np.int64)[:, None],
        patch_region=np.arange(count, dtype=np.int64),
        nodes=network.nodes,
        cargoes=tuple(cargoes),
        objects={
            **objects, "network": network,
            "held_drive": np.zeros((len(network.nodes), count)),
        },
    )  # fmt: skip
