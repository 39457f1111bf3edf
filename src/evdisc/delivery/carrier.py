"""Carriers: vesicles held by a gel, a microsphere or a needle core, and set free by a law.

    share held = exp(-x),  x = (t / tau)^b
    x -> (x^(1/b) + g dt / tau)^b
    tau = T / ln2^(1/b)
    release = (held before - held after) / dt
    g = 1 + R max(x_ROS - x0, 0) / (1 - x0)

tau is the time and b the shape of the law, T its half-life, s; release in vesicles/m3/s; g how much
faster a carrier goes that opens to reactive oxygen, R at full activity of the node ROS, x0 the
healthy activity. The law is Weibull's, our choice: b = 1 is first order, b near 1/2 what diffusion
out of a gel looks like (fast at first), b above 1 what degradation looks like (late). A step takes
x, so the state alone carries the age; doses given one after the other are held as one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from evdisc.delivery.bolus import nucleus_cells, place
from evdisc.mechanism.contract import Mechanism, Parameter
from evdisc.mechanism.setting import Setting
from evdisc.mechanism.sharing import mixed

ROS = "ROS"


@njit(cache=True, nogil=True)
def still_held(x: float, span: float, tau: float, shape: float) -> float:
    """Share of what is held at ``x`` = -ln(share held so far) that is held ``span`` s later."""
    return math.exp(x - (x ** (1.0 / shape) + span / tau) ** shape)


@njit(cache=True, nogil=True)
def kernel(clock, p, law, node, sharing, activity, reference_activity, loaded_vesicles,
           vesicle_release, carried_vesicles):  # fmt: skip
    """Write what is set free, vesicles/m3/s, and take it from what is held.

    ``law`` is tau (s), b, and the gain by ROS.
    """
    vesicle_release[:] = 0.0
    if carried_vesicles.max() <= 0.0:
        return
    for i in range(carried_vesicles.shape[0]):
        for k in range(carried_vesicles.shape[1]):
            held = carried_vesicles[i, k]
            if held <= 0.0:
                continue
            q, faster = sharing.first[i, k], 1.0
            if node >= 0 and q >= 0 and law[2] > 0.0:
                now = mixed(activity, node, q, sharing.second[i, k], sharing.share[i, k])
                above = max(now - reference_activity[node, q], 0.0)
                faster += law[2] * above / (1.0 - reference_activity[node, q] + 1e-12)
            x = -math.log(min(max(held / loaded_vesicles[i, k], 1e-300), 1.0))
            left = held * still_held(x, faster * clock[1], law[0], law[1])
            vesicle_release[i, k] = (held - left) / clock[1]
            carried_vesicles[i, k] = left


def prepare(setting: Setting) -> tuple[Any, ...]:
    """Law of the carrier, number of the ROS node, networks of each cell."""
    law = np.asarray(setting.objects.get("release_law", (1.0, 1.0, 0.0)), dtype=np.float64)
    node = setting.nodes.index(ROS) if ROS in setting.nodes else -1
    return law, node, setting.sharing


@njit(cache=True, nogil=True)
def gel_dose(clock, p, row, column, volume, sector, own, annulus_integrity, injected_vesicles,
             leaked_vesicles, free_vesicles, carried_vesicles, loaded_vesicles):  # fmt: skip
    """Place one dose in a carrier: ``clock[2]`` vesicles in ``clock[3]`` m3.

        out = c (l + (1 - l) m (1 - A))
        leaked -> leaked + out N
        free -> free + (1 - out) s N
        held -> held + (1 - out) (1 - s) N

    N is the vesicles, l and m the shares that flow back as with a bolus, c how much less of a
    carrier does, A the integrity of the sector the needle enters, s the share that escapes at once.
    Both parts fill the pores of the nucleus from its centre, or of the annulus from its rim. Our
    choice. ``own`` holds s, c and the first cell.
    """
    vesicles, liquid = clock[2], clock[3]
    back = own[1] * (p[0, 0] + (1.0 - p[0, 0]) * p[2, 0] * (1.0 - annulus_integrity[sector]))
    injected_vesicles[0] += vesicles
    leaked_vesicles[0] += back * vesicles
    kept = (1.0 - back) * vesicles
    place(kept * own[0], liquid, p[1, 0], row, column, volume, free_vesicles)
    place(kept * (1.0 - own[0]), liquid, p[1, 0], row, column, volume, carried_vesicles)
    place(kept * (1.0 - own[0]), liquid, p[1, 0], row, column, volume, loaded_vesicles)


def prepare_gel(setting: Setting) -> tuple[Any, ...]:
    """Cells of the nucleus from the centre outwards, or of the annulus from the rim inwards."""
    objects = setting.objects
    cells = annulus_cells if objects.get("into_annulus") else nucleus_cells
    row, column = cells(setting)
    own = np.asarray(objects.get("carrier_dose", (0.0, 1.0)), dtype=np.float64)
    return row, column, setting.volume, int(objects.get("injection_sector", 0)), own


def annulus_cells(setting: Setting) -> tuple[Any, Any]:
    """Cells of the annulus from the rim inwards."""
    rows, columns = np.nonzero(setting.region == 1)
    order = np.argsort(-rows * setting.shape[1] + columns, kind="stable")
    return rows[order], columns[order]


MECHANISM = Mechanism(
    name="carrier",
    kernel=kernel,
    reads=("activity", "reference_activity", "loaded_vesicles"),
    owns=("vesicle_release",),
    adds_to=("carried_vesicles",),
    prepare=prepare,
)

DOSE = Mechanism(
    name="gel_dose",
    kernel=gel_dose,
    reads=("annulus_integrity",),
    adds_to=("injected_vesicles", "leaked_vesicles", "free_vesicles", "carried_vesicles",
             "loaded_vesicles"),
    parameters=(
        Parameter("injection_leak", "1", "share of the bolus that flows back", 0.0, 1.0),
        Parameter("porosity", "1", "pore space of the tissue", 0.0, 1.0),
        Parameter("leak_through_damage", "1", "further share lost through an open annulus", 0, 1),
    ),
    prepare=prepare_gel,
    when="gel_dose",
)  # fmt: skip
