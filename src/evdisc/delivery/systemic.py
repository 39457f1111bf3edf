"""Vesicles in the body: blood, a peripheral pool, organs that take them up and break them down.

    dB/dt = a (k21 R - (k12 + k10) B + k_m f U)
    dR/dt = a (k12 B - k21 R)
    dO_i/dt = a (w_i k10 B - k_i O_i) for liver, spleen, lung, kidney
    dU/dt = -a k_m U
    d(elsewhere)/dt = a (sum of k_i O_i + k_m (1 - f) U)
    a = (mass / mass of the mouse)^(-1/4)
    k10 = CL / V,  k21 = k_fast k_slow / k10,  k12 = k_fast + k_slow - k10 - k21

B, R, O_i and U are the vesicles in blood, in the rest of the body, in an organ and in a muscle
depot, of which the share f reaches the blood. CL is the clearance, m3/s, and V the blood volume of
the mouse; k_fast and k_slow are ln2 over the half-lives of the two phases, k_i over that of the
break-down in an organ, k_m over that of the depot, 1/s; w_i shares of the organs. k10 is kept below
0.9 k_fast and k12 above 0. Rates of the mouse come from the two phases and the clearance in blood
(compiled by Kim 2019, doi:10.3390/pharmaceutics11120649), shares of the organs from their order
(Kang 2021, doi:10.1002/jev2.12085). Two compartments, the power of mass and the fate in an organ
are our choice. The step is exact (eigenvectors); what enters the disc is taken from the blood by
the transport.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.setting import Setting

Floats = NDArray[np.float64]

POOLS = ("blood", "rest", "liver", "spleen", "lung", "kidney", "muscle", "elsewhere")
ORGANS = ("liver", "spleen", "lung", "kidney")
NAMES = tuple(f"{pool}_vesicles" for pool in POOLS)
#: value(key, subject) -> SI number
Value = Callable[[str, str], float]


def rates(value: Value, mass: float) -> Floats:
    """(pools, pools) rate matrix, 1/s, of an animal of ``mass`` kg: dn/dt = M n."""
    slower = (mass / value("body_mass", "mouse")) ** -0.25
    fast = np.log(2.0) / value("blood_phase", "distribution")
    slow = np.log(2.0) / value("blood_phase", "elimination")
    # central volume = blood: k10 from the clearance, k21 and k12 from the two phases
    volume = value("blood_volume_per_mass", "") * value("body_mass", "mouse")
    lost = min(value("blood_clearance_rate", "") / volume, 0.9 * fast)
    back = fast * slow / lost
    out = max(fast + slow - lost - back, 0.0)
    shares = {organ: value("organ_share", organ) for organ in ORGANS}
    whole = sum(shares.values())
    m = np.zeros((len(POOLS), len(POOLS)))

    def flow(source: str, target: str, rate: float) -> None:
        i, j = POOLS.index(source), POOLS.index(target)
        m[i, i] -= slower * rate
        m[j, i] += slower * rate

    flow("blood", "rest", out)
    flow("rest", "blood", back)
    for organ in ORGANS:
        flow("blood", organ, lost * shares[organ] / whole)
        flow(organ, "elsewhere", np.log(2.0) / value("organ_half_life", organ))
    leaving, reaching = np.log(2.0) / value("muscle_half_life", ""), value("muscle_share", "")
    flow("muscle", "blood", leaving * reaching)
    flow("muscle", "elsewhere", leaving * (1.0 - reaching))
    return m


@njit(cache=True, nogil=True)
def kernel(clock, p, forward, back, eigenvalues, blood, rest, liver, spleen, lung, kidney, muscle,
           elsewhere):  # fmt: skip
    """Advance all pools over one macro step exactly."""
    now = np.array([blood[0], rest[0], liver[0], spleen[0], lung[0], kidney[0], muscle[0], 0.0])
    if now.max() <= 0.0:
        return
    part = forward @ now.astype(np.complex128)
    for i in range(part.shape[0]):
        part[i] *= np.exp(eigenvalues[i] * clock[1])
    new = np.maximum((back @ part).real, 0.0)
    new[7] = max(now.sum() - new[:7].sum(), 0.0)
    blood[0], rest[0], liver[0], spleen[0] = new[0], new[1], new[2], new[3]
    lung[0], kidney[0], muscle[0] = new[4], new[5], new[6]
    elsewhere[0] += new[7]


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Eigenvectors of the rate matrix."""
    matrix = setting.objects.get("body_rates", np.zeros((len(POOLS), len(POOLS))))
    values, vectors = np.linalg.eig(np.asarray(matrix, dtype=np.complex128))
    return np.ascontiguousarray(np.linalg.inv(vectors)), np.ascontiguousarray(vectors), values


@njit(cache=True, nogil=True)
def blood_dose(clock, p, injected_vesicles, blood_vesicles):
    """Add ``clock[2]`` vesicles to the blood.

        B -> B + dose

    That all of it comes at once is our choice.
    """
    injected_vesicles[0] += clock[2]
    blood_vesicles[0] += clock[2]


@njit(cache=True, nogil=True)
def muscle_dose(clock, p, injected_vesicles, muscle_vesicles):
    """Add ``clock[2]`` vesicles to a muscle.

        U -> U + dose

    That all of it comes at once is our choice.
    """
    injected_vesicles[0] += clock[2]
    muscle_vesicles[0] += clock[2]


MECHANISM = Mechanism(
    name="systemic", kernel=kernel, adds_to=NAMES, prepare=prepare, cites=("kang2021",)
)
DOSES = (
    Mechanism(name="blood_dose", kernel=blood_dose,
              adds_to=("injected_vesicles", "blood_vesicles"), when="blood_dose"),
    Mechanism(name="muscle_dose", kernel=muscle_dose,
              adds_to=("injected_vesicles", "muscle_vesicles"), when="muscle_dose"),
)  # fmt: skip
