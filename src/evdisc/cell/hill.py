"""The normalised Hill function (Wittmann 2009, doi:10.1186/1752-0509-3-98)."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def hill(x: float, n: int, k: float) -> float:
    """Normalised Hill function h(x) = x^n (1 + k^n) / (x^n + k^n), for steepness ``n`` of 1 to 3.

    It is 0 at 0 and 1 at 1; k is the half activation.
    """
    kn, xn = k, x
    for _ in range(1, n):
        kn *= k
        xn *= x
    return xn * (1.0 + kn) / (xn + kn)


@njit(cache=True, nogil=True, error_model="numpy")
def slope(x: float, n: int, k: float) -> float:
    """Derivative of :func:`hill` by ``x``."""
    kn, low = k, 1.0
    for _ in range(1, n):
        kn *= k
        low *= x
    return n * low * kn * (1.0 + kn) / (low * x + kn) ** 2
