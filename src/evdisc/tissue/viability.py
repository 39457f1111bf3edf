"""Viability: death by lack of glucose and by acid, by published laws.

    k_glucose = rate (|G - G1| - (G - G1)) / (G + K) = 2 rate max(G1 - G, 0) / (G + K)
    k_acid = rate where pH < pH1, else 0

Both are rates of death, -d ln(cells)/dt, 1/s. G is glucose and G1 the threshold below which cells
die, mol/m3, K the half constant (Zhu 2012, doi:10.1016/j.jbiomech.2012.08.044). Acid kills at a
constant rate below a pH (Malandrino 2015, doi:10.3389/fbioe.2015.00005).
"""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def glucose_death_rate(glucose: float, threshold: float, half: float, rate: float) -> float:
    """Death rate in the unit of ``rate``; concentrations share one unit."""
    return 2.0 * rate * max(threshold - glucose, 0.0) / (max(glucose, 0.0) + half)


@njit(cache=True, nogil=True, error_model="numpy")
def ph_death_rate(ph: float, threshold: float, rate: float) -> float:
    """``rate`` below the threshold, else 0."""
    return rate if ph < threshold else 0.0
