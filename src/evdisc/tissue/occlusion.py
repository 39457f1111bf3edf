"""Occlusion: the endplate calcifies and less of its area, from the centre, is open to exchange.

    O -> min(O, a)

O is the open share of the endplate relative to that of the healthy disc, a the share the protocol
leaves open. To close the area from its rim inwards follows Shirazi-Adl 2010
(doi:10.1016/j.jbiomech.2010.01.023); that it happens at once is our choice.
"""

from __future__ import annotations

from numba import njit

from evdisc.mechanism.contract import Mechanism


@njit(cache=True, nogil=True)
def kernel(clock, p, endplate_open):
    """Leave the share ``clock[2]`` of the endplate open, or less where less was open already."""
    endplate_open[0] = min(endplate_open[0], clock[2])


MECHANISM = Mechanism(
    name="occlusion",
    kernel=kernel,
    adds_to=("endplate_open",),
    when="occlusion",
    cites=("shiraziadl2010",),
)
