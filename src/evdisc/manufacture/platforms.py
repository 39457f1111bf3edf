"""Culture platforms: what a cell, a unit and a batch give.

    per cell = s g t h G luck
    per unit = cells in a unit x per cell
    luck = exp(z sqrt(ln(1 + v^2))), z standard normal
    medium of the hollow fibre = cells x medium of a flask's cell x total / concentration gain

s is what a flask's cell secretes, vesicles/s; g the gain of the platform over its own
two-dimensional control, with a spread for what the gain is elsewhere (1 for a flask); t the time of
a harvest, s, h harvests; G the gain of the product's culture; v the variation between batches. The
hollow fibre's medium follows from its two gains: 19.4 in all and 15.5 in concentration hold
together when a cell has 19.4 / 15.5 of a flask's medium (Cao 2020). The Vertical-Wheel is the
exception: its vesicles a run were printed, and are scaled by volume. Products of gains are our
choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evdisc.errors import InputError, nearest
from evdisc.evidence.names import find, names
from evdisc.manufacture.draws import Draws, Floats

FLASK, FIBRE, WHEEL = "static flask", "hollow fibre", "vertical wheel"
GAIN = {
    "cell factory": "cell factory", FIBRE: "UC-MSC, hollow fibre, total",
    "stirred microcarrier": "UC-MSC, stirred microcarriers", "fixed bed": "fixed bed",
}  # fmt: skip
IN_CONCENTRATION = "UC-MSC, hollow fibre, concentration"
#: parent cells with a printed Vertical-Wheel run, and the one that stands in for others
WHEEL_CELLS = ("BMSC", "ASC", "UC-MSC")


@dataclass(frozen=True)
class Culture:
    """One platform; arrays are (count,).

    Attributes:
        name: canonical name.
        cells: in one unit while it conditions medium.
        medium: of one unit and one harvest, m3.
        harvests: of one run.
        time: of one harvest, s.
        per_cell: vesicles a cell gives in one run, the batch's luck included.
        units: in one full batch.
    """

    name: str
    cells: Floats
    medium: Floats
    harvests: Floats
    time: Floats
    per_cell: Floats
    units: Floats

    @property
    def per_unit(self) -> Floats:
        """Vesicles of one unit and run."""
        return self.cells * self.per_cell

    @property
    def concentration(self) -> Floats:
        """Vesicles per m3 of conditioned medium."""
        return self.per_unit / (self.medium * self.harvests)

    @property
    def rate(self) -> Floats:
        """Vesicles a cell gives in a second."""
        return self.per_cell / (self.harvests * self.time)


def parse_platforms(text: str) -> tuple[str, ...]:
    """Canonical names of ``all``, of one platform or of several with commas.

    Raises:
        InputError: no such platform.
    """
    valid = names("platform")
    if text.strip().casefold() == "all":
        return tuple(valid)
    found = []
    for part in text.split(","):
        entry = find("platform", part)
        if entry is None:
            raise InputError(
                "no such platform", key="--platform", value=part.strip(),
                expected=" | ".join(["all", *valid]), nearest=nearest(part, valid),
            )  # fmt: skip
        found.append(entry.name)
    return tuple(dict.fromkeys(found))


def culture(name: str, parent: str, product_gain: float | Floats, draws: Draws) -> Culture:
    """A platform with the parent cells of a product; ``product_gain`` is that of its culture."""
    cells = draws.value("cells_per_flask") if name == FLASK else draws.value("culture_cells", name)
    time, harvests = draws.value("harvest_time"), _harvests(name, draws)
    medium = _fibre_medium(cells, draws) if name == FIBRE else draws.value("culture_medium", name)
    if name == WHEEL:
        printed = parent if parent in WHEEL_CELLS else WHEEL_CELLS[0]
        run = draws.value("yield_per_run", printed)
        rate = run * medium / draws.value("yield_run_volume", WHEEL) / (cells * time)
    else:
        rate = draws.value("secretion_per_cell") * gain(name, draws)
    per_cell = rate * time * harvests * product_gain * batch_luck(draws)
    return Culture(
        name, cells, medium, harvests, time, per_cell, draws.value("culture_units", name)
    )


def gain(name: str, draws: Draws) -> Floats:
    """Vesicles of a cell over those of a flask's cell."""
    if name == FLASK:
        return np.ones(draws.count)
    own = draws.value("yield_gain", GAIN[name])
    if draws.row("yield_gain", GAIN[name]).distribution != "fixed":
        return own
    return own * draws.value("yield_gain_variation", "", name)


def batch_luck(draws: Draws) -> Floats:
    """Yield of a campaign's donor and batches over the middle one: log-normal about 1."""
    variation = draws.value("batch_variation")
    return np.asarray(np.exp(np.sqrt(np.log1p(variation**2)) * draws.normal("batch luck")))


def _harvests(name: str, draws: Draws) -> Floats:
    if name != FIBRE:
        return np.floor(draws.value("culture_harvests", name))
    return np.floor(draws.value("bioreactor_run") / draws.value("harvest_time"))


def _fibre_medium(cells: Floats, draws: Draws) -> Floats:
    flask = draws.value("culture_medium", FLASK) / draws.value("cells_per_flask")
    gains = draws.value("yield_gain", GAIN[FIBRE]) / draws.value("yield_gain", IN_CONCENTRATION)
    return cells * flask * gains
