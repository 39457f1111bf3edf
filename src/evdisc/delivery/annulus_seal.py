"""A carrier in the annulus: it bridges part of the gap of its sector until it has degraded.

At a dose into sector s the integrity I_s rises by what the carrier lends,

    L = w (1 - I_s),   then   L(t) = L exp(-ln 2 t / half-life)

with w (1) the share of the gap that a set gel makes up; as L falls it takes the integrity with it,
so what is left is what the tissue has healed by then (our choice). While the gap is bridged, scar
fills only what is open. High-density collagen brought the moduli of a punctured rat tail disc back
to 95 % (Borde 2015, doi:10.1002/jbm.a.35388), fibrin-genipin the compressive stiffness of a bovine
one in full, the torsional in part (Likhitpanichkul 2014, doi:10.22203/eCM.v028a03); nobody measured
w for a carrier of vesicles.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, life, annulus_lent, annulus_integrity):
    """Degrade what is lent over one macro step."""
    gone = 1.0 - math.exp(-math.log(2.0) * clock[1] / life)
    for s in range(annulus_lent.shape[0]):
        # proteases may have cut into it
        lent = min(annulus_lent[s], annulus_integrity[s])
        annulus_integrity[s] -= gone * lent
        annulus_lent[s] = lent - gone * lent


@njit(cache=True, nogil=True)
def dose(clock, p, share, sector, annulus_lent, annulus_integrity):
    """Bridge ``share`` of the gap in a sector.

        L_s -> L_s + w (1 - I_s),   I_s -> I_s + w (1 - I_s)

    with I_s the integrity of the sector (1), L_s the part of it that a carrier lends (1), w
    ``share`` (1): our choice.
    """
    lent = share * (1.0 - annulus_integrity[sector])
    annulus_lent[sector] += lent
    annulus_integrity[sector] += lent


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Half-life of the carrier, s."""
    return (float(setting.objects.get("carrier_life", 1.0)),)


def prepare_dose(setting: Setting) -> tuple[Any, ...]:
    """Share of the gap that is bridged, 0 for a carrier in the nucleus, and the sector."""
    objects = setting.objects
    share = float(objects.get("carrier_seal", 0.0)) if objects.get("into_annulus") else 0.0
    return share, int(objects.get("injection_sector", 0))


MECHANISM = Mechanism(
    name="annulus_seal", kernel=kernel, adds_to=("annulus_lent", "annulus_integrity"),
    prepare=prepare, cites=("borde2015", "likhitpanichkul2014"),
)  # fmt: skip
DOSE = Mechanism(
    name="annulus_seal_dose", kernel=dose, adds_to=("annulus_lent", "annulus_integrity"),
    prepare=prepare_dose, when="gel_dose",
)  # fmt: skip
