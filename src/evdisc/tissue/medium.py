"""The medium of a dish: nutrients and pH as the protocol states them, renewed all the time.

    oxygen = o1,  glucose = g1,  lactate = a1,  pH = pH1

o1, Pa, g1 and a1, mol/m3, and pH1 are those of the protocol. That cells do not use the medium up is
our choice.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting


@njit(cache=True, nogil=True)
def kernel(clock, p, level, oxygen, glucose, lactate, ph):
    """Write the stated medium: oxygen Pa, glucose and lactate mol/m3, pH."""
    oxygen[:] = level[0]
    glucose[:] = level[1]
    lactate[:] = level[2]
    ph[:] = level[3]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """The stated medium."""
    return (setting.objects["medium"],)


MECHANISM = Mechanism(
    name="medium", kernel=kernel, owns=("oxygen", "glucose", "lactate", "ph"), prepare=prepare
)
