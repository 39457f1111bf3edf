"""Equal effort: what transplanted cells give off in the disc, beside what they give in a flask.

    bolus = cells given x s x (vesicles of a flask's cell / s of a flask's cell) x kept
    ratio = vesicles given off in the disc / bolus

s is the member's own secretion, vesicles/cell/s, the same in the disc and in the flask. What a
flask's cell gives and what is kept of it are those of ``evdisc manufacture``: one conditioning in a
static flask, then all losses up to the needle, drawn for each member. Our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc.evidence.library import Library
from evdisc.manufacture.frame import Asked, frame
from evdisc.manufacture.platforms import FLASK, culture
from evdisc.outcome.effects import triple
from evdisc.outcome.transplanted import cells_of
from evdisc.protocol.specs import DiscStudy, DishStudy
from evdisc.simulate.member import Member

Floats = NDArray[np.float64]


def add_effort(
    row: dict[str, Any], study: DiscStudy | DishStudy, drawn: Sequence[Member], secreted: Floats,
    library: Library,
) -> None:  # fmt: skip
    """Add ``bolus`` and ``secreted_over_bolus`` to the cells given by the treated arm.

    Args:
        row: ``delivery`` of the treated arm.
        study: the protocol; nothing is added where it gives no cells.
        drawn: members.
        secreted: vesicles the cells of each gave off in the disc.
        library: the evidence.
    """
    if cells_of(study):
        bolus = row["cells_given"]["given"]["median"] * per_cell(study, drawn, library)
        row["cells_given"] |= {
            "bolus": triple(bolus), "secreted_over_bolus": triple(secreted / bolus)
        }  # fmt: skip


def per_cell(
    study: DiscStudy | DishStudy, drawn: Sequence[Member], library: Library
) -> Floats:  # fmt: skip
    """Vesicles at the needle that each member's flask makes of one producer cell."""
    made = frame(Asked(study, seed=study.ensemble.seed, draws=len(drawn)), library)
    flask = culture(FLASK, made.want.vesicle.source.cell, made.product.yield_gain, made.draws)
    time = flask.per_cell / made.draws.value("secretion_per_cell")
    own = np.array([m.values.number("secretion_per_cell") for m in drawn])
    return np.asarray(own * time * made.kept)
