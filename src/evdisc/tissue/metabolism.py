"""What disc cells consume and make: the rate laws of Bibby 2005, as open disc codes state them.

    q_O = m A (pH - pH0) o / (K + o + B (pH - pH0))
    q_L = m u exp(c0 + c1 pH + c2 o + c3 o^2), guarded: times g / (g + K_g)
    q_G = y q_L
    pH = pH1 + b a

q_O is what a cell consumes of oxygen, q_L what it makes of lactate and q_G what it consumes of
glucose, mol/s; o oxygen, Pa; g glucose and a lactate, mol/m3; y one half. Breathing stops at pH0;
c3 and b are negative. m multiplies both published rates (1: as published); u turns the unit of the
fit, nmol per million cells and hour, into mol per cell and s. The published glucose sink does not
depend on glucose, so concentrations can turn negative; the guarded law, our choice, lets it and the
lactate made of it vanish with glucose.
"""

from __future__ import annotations

import math

from numba import njit

from evdisc.mechanism.contract import Parameter

#: the published fits count nmol per million cells and hour
FIT_UNIT = 1e-9 / 1e6 / 3600.0

PARAMETERS = (
    Parameter("oxygen_rate_prefactor", "mol/cell/s", "oxygen rate per unit pH", 0.0),
    Parameter("oxygen_rate_ph_offset", "pH", "pH at which breathing stops", 0.0, 14.0),
    Parameter("oxygen_rate_half", "Pa", "oxygen half constant", 0.0),
    Parameter("oxygen_rate_ph_slope", "Pa/pH", "rise of the half constant with pH", 0.0),
    Parameter("lactate_rate_constant", "1", "exponent of the lactate rate"),
    Parameter("lactate_rate_ph", "1/pH", "its rise with pH"),
    Parameter("lactate_rate_oxygen", "1/Pa", "its rise with oxygen"),
    Parameter("lactate_rate_oxygen_squared", "1/Pa2", "its curvature with oxygen"),
    Parameter("glucose_per_lactate", "1", "glucose consumed for one lactate", 0.0),
    Parameter("ph_without_lactate", "pH", "pH without lactate", 0.0, 14.0),
    Parameter("ph_slope", "pH m3/mol", "change of pH with lactate"),
    Parameter("oxygen_solubility", "mol/m3/Pa", "oxygen dissolved per pressure", 0.0),
    Parameter("glucose_guard", "mol/m3", "glucose at half of the guarded sink", 0.0),
    Parameter("metabolic_multiplier", "1", "rate over the published one", 0.0),
)


@njit(cache=True, nogil=True, error_model="numpy")
def acidity(lactate, p):
    """PH at a lactate concentration, mol/m3; ``p`` is the first column of the parameters."""
    return p[9] + p[10] * lactate


@njit(cache=True, nogil=True, error_model="numpy")
def oxygen_rate(oxygen, lactate, p):
    """Consumption in mol/cell/s and its derivatives by oxygen (Pa) and lactate (mol/m3)."""
    o = max(oxygen, 0.0)
    above = max(acidity(lactate, p) - p[1], 0.0)
    below = p[2] + o + p[3] * above
    full = p[13] * p[0]
    by_ph = full * o * (p[2] + o) / below**2 if above > 0.0 else 0.0
    return full * o * above / below, full * above * (p[2] + p[3] * above) / below**2, by_ph * p[10]


@njit(cache=True, nogil=True, error_model="numpy")
def lactate_rate(oxygen, glucose, lactate, guarded, p):
    """Production in mol/cell/s and its derivatives by oxygen, glucose and lactate."""
    o, g = max(oxygen, 0.0), max(glucose, 0.0)
    full = p[13] * FIT_UNIT * math.exp(p[4] + p[5] * acidity(lactate, p) + p[6] * o + p[7] * o * o)
    left, by_glucose = 1.0, 0.0
    if guarded:
        left, by_glucose = g / (g + p[12]), full * p[12] / (g + p[12]) ** 2
    rate = full * left
    return rate, rate * (p[6] + 2.0 * p[7] * o), by_glucose, rate * p[5] * p[10]
