"""Osmotic pressure of disc tissue: water in and between collagen fibrils, ions that are not ideal.

    pi = R T (psi (1 - xi X / 2) c_i - 2 psi c)
    c_i = sqrt(c_x^2 + 4 (gamma c)^2),  X = c_x / (c_x + c_i)
    gamma = f(2 c) exp(xi X / 2) / f(c_i / 2),  f(m) = x1 exp(-x3 (m / 1000)^x2) + x4
    c_x = c_F W / W_x,  W_x = max(W - (a exp(-b pi) + d) w_c S, least)
    c_F = c_F0 G phi / (phi - 1 + J)
    W = (phi - 1 + J) / J,  S = (1 - phi) / J rho_s / rho_w

pi is the pressure, Pa; c the salt outside, c_i the ions inside, c_F and c_x the fixed charge per
water of the tissue and per water outside the fibrils, mol/m3; W and W_x these shares of water, S
solid in the same measure, w_c the share of collagen in it; psi the osmotic coefficient outside, xi
the share of the fixed charge that binds ions (Manning); G the GAG relative to healthy, J the volume
ratio, phi and c_F0 of the healthy tissue. pi, c_i and W_x depend on one another and are swept to
agreement.

Part of the water lies inside fibrils, out of reach of the fixed charge, and less of it as the
pressure rises (Wilson 2005, Schroeder 2007, as open disc codes state it). The concentration at
which the outer activity is taken is not stated there; both ions together (f(2 c)) reproduce the
published nucleus and its swelling curve. The ideal law, pi = R T (sqrt(c_F^2 + 4 c^2) - 2 c)
(Donnan 1911; Urban & Maroudas 1981), is its twin for comparison.
"""

from __future__ import annotations

import math

from numba import njit

from evdisc.mechanism.contract import Parameter

PARAMETERS = (
    Parameter("fixed_charge_density", "mol/m3", "fixed charge of the healthy tissue's water", 0.0),
    Parameter("porosity", "1", "water volume share of the healthy tissue", 0.0, 1.0),
    Parameter("collagen_share_of_dry_mass", "1", "collagen per dry mass", 0.0, 1.0),
    Parameter("salt_concentration", "mol/m3", "salt outside the disc", 0.0),
    Parameter("gas_constant", "J/mol/K", "molar gas constant", 0.0),
    Parameter("body_temperature", "K", "temperature", 0.0),
    Parameter("solid_density", "kg/m3", "density of the solid", 0.0),
    Parameter("outer_water_floor", "1", "least water outside the fibrils", 0.0, 1.0),
    Parameter("fibril_water", "1", "water in fibrils that pressure drives out", 0.0, subject="a"),
    Parameter("fibril_water", "1/Pa", "its fall with pressure", 0.0, subject="b"),
    Parameter("fibril_water", "1", "water in fibrils that stays", 0.0, subject="d"),
    Parameter("activity_fit", "1", "activity of the salt, factor", subject="x1"),
    Parameter("activity_fit", "1", "power of the concentration", subject="x2"),
    Parameter("activity_fit", "1", "rate in the exponent", subject="x3"),
    Parameter("activity_fit", "1", "limit", subject="x4"),
    Parameter("osmotic_coefficient_external", "1", "osmotic coefficient outside", 0.0),
    Parameter("manning_factor", "1", "share of the fixed charge that binds ions", 0.0, 1.0),
    Parameter("water_density", "kg/m3", "density of water", 0.0),
)
MOST_SWEEPS = 400


@njit(cache=True, nogil=True, error_model="numpy")
def donnan_pressure(charge: float, salt: float, gas_constant: float, temperature: float) -> float:
    """Pressure in Pa: RT (sqrt(cF^2 + 4 c^2) - 2 c), charges and salt in mol per m3 of water."""
    return gas_constant * temperature * (math.sqrt(charge**2 + 4.0 * salt**2) - 2.0 * salt)


@njit(cache=True, nogil=True, error_model="numpy")
def charge_density(healthy: float, gag: float, porosity: float, ratio: float) -> float:
    """Fixed charge per tissue water, mol/m3.

    ``healthy`` holds at full GAG and volume ratio 1; ``gag`` is relative to that, ``ratio`` is the
    volume relative to the healthy tissue, whose water share is ``porosity``. Solid is kept.
    """
    return healthy * gag * porosity / (porosity - 1.0 + ratio)


@njit(cache=True, nogil=True, error_model="numpy")
def activity(concentration: float, c) -> float:
    """Activity coefficient of a salt at mol/m3; ``c`` is a column of :data:`PARAMETERS`."""
    return c[11] * math.exp(-c[13] * (1e-3 * concentration) ** c[12]) + c[14]


@njit(cache=True, nogil=True, error_model="numpy")
def osmotic_pressure(gag: float, ratio: float, c) -> float:
    """Pressure in Pa of a tissue with ``gag`` of its healthy GAG at ``ratio`` of its volume.

    ``c`` is a column of :data:`PARAMETERS`. Pressure, ions and fibril water depend on one another
    and are swept to agreement.
    """
    water = (c[1] - 1.0 + ratio) / ratio
    solid = (1.0 - c[1]) / ratio * c[6] / c[17]
    fixed = charge_density(c[0], gag, c[1], ratio)
    outer = c[3]
    beyond = activity(2.0 * outer, c)
    pressure, ions = 1.5e5, math.sqrt(fixed**2 + 4.0 * outer**2)
    for _ in range(MOST_SWEEPS):
        inside = c[8] * math.exp(-c[9] * pressure) + c[10]
        free = max(water - inside * c[2] * solid, c[7])
        effective = fixed * water / free
        share = effective / (effective + ions)
        gain = beyond * math.exp(0.5 * c[16] * share) / activity(0.5 * ions, c)
        now_ions = math.sqrt(effective**2 + 4.0 * (gain * outer) ** 2)
        coefficient = c[15] * (1.0 - 0.5 * c[16] * share)
        now = c[4] * c[5] * (coefficient * now_ions - 2.0 * c[15] * outer)
        moved = abs(now - pressure) + c[4] * c[5] * abs(now_ions - ions)
        ions = 0.5 * (ions + now_ions)
        pressure = 0.5 * (pressure + now)
        if moved < 1e-9 * c[4] * c[5] * outer:
            break
    return pressure
