"""Death by lack of glucose and by acid: published laws.

Glucose: d ln(cells)/dt = rate [(G - G*) - |G - G*|] / (G + K), zero above the threshold G*
(Zhu 2012, doi:10.1016/j.jbiomech.2012.08.044). Acid: a constant rate below a pH (Malandrino
2015, doi:10.3389/fbioe.2015.00005).
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
