"""What a read-out is: name, unit, which way is better, and what counts as no difference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Readout:
    """A named read-out.

    Attributes:
        name: canonical name of the vocabulary.
        unit: unit of the reported number.
        better: +1 if more is better for the patient, -1 if less is, 0 if neither.
        meaning: one line.
        band: subject of the equivalence band in the evidence.
        full: level the band is a share of; 0 stands for the compared arm's own level.
    """

    name: str
    unit: str
    better: int
    meaning: str
    band: str = "default"
    full: float = 0.0
