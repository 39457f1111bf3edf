"""Secretion: how many vesicles a parent cell gives off, by the steps of their making.

    gain = F (1 + l + a) / (1 + l / G_l + a / G_a) for exosomes
    gain = product of all gains for other vesicles

l and a are what goes to lysosomes and to amphisomes, per multivesicular body that fuses with the
membrane; F is the product of the gains of conditions that act on the making of these bodies, G_l
and G_a of those that spare them from lysosome or amphisome.

Endosomes form multivesicular bodies; these fuse with the membrane (exosomes), with a lysosome, or
with an autophagosome to an amphisome. Microvesicles bud from the membrane. A condition acts on one
step; yield and the sorting of cargo are kept apart. Three ways in competition is our choice; the
gains are rows of the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

#: value(key, subject, tag) -> SI number
Value = Callable[[str, str, str], float]

EXOSOMES = ("exosome",)
#: step a condition acts on; what its study leaves open is the whole yield
ACTS_ON = {
    "hypoxia": "formation", "compression": "formation", "static magnetic field": "formation",
    "rapamycin": "amphisome", "metformin": "lysosome", "TNF-alpha": "formation",
    "ultrasound": "formation", "light": "formation", "dehydration": "formation",
}  # fmt: skip


def yield_gain(conditions: Sequence[str], subtype: str, value: Value) -> float:
    """Vesicles per cell under conditions relative to the untouched cell.

    ``secretion_gain`` of a condition multiplies the step it acts on: making of multivesicular
    bodies (for microvesicles: budding), or, upside down, their loss to lysosomes or amphisomes.
    """
    made, lysosome = 1.0, value("lost_to_lysosome", "", "")
    amphisome = value("lost_to_amphisome", "", "")
    before = made / (made + lysosome + amphisome)
    formed = 1.0
    for condition in conditions:
        gain = value("secretion_gain", condition, condition)
        step = ACTS_ON[condition]
        if step == "formation" or subtype not in EXOSOMES:
            formed *= gain
        elif step == "lysosome":
            lysosome /= gain
        else:
            amphisome /= gain
    if subtype not in EXOSOMES:
        return formed
    return formed * made / (made + lysosome + amphisome) / before
