"""The one table of state variables: coupled physics meets here, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Holder = Literal["grid", "patch", "region", "sector", "disc"]


@dataclass(frozen=True)
class Variable:
    """A named state variable.

    ``held`` says where one value lives: each grid cell, each patch (a signalling network, which
    grid cells of one region share; in a dish, one cell type), each region, each eighth of the
    annulus around the axis, or once per disc.
    ``per`` names a leading axis: an array of nodes, cargoes or stimuli.
    """

    name: str
    unit: str
    held: Holder
    meaning: str
    lower: float = 0.0
    upper: float = float("inf")
    per: Literal["", "node", "cargo"] = ""


_ROWS = (
    # milieu
    Variable("oxygen", "Pa", "grid", "oxygen partial pressure"),
    Variable("glucose", "mol/m3", "grid", "glucose concentration"),
    Variable("lactate", "mol/m3", "grid", "lactate concentration"),
    Variable("ph", "pH", "grid", "pH of the interstitial water", 0.0, 14.0),
    Variable("il_1beta", "kg/m3", "grid", "IL-1beta concentration"),
    Variable("tnf_alpha", "kg/m3", "grid", "TNF-alpha concentration"),
    Variable("il_1beta_secretion", "kg/m3/s", "grid", "IL-1beta released by cells"),
    Variable("tnf_alpha_secretion", "kg/m3/s", "grid", "TNF-alpha released by cells"),
    # vesicles
    Variable("free_vesicles", "vesicles/m3", "grid", "vesicles that can move"),
    Variable("bound_vesicles", "vesicles/m3", "grid", "vesicles held by the matrix"),
    Variable("carried_vesicles", "vesicles/m3", "grid", "vesicles a carrier holds"),
    Variable("loaded_vesicles", "vesicles/m3", "grid", "vesicles brought in a carrier so far"),
    Variable("vesicle_release", "vesicles/m3/s", "grid", "vesicles a carrier sets free"),
    Variable("uptake_rate", "1/s", "grid", "uptake of few free vesicles by cells"),
    Variable("uptake_crowding", "m3", "grid", "fall of that rate by free vesicles, as 1 + a e"),
    Variable("vesicle_influx", "vesicles/cell/s", "grid", "vesicles entering one living cell"),
    Variable("vesicles_entered", "vesicles/m3", "grid", "vesicles taken up so far"),
    Variable("injected_vesicles", "vesicles", "disc", "vesicles offered so far"),
    Variable("leaked_vesicles", "vesicles", "disc", "vesicles that left the disc"),
    Variable("decayed_vesicles", "vesicles", "disc", "vesicles that fell apart in the tissue"),
    Variable("taken_up_vesicles", "vesicles", "disc", "vesicles taken up by cells"),
    Variable("transplanted_cells", "cells/m3", "grid", "transplanted cells that live"),
    Variable("carrier_volume", "1", "disc", "carrier in the nucleus, relative to its volume"),
    Variable("carrier_set_at", "1", "disc", "volume ratio of the nucleus the carrier set in"),
    Variable("matrix_supply", "1/s", "disc", "matrix a carrier leaves, relative to healthy"),
    Variable("depot_vesicles", "vesicles", "disc", "vesicles in a depot beside the disc"),
    Variable("blood_vesicles", "vesicles", "disc", "vesicles in the blood"),
    Variable("rest_vesicles", "vesicles", "disc", "vesicles in the rest of the body"),
    Variable("liver_vesicles", "vesicles", "disc", "vesicles in the liver"),
    Variable("spleen_vesicles", "vesicles", "disc", "vesicles in the spleen"),
    Variable("lung_vesicles", "vesicles", "disc", "vesicles in the lung"),
    Variable("kidney_vesicles", "vesicles", "disc", "vesicles in the kidney"),
    Variable("muscle_vesicles", "vesicles", "disc", "vesicles in the injected muscle"),
    Variable("elsewhere_vesicles", "vesicles", "disc", "vesicles lost outside the disc"),
    # cargo in the cell
    Variable("vesicles_per_cell", "vesicles/cell", "grid", "internalised vesicles still acting"),
    Variable("expressed_copies", "copies/cell", "grid", "what delivered genes made", per="cargo"),
    Variable("cargo_copies", "copies/cell", "grid", "delivered copies in cytosol", per="cargo"),
    Variable("cargo_strength", "1", "patch", "share of the cargo's full effect", 0.0, 1.0, "cargo"),
    Variable("time_over_vesicles", "s", "grid", "time above the vesicles of half the effect"),
    Variable("time_over_copies", "s", "grid", "time above the copies of half the effect"),
    # signalling
    Variable("network_input", "1", "patch", "drive of the stimulus nodes", 0.0, 1.0, "node"),
    Variable("activity", "1", "patch", "activity of the network's nodes", 0.0, 1.0, "node"),
    # cells
    Variable("healthy_cells", "cells/m3", "grid", "healthy cells"),
    Variable("inflamed_cells", "cells/m3", "grid", "inflamed cells"),
    Variable("early_senescent_cells", "cells/m3", "grid", "senescent cells that may still return"),
    Variable("late_senescent_cells", "cells/m3", "grid", "senescent cells locked in that state"),
    Variable("apoptotic_cells", "cells/m3", "grid", "cells lost to apoptosis so far"),
    Variable("pyroptotic_cells", "cells/m3", "grid", "cells lost to pyroptosis so far"),
    Variable("starved_cells", "cells/m3", "grid", "cells lost to hunger or acid so far"),
    Variable("lost_cells", "cells/m3", "grid", "cells lost to a sudden insult so far"),
    Variable("crushed_cells", "cells/m3", "grid", "cells destroyed by a needle so far"),
    Variable("living_cells", "cells/m3", "grid", "all living cells"),
    Variable("starvation_rate", "1/s", "grid", "death by lack of glucose and by acid"),
    # matrix and mechanics
    Variable("gag", "1", "grid", "glycosaminoglycan relative to the start"),
    Variable("collagen_2", "1", "grid", "collagen II relative to the start"),
    Variable("volume_ratio", "1", "region", "swollen volume relative to the start"),
    Variable("annulus_integrity", "1", "sector", "1 intact, 0 without function", 0.0, 1.0),
    Variable("annulus_lent", "1", "sector", "integrity lent by a carrier there", 0.0, 1.0),
    Variable("endplate_open", "1", "disc", "open area relative to the start", 0.0, 1.0),
    Variable("nucleus_pressure", "Pa", "disc", "axial stress carried by the nucleus"),
    Variable("annulus_load_share", "1", "disc", "share of the load the annulus carries", 0.0, 1.0),
    Variable("diurnal_height_loss", "1", "disc", "height lost over a day of activity"),
    Variable("vessels", "1", "disc", "vessels grown in, relative to a scar full of them", 0.0, 1.0),
    Variable("nerves", "1", "disc", "nerves grown in, relative to a scar full of them", 0.0, 1.0),
    Variable("macrophages", "1", "disc", "macrophages, relative to a full scar", 0.0, 1.0),
    Variable("extruded_nucleus", "1", "disc", "share of the nucleus pulposus lost", 0.0, 1.0),
    Variable("height_ratio", "1", "disc", "disc height relative to the start"),
    Variable("water_content", "1", "disc", "water mass fraction of the nucleus", 0.0, 1.0),
)  # fmt: skip

#: what the undisturbed disc, of whatever grade, or dish settles to; frozen before the first insult
REFERENCES = ("activity", "living_cells", "ph", "glucose")

VARIABLES: dict[str, Variable] = {row.name: row for row in _ROWS}
VARIABLES |= {
    "reference_" + name: replace(
        VARIABLES[name], name="reference_" + name, meaning="healthy " + VARIABLES[name].meaning
    )
    for name in REFERENCES
}
