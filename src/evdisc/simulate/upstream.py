"""Upstream: which parameters can act on a state variable, by what the mechanisms declare.

A mechanism acts on all it owns and adds to, through all it reads, adds to, and its parameters,
unless ``acts_on`` of its contract says that one acts on part of it alone. Nothing is measured: what
is upstream may act little, what is not cannot act at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.variables import VARIABLES
from evdisc.simulate.readers import READERS

#: targets where any state variable will do
ANY = frozenset(VARIABLES)
#: who sets up a disc; all of a run follows from it
SITE = ("simulate.site", "simulate.disc")
DOSES = ("bolus", "gel_dose", "depot_dose", "blood_dose", "muscle_dose", "medium_dose")
#: what is read before a run -> the mechanisms through which it acts
THROUGH: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (*READERS["vesicle.native"], *READERS["vesicle.build"], "engineering_enrichment",
         "loaded_copies", "sorting_shift"), ("internalise",)),
    **dict.fromkeys((*READERS["vesicle.storage"], "engineering_integrity"), DOSES),
    **dict.fromkeys(("targeting_gain", "uptake_left_with_cavin_2"), ("uptake",)),
    "bound_share_cationic": ("transport",),
    "stimulus_steepness": ("stimulus",),
    **dict.fromkeys(("knock_down_left", *READERS["cell.network"]), ("signalling",)),
}  # fmt: skip
#: what one delivery hypothesis leaves out of account
UNUSED = {
    "stoichiometric": ("vesicles_per_cell", "half_effect_vesicles"),
    "potency": ("half_effect_copies",),
}


def upstream(
    mechanisms: Sequence[Mechanism], targets: Collection[str], hypothesis: str
) -> frozenset[str]:
    """Keys of the parameters that can act on any of the state variables ``targets``.

    Args:
        mechanisms: those that run (see ``acting`` of disc and dish).
        targets: names of state variables.
        hypothesis: what decides the effect of vesicles.
    """
    unused = UNUSED[hypothesis]
    needed, keys, before = set(targets), set[str](), -1
    while len(needed) != before:
        before = len(needed)
        for m in mechanisms:
            acts = needed & {*m.owns, *m.adds_to}
            inputs = {*m.reads, *m.adds_to, *own_keys(m)} - set(unused)
            reaching = {i for i in inputs if acts & {*m.acts_on.get(i, acts)}}
            needed |= {i.removeprefix("reference_") for i in reaching & {*m.reads, *m.adds_to}}
            keys |= reaching & own_keys(m)
    return frozenset(keys | {key for room in SITE for key in READERS[room]})


def own_keys(mechanism: Mechanism) -> set[str]:
    """Parameters a mechanism is given: declared, read by its file, or read for it before a run."""
    file = mechanism.kernel.__module__.removeprefix("evdisc.")
    given = {key for key, through in THROUGH.items() if mechanism.name in through}
    return {p.key for p in mechanism.parameters} | set(READERS.get(file, ())) | given
