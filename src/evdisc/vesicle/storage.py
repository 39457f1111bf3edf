"""Storage: what is left of a product between counting and use.

    left = ((1 - l) (1 - d))^(t / 48 h) (1 - f)^n

l is the share that a tube takes of vesicles in 48 h at 4 degC (Evtushenko 2020,
doi:10.1371/journal.pone.0243738), none from frozen ones; d the share lost besides in 48 h at the
temperature; t the time in store, f the share that a thawing takes and n how many there are, one at
least where it was frozen. Equal shares in equal times, and losses that multiply, are our choice.
The temperature is that of the nearest row of ``storage_decay`` on the same side of freezing.
"""

from __future__ import annotations

from evdisc.evidence.library import Library
from evdisc.protocol.engineering_specs import StorageSpec
from evdisc.units import ZERO_CELSIUS, celsius, parse_quantity
from evdisc.vesicle.product import Value

#: tubes were looked at after so long
TUBE_TIME = 48.0 * 3600.0
TUBES = {"ordinary": "ordinary tube", "low-binding": "low-binding or blocked tube",
         "in medium": "in medium"}  # fmt: skip


def left_after(storage: StorageSpec, library: Library, value: Value) -> float:
    """Share of vesicles left: tubes and temperature take a share in 48 h, each thawing another."""
    decay = value("storage_decay", nearest_condition(storage.temperature, library), "")
    lost = 0.0 if storage.frozen else value("storage_loss", TUBES[storage.tube], "")
    in_store = ((1.0 - lost) * (1.0 - decay)) ** (storage.time / TUBE_TIME)
    return in_store * (1.0 - value("thawing_lost", "", "")) ** storage.thawings


def nearest_condition(temperature: float, library: Library) -> str:
    """The stated temperature (``4 degC``) nearest to one in K, frozen if it is."""
    stated = {
        subject: parse_quantity(subject, "temperature")
        for row in library.parameters["storage_decay"]
        for subject in [dict(row.context)["subject"]]
    }
    frozen = temperature < ZERO_CELSIUS
    alike = {s: t for s, t in stated.items() if (t < ZERO_CELSIUS) == frozen}
    return min(alike, key=lambda s: abs(alike[s] - temperature))


def told(storage: StorageSpec, library: Library) -> list[str]:
    """Which condition stands for the storage, where it is another or nobody measured it."""
    asked, taken = celsius(storage.temperature), nearest_condition(storage.temperature, library)
    row = library.resolve("storage_decay", subject=taken)
    out = []
    if asked != taken:
        out.append(f"storage at {asked}: numbers of {taken} stand for it, the nearest stated")
    if row.tier == "assumed":
        out.append(f"loss of vesicles stored at {taken} is a wide prior; 4 degC was measured")
    return out
